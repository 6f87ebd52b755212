// The public names of what DLP finds: in rules, policies, entries and metrics. Stable; renaming one breaks configurations.
import { didYouMean } from '../../lib/suggest.ts';
import { DLP_TYPES, type DlpType, type Match } from './finding-kind.ts';

const NAMES: Readonly<Record<Exclude<DlpType, 'CUSTOM'>, string>> = {
  PERSON: 'pii.person',
  EMAIL: 'pii.email',
  PHONE: 'pii.phone',
  ADDRESS: 'pii.address',
  US_SSN: 'pii.us-ssn',
  NATIONAL_ID: 'pii.national-id',
  DATE_OF_BIRTH: 'pii.date-of-birth',
  CREDIT_CARD: 'financial.card',
  IBAN: 'financial.iban',
  BANK_ACCOUNT: 'financial.bank-account',
  API_KEY: 'secret.api-key',
  PASSWORD: 'secret.password',
  DB_CONNECTION: 'secret.connection',
  PRIVATE_KEY: 'secret.private-key',
};

/** `pii.email`; a customer pattern is `custom.NAME`. */
export function findingName(match: Pick<Match, 'type' | 'rule'>): string {
  return match.type === 'CUSTOM' ? `custom.${match.rule}` : NAMES[match.type];
}

/** Types that a name of a rule stands for: `*`, a group such as `pii`, or one type. Empty for a name nobody knows. */
export function typesNamed(name: string): DlpType[] {
  if (name === '*') return [...DLP_TYPES];
  if (name === 'custom' || name.startsWith('custom.')) return ['CUSTOM'];
  return DLP_TYPES.filter((type) => type !== 'CUSTOM' && (NAMES[type] === name || NAMES[type].startsWith(`${name}.`)));
}

/** What is wrong with a name in a rule: nothing is called that, so the rule would never find anything. Undefined when something is. */
export function unknownType(name: string): string | undefined {
  if (typesNamed(name).length > 0) return undefined;
  const known = Object.values(NAMES);
  const meant = known.find((one) => one.endsWith(`.${name}`));
  const hint = meant === undefined ? didYouMean(name, [...known, 'pii', 'secret', 'financial', 'custom']) : ` Did you mean "${meant}"?`;
  return `no type is called "${name}", so the rule would find nothing.${hint || ` There are: ${known.join(', ')}; pii, secret, financial, custom, custom.NAME, *.`}`;
}

/** The same for `custom.NAME`: `own` are the names of the patterns and dictionaries that there are. */
export function unknownPattern(name: string, own: readonly string[]): string | undefined {
  const asked = name.slice('custom.'.length);
  if (own.includes(asked)) return undefined;
  const hint = didYouMean(asked, own) || (own.length === 0 ? ' There are none.' : ` There are: ${own.slice(0, 20).join(', ')}.`);
  return `no pattern or dictionary is called "${asked}", so the rule would find nothing.${hint}`;
}

/** Does the name of a rule cover this finding? */
export function covers(name: string, finding: string): boolean {
  return name === '*' || finding === name || finding.startsWith(`${name}.`);
}
