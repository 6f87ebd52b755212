// One pass over a text for all detectors: what stands in it at all, where its numbers are, where words may begin that detectors look for.
// Finds nothing itself; linear in the text.
import { fold, keyOf, noStarts, noteStarts, STARTS, type Starts } from './start-index.ts';
import { SIGN, type TextSigns } from './text-sign.ts';

export interface TextSurvey {
  readonly signs: TextSigns;
  readonly starts: Starts;
  /** Where each run of ASCII digits begins and ends, one after the other. */
  readonly numbers: readonly number[];
  /** Capital letters that begin a word. */
  readonly capitals: readonly number[];
}

const DIGIT = 256;
const CAPITAL = 1024;
const SIGNS = CAPITAL - 1;
const BITS = new Uint16Array(128);
for (let code = 0x30; code <= 0x39; code++) BITS[code] = DIGIT;
for (let code = 0x41; code <= 0x5a; code++) BITS[code] = SIGN.capital | CAPITAL;
for (const [signs, bit] of [
  ['@', SIGN.at],
  [':', SIGN.colon],
  ['=', SIGN.equals],
  ['-', SIGN.dash | SIGN.part],
  [',\n', SIGN.part],
  ['[({<', SIGN.bracket],
] as const)
  for (const sign of signs) BITS[sign.charCodeAt(0)] = bit;

/** Behind one of these no word begins; nor behind a letter beyond. */
const INSIDE = new Uint8Array(0xc0);
for (const sign of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@/.-') INSIDE[sign.charCodeAt(0)] = 1;

export function surveyOf(text: string): TextSurvey {
  const { length } = text;
  const starts = noStarts();
  const numbers: number[] = [];
  const capitals: number[] = [];
  let bits = 0;
  let digits = 0;
  let isNumber = false;
  let before = 0;
  let code = length > 0 ? text.charCodeAt(0) : 0;
  let next = length > 1 ? text.charCodeAt(1) : 0;
  let first = fold(code);
  let second = fold(next);
  for (let at = 0; at < length; at++) {
    const last = at + 2 < length ? text.charCodeAt(at + 2) : 0;
    const third = fold(last);
    const groups = STARTS[keyOf(first, second, third)] as number;
    if (groups !== 0 && at < length - 1) noteStarts(starts, groups, at);
    const own = code < 128 ? (BITS[code] as number) : signsBeyond(code);
    if (own === DIGIT) digits++;
    else bits |= own;
    if ((own === DIGIT) !== isNumber) {
      numbers.push(at);
      isNumber = !isNumber;
    }
    if ((own & CAPITAL) !== 0 && before < 0xc0 && INSIDE[before] === 0) capitals.push(at);
    before = code;
    code = next;
    next = last;
    first = second;
    second = third;
  }
  if (isNumber) numbers.push(length);
  return { signs: { bits: bits & SIGNS, digits }, starts, numbers, capitals };
}

function signsBeyond(code: number): number {
  if (code >= 0x3040) return code <= 0x9fff || (code >= 0xac00 && code <= 0xd7af) ? SIGN.wide | SIGN.eastern : SIGN.wide;
  return isWideCapital(code) ? SIGN.wide | CAPITAL : SIGN.wide;
}

/** Latin with its marks, Greek, Cyrillic; every letter of Latin Extended-A, whatever its case. */
function isWideCapital(code: number): boolean {
  if (code < 0x180) return code >= 0xc0 && (code < 0xdf || code >= 0x100) && code !== 0xd7;
  return code === 0x218 || code === 0x21a || (code >= 0x386 && code <= 0x3ab) || (code >= 0x400 && code <= 0x42f);
}
