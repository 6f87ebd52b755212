// Bank and identity numbers that hold letters, and the whole values of fields that their key calls a number of that kind.
import { digitsOf, isDigit } from './character.ts';
import { mod97 } from './check-digit.ts';
import { isWrittenDate, writtenBirthdays } from './date-value.ts';
import type { Match } from './finding-kind.ts';
import { KEY } from './key-class.ts';
import { compact, schemeAlone, schemeLabelled } from './national-id.ts';
import { type Field, fieldAt, type View } from './view.ts';

const NUMBERS = KEY.PHONE | KEY.SSN | KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE | KEY.CARD | KEY.ACCOUNT | KEY.ROUTING | KEY.BIRTH;

/** Country, length of the IBAN. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const IBAN_HEAD = /[A-Za-z]{2}[ \t\n-]?\d[ \t\n-]?\d[\s.,;|/_-]{0,3}[A-Za-z0-9][A-Za-z0-9\s.,;|/_–-]{9,60}/y;

export function findIbans({ text, signs, numbers }: View, out: Match[]): void {
  if (signs.digits < 2) return;
  let done = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const start = ibanStart(text, numbers[index] as number);
    if (start < done) continue;
    const length = IBAN_LENGTHS.get(text.slice(start, start + 2).toUpperCase());
    IBAN_HEAD.lastIndex = start;
    if (length === undefined || !IBAN_HEAD.test(text)) continue;
    const end = isInside(text, start) ? -1 : ibanEnd(text, start, length);
    if (end > 0) {
      out.push({ type: 'IBAN', start, end, confidence: 0.99, rule: 'iban' });
      done = end;
    } else done = start + 2;
  }
}

/** A letter or a digit stands before, and no tag of a bank statement: `?31DE…`. */
function isInside(text: string, start: number): boolean {
  return isLetterOrDigit(text.charCodeAt(start - 1)) && !/\?3[01]$/.test(text.slice(Math.max(0, start - 3), start));
}

/** Where the two letters before a digit begin; -1 when there are none. */
function ibanStart(text: string, digit: number): number {
  const before = text.charCodeAt(digit - 1);
  const second = before === 0x20 || before === 0x2d || before === 0x09 || before === 0x0a ? digit - 2 : digit - 1;
  return second > 0 && isPlainLetter(text.charCodeAt(second)) && isPlainLetter(text.charCodeAt(second - 1)) ? second - 1 : -1;
}

function isPlainLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function ibanEnd(text: string, start: number, length: number): number {
  let compacted = '';
  let digits = 0;
  let isParted = false;
  let at = start;
  for (; compacted.length < length && at < text.length && at - start < length * 3; at++) {
    const code = text.charCodeAt(at);
    if (isLetterOrDigit(code) && code < 0x7f) {
      compacted += text[at];
      if (code <= 0x39) digits++;
    } else if (isParting(text, at, code)) isParted = true;
    else if (code !== 0x20 && code !== 0x2d && code !== 0x2e && code !== 0x2013) return -1;
  }
  if (compacted.length < length || isLetterOrDigit(text.charCodeAt(at))) return -1;
  // Words with commas between them now and then have the right check digits, too.
  if (isParted && digits < MIN_PARTED_DIGITS) return -1;
  const upper = compacted.toUpperCase();
  return mod97(upper.slice(4) + upper.slice(0, 4)) === 1 ? at : -1;
}

const MIN_PARTED_DIGITS = 10;

/** A tab, a line end, a comma, a sign between cells; an empty line parts what does not belong together. */
function isParting(text: string, at: number, code: number): boolean {
  if (code === 0x0a) return text.charCodeAt(at - 1) !== 0x0a;
  return code === 0x09 || code === 0x0d || code === 0x2c || code === 0x2f || code === 0x3b || code === 0x5f || code === 0x7c;
}

/** Identity numbers that hold letters: "QQ 12 34 56 C", "RSSMRA85T10A562S". */
const LETTERED =
  /(?<![\w-]|\d\.)(?:[A-Za-z]{2}[ -]?\d\d[ -]?\d\d[ -]?\d\d[ -]?[A-Da-d]|(?:\d{8}|\d\d\.\d{3}\.\d{3})-?[A-Za-z]|[XYZxyz]-?\d{7}-?[A-Za-z]|[A-Za-z]{6} ?\d\w\w\w{2} ?\w\d{3} ?[A-Za-z]|[A-Z]{3} [A-Z]{3} \d\d[A-Z]\d\d [A-Z]\d{3}[A-Z]|[A-Z]{5}\d{4}[A-Z]|\d{17}[Xx]|\d{6}[-+A]\d{3}[A-Y]|[A-Z]{4}\d{6}(?:[HMX][A-Z]{5}\w\d|\w{3})|\d{1,2}\.\d{3}\.\d{3}-[Kk]|\d{7}[A-W][A-I]?|[STFGM]\d{7}[A-Z]|[A-Z]{1,2}\d{6}\(?[\dA]\)?|[A-Z][12]\d{8}|[12] ?\d\d ?\d\d ?2[AB] ?\d{3} ?\d{3} ?\d\d|\d\d ?\d{6} ?[A-Z] ?\d{3}|[A-Z]{2}[A-Z9]{3}\d{6}[A-Z9]{2}\d[A-Z]{2})(?![\w-]|\+\d)/y;

export function findLetteredIds(view: View, out: Match[]): void {
  const { text, numbers } = view;
  if (view.signs.digits < MIN_ID_DIGITS) return;
  let index = 0;
  let at = 0;
  while (index < numbers.length) {
    // The next digit, from here on.
    if ((numbers[index + 1] as number) <= at) {
      index += 2;
      continue;
    }
    const digit = Math.max(numbers[index] as number, at);
    at = nextIdStart(text, Math.max(at, digit - NEAR + 1));
    if (at < 0) return;
    if (at > digit) continue;
    LETTERED.lastIndex = at;
    const found = mayBeLettered(text, at) ? LETTERED.exec(text) : null;
    at++;
    if (found === null) continue;
    const field = fieldAt(view, found.index, LETTERED.lastIndex);
    const whole = field !== undefined && field.end - field.start <= found[0].length + 8;
    if (whole && field.bits & KEY.TECHNICAL && !(field.bits & NUMBERS)) continue;
    const scheme = schemeAlone(found[0]) ?? schemeAlone(found[0].toUpperCase());
    if (scheme) out.push({ type: 'NATIONAL_ID', start: found.index, end: LETTERED.lastIndex, confidence: 0.88, rule: scheme.name });
  }
}

/** Every identity number has that many digits. */
const MIN_ID_DIGITS = 4;
/** A digit stands this near to the start of every identity number, characters. */
const NEAR = 9;

function nextIdStart(text: string, from: number): number {
  for (let at = from; at < text.length; at++)
    if (isIdStart(text.charCodeAt(at)) && (at === 0 || !isIdStart(text.charCodeAt(at - 1)))) return at;
  return -1;
}

/** Does it begin as one of LETTERED does: with so many letters or digits, and what may stand behind them? Most words and numbers do not. */
function mayBeLettered(text: string, start: number): boolean {
  let end = start;
  while (end - start <= MAX_ID_LETTERS && isPlainLetter(text.charCodeAt(end))) end++;
  if (end > start) return end - start <= MAX_ID_LETTERS && mayFollowLetters(text, end, end - start);
  while (end - start <= MAX_ID_DIGITS && isDigit(text.charCodeAt(end))) end++;
  const behind = text.charCodeAt(end);
  const counts = behind === 0x20 ? BEFORE_BLANK : behind === 0x2e ? BEFORE_STOP : isSeam(behind) ? BEFORE_SEAM : 0;
  return ((counts >> (end - start)) & 1) === 1;
}

/** A digit, perhaps behind a blank or a hyphen; three letters and a blank are a part of a longer one. */
function mayFollowLetters(text: string, end: number, letters: number): boolean {
  const behind = text.charCodeAt(end);
  if (isDigit(behind)) return true;
  if (behind !== 0x20 && behind !== 0x2d) return false;
  const next = text.charCodeAt(end + 1);
  return isDigit(next) || (letters === 3 && isPlainLetter(next));
}

function isSeam(code: number): boolean {
  return isPlainLetter(code) || code === 0x2d || code === 0x2b;
}

const MAX_ID_LETTERS = 6;
const MAX_ID_DIGITS = 17;
/** Bit n: one of LETTERED begins with n digits and no more, and then has a blank; a full stop; a letter or a sign. */
const countsOf = (...counts: number[]): number => counts.reduce((bits, count) => bits | (1 << count), 0);
const BEFORE_BLANK = countsOf(1, 2, 3, 5, 8);
const BEFORE_STOP = countsOf(1, 2);
const BEFORE_SEAM = countsOf(6, 7, 8, MAX_ID_DIGITS);

function isIdStart(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** The whole value of a field that its key calls an identity number, a bank number or a birthday. */
export function findNumberFields(view: View, out: Match[]): void {
  for (const { start, end } of writtenBirthdays(view))
    out.push({ type: 'DATE_OF_BIRTH', start, end, confidence: 0.85, rule: 'birth-text' });
  for (const field of view.fields) {
    if (!(field.bits & (KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE | KEY.BIRTH | KEY.ACCOUNT | KEY.ROUTING))) continue;
    const { start, end } = field;
    if (end - start < 5 || end - start > 40) continue;
    const value = view.text.slice(start, end);
    if (field.bits & KEY.BIRTH && isWrittenDate(value))
      out.push({ type: 'DATE_OF_BIRTH', start, end, confidence: 0.9, rule: 'birth-field' });
    else if (field.bits & (KEY.ACCOUNT | KEY.ROUTING) && /^[A-Z0-9][A-Z0-9 -]{5,33}$/.test(value) && /\d{3}/.test(value))
      out.push({ type: 'BANK_ACCOUNT', start, end, confidence: 0.8, rule: 'account-field' });
    else if (field.bits & (KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE) && /[A-Za-z]/.test(value)) addIdField(field, value, out);
  }
}

function addIdField(field: Field, value: string, out: Match[]): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9 .\-/()]{4,24}$/.test(value)) return;
  const sure = (field.bits & KEY.NATIONAL_ID) !== 0;
  const scheme = schemeLabelled(value, sure);
  const digits = digitsOf(compact(value)).length;
  if (scheme !== undefined || (sure && digits >= 4 && !/\s[a-zA-Z]{3,}|[a-z]{4,}/.test(value)))
    out.push({
      type: 'NATIONAL_ID',
      start: field.start,
      end: field.end,
      // Letters and all, rather than the digits in it.
      confidence: sure ? 0.98 : scheme ? 0.95 : 0.8,
      rule: scheme?.name ?? 'identity-field',
    });
}

function isLetterOrDigit(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code < 0x2000)
  );
}
