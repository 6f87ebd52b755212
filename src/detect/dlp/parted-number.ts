// Numbers whose digits are parted by tabs, line ends, commas, or by one sign here and another there. Columns and lists of numbers look the same, so only
// what its check digits and its groups make a card counts, or what a label calls by its name.
import { luhn } from './check-digit.ts';
import type { Match } from './finding-kind.ts';
import { KEY } from './key-class.ts';
import { schemeLabelled } from './national-id.ts';
import { contextOf, isIssued } from './number-value.ts';
import { findSpelledNumbers } from './spelled-number.ts';
import { fieldAt, type View } from './view.ts';

/** Longest series of signs between two groups of digits. */
const MAX_GAP = 6;
const MIN_DIGITS = 9;
const CARD_DIGITS = [12, 19] as const;

/** Groups of digits, one right behind the other: the indexes of their places in `numbers`. */
interface Series {
  first: number;
  last: number;
}

export function findPartedNumbers(view: View, out: Match[]): void {
  const { text, numbers, signs } = view;
  findSpelledNumbers(view, out);
  if (signs.digits < MIN_DIGITS) return;
  for (let first = 0; first < numbers.length; ) {
    let last = first;
    let isParted = false;
    let digits = (numbers[first + 1] as number) - (numbers[first] as number);
    while (last + 2 < numbers.length) {
      const gap = gapKind(text, numbers[last + 1] as number, numbers[last + 2] as number);
      if (gap === NO_GAP) break;
      isParted ||= gap === PARTING;
      last += 2;
      digits += (numbers[last + 1] as number) - (numbers[last] as number);
    }
    if (last > first && digits >= (isParted ? MIN_DIGITS : CARD_DIGITS[0])) judge(view, { first, last }, out);
    first = last + 2;
  }
}

const NO_GAP = 0;
/** What number-value.ts reads as a part of a number. */
const USUAL = 1;
const PARTING = 2;
const KINDS = new Uint8Array(128);
for (const sign of ' -./()') KINDS[sign.charCodeAt(0)] = USUAL;
for (const sign of '\t\n\r,;|_*`"\'+~') KINDS[sign.charCodeAt(0)] = PARTING;

/** Mark-up inside of a line: `</b> <b>`. */
const TAGS = /^(?:\s?<\/?(?:b|i|u|em|strong|span|font|code|mark|small|wbr|br ?\/?)(?: [^<>]{0,60})?>\s?){1,4}$/i;
const MAX_TAGS = 120;

/** An empty line parts what does not belong together. */
function gapKind(text: string, from: number, to: number): number {
  if (to - from > MAX_GAP)
    return text.charCodeAt(from) === 0x3c && TAGS.test(text.slice(from, Math.min(to, from + MAX_TAGS + 1))) ? PARTING : NO_GAP;
  let kind = USUAL;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const own = code === 0x2013 ? USUAL : code < 128 ? (KINDS[code] as number) : NO_GAP;
    if (own === NO_GAP || (code === 0x0a && at > from && text.charCodeAt(at - 1) === 0x0a)) return NO_GAP;
    if (own === PARTING) kind = PARTING;
  }
  return kind;
}

function judge(view: View, { first, last }: Series, out: Match[]): void {
  const { text, numbers } = view;
  const start = numbers[first] as number;
  if (isWordly(text.charCodeAt(start - 1))) return;
  let digits = '';
  for (let index = first; index <= last && digits.length <= CARD_DIGITS[1]; index += 2) {
    digits += text.slice(numbers[index], numbers[index + 1]);
    if (index === first || digits.length < MIN_DIGITS || digits.length > CARD_DIGITS[1]) continue;
    const end = numbers[index + 1] as number;
    if (isWordly(text.charCodeAt(end))) continue;
    const found = decide(view, { first, last: index }, digits, index === last);
    if (found === undefined) continue;
    out.push({ ...found, start, end });
    return;
  }
}

function isWordly(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f || (code >= 0xc0 && code < 0x2000);
}

type Verdict = Pick<Match, 'type' | 'confidence' | 'rule'>;

/** `isAll`: no other group of digits stands behind. */
function decide(view: View, series: Series, digits: string, isAll: boolean): Verdict | undefined {
  const isCard = digits.length >= CARD_DIGITS[0] && isIssued(digits) && luhn(digits) && !/^(\d)\1+$/.test(digits);
  if (isCard) {
    const { bits, technical } = labelOf(view, series);
    if (bits & KEY.CARD) return isListOfEnds(view, series, isAll) ? undefined : { type: 'CREDIT_CARD', rule: 'card', confidence: 0.97 };
    if (technical || !isAll || !CARD_GROUPS.has(lengthsOf(view.numbers, series)) || !OWN_BRANDS.test(digits) || isRowOfTable(view, series))
      return undefined;
    return { type: 'CREDIT_CARD', rule: 'card', confidence: 0.75 };
  }
  if (!isAll || digits.length > MAX_ID_DIGITS) return undefined;
  const groups = lengthsOf(view.numbers, series);
  if (/[6-9,]/.test(groups)) return undefined;
  const { bits } = labelOf(view, series);
  if (bits & KEY.SSN && groups === '324' && SSN_DIGITS.test(digits)) return { type: 'US_SSN', rule: 'ssn', confidence: 0.95 };
  const scheme = bits & KEY.NATIONAL_ID ? schemeLabelled(digits, false) : undefined;
  return scheme && { type: 'NATIONAL_ID', rule: scheme.name, confidence: 0.9 };
}

const CARD_GROUPS = new Set(['4444', '465']);
/** The first digits of the cards that most people have. */
const OWN_BRANDS = /^(?:4|5[1-5]|2[2-7]|3[47]|6(?:011|5))/;
const SSN_DIGITS = /^(?!000|666)\d{3}(?!00)\d\d(?!0000)\d{4}$/;
const MAX_ID_DIGITS = 15;

/** Digits of each group, one after the other; a group of ten and more is a comma and its length. */
function lengthsOf(numbers: readonly number[], { first, last }: Series): string {
  let groups = '';
  for (let index = first; index <= last; index += 2) {
    const length = (numbers[index + 1] as number) - (numbers[index] as number);
    groups += length > 9 ? `,${length}` : length;
  }
  return groups;
}

/** What the key says, or the words before; those of the line above when they end with a colon. */
function labelOf(view: View, { first }: Series): { bits: number; technical: boolean } {
  const { text, numbers } = view;
  const start = numbers[first] as number;
  const end = numbers[first + 1] as number;
  const field = fieldAt(view, start, end);
  let from = start;
  while (from > 0 && start - from < MAX_BLANKS && text.charCodeAt(from - 1) <= 0x20) from--;
  if (CARD_BEFORE.test(text.slice(Math.max(0, start - 12), start))) return { bits: KEY.CARD, technical: false };
  const before = contextOf(text, text.charCodeAt(from - 1) === 0x3a ? from : start, end, field);
  return { bits: before.bits, technical: before.technical };
}

/** "cc 4539|…": short for a card only where a number follows. */
const CARD_BEFORE =
  /(?:^|[^\p{L}\d])(?:cc|card|karte|tarjeta|carte|carta|cartão|kaart|karta|kort)(?: no\.?| nr\.?| #)?[^\p{L}\d\n]{0,6}$/iu;
const MAX_BLANKS = 8;

/** "Cards ending in 4111, 1111, …", or a list that goes on with as many digits. */
function isListOfEnds({ text, numbers }: View, { first, last }: Series, isAll: boolean): boolean {
  const start = numbers[first] as number;
  if (/\b(?:end(?:s|ing|ed)?|last|final|digits)\b/i.test(text.slice(Math.max(0, start - MAX_LABEL), start))) return true;
  if (isAll) return false;
  const length = (numbers[last + 3] as number) - (numbers[last + 2] as number);
  return length >= 4 && length === (numbers[last + 1] as number) - (numbers[last] as number);
}

const MAX_LABEL = 40;

/** Cells beside it, commas between all of them, or the same sign here and there around a line end: four numbers of a table or a list. */
function isRowOfTable({ text, numbers }: View, { first, last }: Series): boolean {
  const gaps: string[] = [];
  for (let index = first; index < last; index += 2) gaps.push(text.slice(numbers[index + 1], numbers[index + 2]));
  const isUniform = gaps.every((gap) => gap === gaps[0]);
  const [outer = ''] = gaps;
  if (isUniform && !/[\t\n]/.test(outer)) return true;
  if (gaps.length === 3 && gaps[0] === gaps[2] && /[\n]/.test(gaps[1] as string) && !isUniform) return true;
  const start = numbers[first] as number;
  const end = numbers[last + 1] as number;
  return (
    isUniform && outer.includes('\t') && (TABBED_BEFORE.test(text.slice(Math.max(0, start - MAX_LINE), start)) || isTabbedBehind(text, end))
  );
}

/** A row of a table stands above or below, or the row goes on. */
const TABBED_BEFORE = /\t[^\n]*\n?$/;
const MAX_LINE = 200;

function isTabbedBehind(text: string, end: number): boolean {
  const next = text.slice(end, end + MAX_LINE);
  return /^[^\n]*\t|^\r?\n[^\n]*\t/.test(next);
}
