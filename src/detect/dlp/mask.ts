// What stands in the place of a value. Letters, digits and plain signs only, so that a mask fits into JSON at any depth, a URL or a table cell.
// INVARIANT: a masked text is masked to itself (test/property/dlp.test.ts): no mask is found again.
import type { DlpType } from './finding-kind.ts';

/** What `masked`, `partlyMasked` and `hashed` write. */
export const MASK = /\[redacted:((?:pii|financial|secret|custom)\.[\w.-]{1,72})(?::([^\][\s]{1,110}))?\]/g;

/** `[redacted:pii.email]` */
export function masked(finding: string): string {
  return `[redacted:${finding}]`;
}

const KEPT_DIGITS = 4;

/** Enough to recognise, too little to use: the last four digits, the domain of an address, the first letters of a name. */
export function partlyMasked(type: DlpType, value: string, finding: string): string {
  const digits = value.replace(/\D/g, '');
  switch (type) {
    case 'CREDIT_CARD':
    case 'BANK_ACCOUNT':
    case 'PHONE':
    case 'US_SSN':
    case 'NATIONAL_ID':
    case 'IBAN':
      // Short numbers would give too much away.
      return digits.length >= 8 ? `[redacted:${finding}:...${digits.slice(-KEPT_DIGITS)}]` : masked(finding);
    case 'EMAIL': {
      const domain = /@([\w.-]{1,100})$/.exec(value)?.[1];
      return domain === undefined ? masked(finding) : `[redacted:${finding}:${domain}]`;
    }
    case 'PERSON':
      return `[redacted:${finding}:${initials(value)}]`;
    default:
      return masked(finding);
  }
}

/** Of what is in quotes or brackets, too: no sign of JSON or of a mask is one. */
function initials(value: string): string {
  return value
    .split(/\s+/)
    .slice(0, 3)
    .map((word) => `${/[\p{L}\p{N}]/u.exec(word)?.[0] ?? ''}.`)
    .join('');
}

const HASH_CHARS = 16;

/** The same for the same value in one organization, and of no use without its key. */
export function hashed(finding: string, value: string, mac: (text: string) => string): string {
  return `[redacted:${finding}:${mac(`${finding}\n${value}`).slice(0, HASH_CHARS)}]`;
}

const NO_ADDRESS = 'redacted@redacted.invalid';
/** Digits alone may be somebody's code. */
const SECRETS: ReadonlySet<DlpType> = new Set(['PASSWORD', 'API_KEY']);

/** What `shaped` and `fitted` make is nobody's: it is left as it is. */
export function isStandIn(type: DlpType, value: string): boolean {
  if (type === 'CUSTOM') return false;
  if (value === NO_ADDRESS || value === '00000000-0000-4000-8000-000000000000' || value === '11111111-1111-4111-8111-111111111111')
    return true;
  if (/^1900-01-01(?:[^\p{L}\d]|[xX0])*$/u.test(value)) return true;
  const isBlank = /^(?:[^\p{L}\d]|[xX0])+$/u.test(value) || /^(?:[^\p{L}\d]|[xX1])+$/u.test(value);
  return isBlank && (SECRETS.has(type) ? /[xX]/.test(value) : /[xX01]/.test(value));
}

/** A stand-in of the same shape, for members whose schema accepts nothing else. */
export function shaped(type: DlpType, value: string): string {
  if (type === 'EMAIL') return NO_ADDRESS;
  return UUID.test(value) ? '00000000-0000-4000-8000-000000000000' : sameShape(value, '0');
}

/** The same where even that is not accepted: as long as the value, and no number begins with zero. */
export function fitted(value: string): string {
  return UUID.test(value) ? '11111111-1111-4111-8111-111111111111' : sameShape(value, '1');
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** A day, perhaps with a time of day, and nothing else: letters that stand behind a day are no part of one. */
const MOMENT = /^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?)?$/;
const DAY_CHARS = 10;

/** INVARIANT: no letter and no digit of the value is left, of whatever script (mask.test.ts). */
function sameShape(value: string, digit: '0' | '1'): string {
  if (MOMENT.test(value)) return `1900-01-01${value.slice(DAY_CHARS).replace(/\d/g, '0')}`;
  return value
    .replace(/[\p{Lu}\p{Lt}]/gu, 'X')
    .replace(/[\p{L}\p{M}]/gu, (letter) => (letter === 'X' ? letter : 'x'))
    .replace(/\p{N}/gu, digit);
}
