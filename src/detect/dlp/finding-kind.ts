// What DLP looks for and what it says it saw. A finding says where and how sure, never what: the value stays in the text it was found in.

/** Types of sensitive data, as they appear in rules, entries and metrics. */
export const DLP_TYPES = [
  'PERSON',
  'EMAIL',
  'PHONE',
  'ADDRESS',
  'US_SSN',
  'NATIONAL_ID',
  'DATE_OF_BIRTH',
  'CREDIT_CARD',
  'IBAN',
  'BANK_ACCOUNT',
  'API_KEY',
  'PASSWORD',
  'DB_CONNECTION',
  'PRIVATE_KEY',
  'CUSTOM',
] as const;

export type DlpType = (typeof DLP_TYPES)[number];

/** A place in a text, in UTF-16 code units of that text. */
export interface Match {
  type: DlpType;
  start: number;
  end: number;
  /** 0–1: how likely it is what `type` says. */
  confidence: number;
  /** Which detector saw it, e.g. `github-token`, or the name of a customer pattern. Never text from the value. */
  rule: string;
  /** Seen only after this decoding; the place is then that of the whole encoded run. */
  layer?: 'base64' | 'base32' | 'hex' | 'spaced' | 'reversed' | 'rotated' | 'pieces';
  /** Keys that lead to the value inside a JSON text, outermost first. */
  path?: readonly string[];
}
