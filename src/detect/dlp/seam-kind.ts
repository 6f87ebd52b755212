// Whether something may go on from one text into the next: a few characters on either side say so. Most texts end a sentence and begin one.
import { luhn } from './check-digit.ts';
import { isIssued } from './number-value.ts';
import { holdsSecretStart } from './secret.ts';

/** What may go on. */
export const SEAM = { digits: 1, word: 2, label: 4 } as const;

/** Bits of SEAM; 0: nothing. `any`: whatever stands there. */
export function seamKind(before: string, after: string, any = false): number {
  let end = before.length;
  while (end > 0 && isBlank(before.charCodeAt(end - 1))) end--;
  let start = 0;
  while (start < after.length && isBlank(after.charCodeAt(start))) start++;
  if (end === 0 || start === after.length) return 0;
  const last = before.charCodeAt(end - 1);
  const first = after.charCodeAt(start);
  if (last === 0x3a || last === 0x3d) return SEAM.label;
  const word = any || (isWordly(last) && isWordly(first) && mayBeWord(before, end, after, start)) ? SEAM.word : 0;
  return word | (mayBeNumber(before, end, after, start) ? SEAM.digits : 0);
}

export function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0;
}

/** Nothing but digits and what parts them. */
export function isNumberAlone(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isDigit(code) && !isBlank(code) && !isParting(code)) return false;
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Signs that part the digits of one number: , . - / ( ) ; | and dashes. */
function isParting(code: number): boolean {
  return (
    (code >= 0x2c && code <= 0x2f) || code === 0x28 || code === 0x29 || code === 0x3b || code === 0x7c || code === 0x5f || code === 0x2013
  );
}

const MAX_PARTING = 4;
/** How far the digits beside a seam are followed, characters. */
const MAX_NUMBER = 48;

function mayBeNumber(before: string, end: number, after: string, start: number): boolean {
  let to = end;
  while (to > 0 && end - to < MAX_PARTING && isParting(before.charCodeAt(to - 1))) to--;
  if (!isDigit(before.charCodeAt(to - 1))) return false;
  let from = start;
  while (from < after.length && from - start < MAX_PARTING && isParting(after.charCodeAt(from))) from++;
  if (!isDigit(after.charCodeAt(from))) return false;
  let low = to;
  while (low > 0 && to - low < MAX_NUMBER && isOfNumber(before.charCodeAt(low - 1))) low--;
  let high = from;
  while (high < after.length && high - from < MAX_NUMBER && isOfNumber(after.charCodeAt(high))) high++;
  const isAlone = low === 0 || high === after.length;
  const left = before.slice(low, to).match(/\d+/g) ?? [];
  const right = after.slice(from, high).match(/\d+/g) ?? [];
  // One of several pieces: what they are together is seen when all are joined.
  if (isAlone && before.slice(low, to).length + high - from <= MAX_NUMBER) return true;
  return IBAN_BEFORE.test(before.slice(Math.max(0, low - 8), low)) || makeNumber(left, right);
}

function isOfNumber(code: number): boolean {
  return isDigit(code) || isBlank(code) || isParting(code);
}

/** Two letters that are a word: "IBAN DE". */
const IBAN_BEFORE = /(?:^|[^A-Za-z0-9])[A-Za-z]{2}$/;

/** Do the last groups of digits and the next ones make a card, or nine digits? */
function makeNumber(left: readonly string[], right: readonly string[]): boolean {
  let tail = '';
  for (let index = left.length - 1; index >= 0; index--) {
    tail = left[index] + tail;
    let digits = tail;
    for (const group of right) {
      digits += group;
      if (digits.length === 9 || (digits.length >= 12 && digits.length <= 19 && isIssued(digits) && luhn(digits))) return true;
      if (digits.length > 19) break;
    }
  }
  return false;
}

/** Letters, digits, and the signs of addresses, keys and base64. */
function isWordly(code: number): boolean {
  return (
    isDigit(code) ||
    (code >= 0x40 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2b ||
    (code >= 0x2d && code <= 0x2f) ||
    code === 0x5f
  );
}

/** How far a word is looked at, characters. */
const MAX_LOOKED = 256;
const MIN_WORD = 9;
/** Base64 or hex on both sides. */
const MIN_ENCODED = 12;
const ENCODED = /^[A-Za-z0-9+/_-]+$/;
/** "GB29 NWBK", "6016 1331 9268 19" */
const IBAN_OVER = /(?:^|[^A-Za-z0-9])[A-Za-z]{2} ?\d ?\d(?: ?[A-Za-z0-9]){11,30}/;
const MAX_IBAN = 40;

function mayBeWord(before: string, end: number, after: string, start: number): boolean {
  let low = end;
  let says = false;
  while (low > 0 && end - low < MAX_LOOKED && !isBlank(before.charCodeAt(low - 1))) says = isTelling(before.charCodeAt(--low)) || says;
  let high = start;
  while (high < after.length && high - start < MAX_LOOKED && !isBlank(after.charCodeAt(high)))
    says = isTelling(after.charCodeAt(high++)) || says;
  // Two words, and nothing else: what many of them are together is seen when all are joined.
  if (low === 0 && high === after.length) return true;
  if (!says) return false;
  if (IBAN_OVER.test(before.slice(Math.max(0, end - MAX_IBAN), end) + after.slice(start, start + MAX_IBAN))) return true;
  if (end - low + high - start < MIN_WORD) return false;
  const left = before.slice(low, end);
  const right = after.slice(start, high);
  if (left.includes('@') || right.includes('@') || holdsSecretStart(left + right)) return true;
  return end - low >= MIN_ENCODED && high - start >= MIN_ENCODED && ENCODED.test(left) && ENCODED.test(right);
}

/** A digit or the sign of an address: no value that we look for is letters alone. */
function isTelling(code: number): boolean {
  return isDigit(code) || code === 0x40;
}
