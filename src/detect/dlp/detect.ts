// The detectors, each run only when its types are wanted. Settles nothing: who is right where two claim the same characters, scan.ts says.
import { findAddresses } from './address.ts';
import { findCommandSecrets } from './command-secret.ts';
import { findConnections } from './connection.ts';
import type { CustomPattern } from './customer-pattern.ts';
import { findEmails } from './email.ts';
import type { DlpType, Match } from './finding-kind.ts';
import { findAnsweredSecrets, findListedSecrets } from './listed-secret.ts';
import { findLowerNames } from './lower-name.ts';
import { findIbans, findLetteredIds, findNumberFields } from './number-field.ts';
import { findNumbers } from './number-value.ts';
import { findPartedNumbers } from './parted-number.ts';
import { findPersons } from './person.ts';
import { findKeyedSecrets, findSecrets, findSpokenSecrets } from './secret.ts';
import type { View } from './view.ts';

/** What to look for. */
export interface Wanted {
  readonly wanted: ReadonlySet<DlpType>;
  readonly patterns: readonly CustomPattern[];
}

const NUMERIC: readonly DlpType[] = ['PHONE', 'US_SSN', 'NATIONAL_ID', 'DATE_OF_BIRTH', 'CREDIT_CARD', 'BANK_ACCOUNT'];

/** Everything the wanted detectors claim, in view offsets; claims may overlap. */
export function detect(view: View, scan: Wanted): Match[] {
  const { wanted } = scan;
  const out: Match[] = [];
  if (wanted.has('API_KEY') || wanted.has('PRIVATE_KEY')) findSecrets(view, out);
  if (wanted.has('DB_CONNECTION') || wanted.has('PASSWORD')) findConnections(view, out);
  if (wanted.has('API_KEY') || wanted.has('PASSWORD') || wanted.has('PRIVATE_KEY')) findKeyedSecrets(view, out);
  if (wanted.has('API_KEY') || wanted.has('PASSWORD')) {
    findSpokenSecrets(view, out);
    findCommandSecrets(view, out);
    findListedSecrets(view, out);
    findAnsweredSecrets(view, out);
  }
  if (wanted.has('EMAIL')) findEmails(view, out);
  if (wanted.has('IBAN')) findIbans(view, out);
  if (NUMERIC.some((type) => wanted.has(type))) {
    findNumbers(view, out);
    findLetteredIds(view, out);
    findNumberFields(view, out);
    findPartedNumbers(view, out);
  }
  if (wanted.has('ADDRESS')) findAddresses(view, out);
  if (wanted.has('PERSON')) {
    findPersons(view, out);
    findLowerNames(view, out);
  }
  for (const pattern of scan.patterns) pattern.find(view.text, out);
  return out.length === 0 ? out : out.filter((match) => wanted.has(match.type));
}
