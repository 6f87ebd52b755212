// Numbers spelled out word by word: "four one one one, …". A card is told by its check digit, everything else only where a label says what it is.
// Linear in the text: each run of such words is read once.
import { luhn } from './check-digit.ts';
import type { Match } from './finding-kind.ts';
import { KEY } from './key-class.ts';
import { schemeLabelled } from './national-id.ts';
import { contextOf, isIssued } from './number-value.ts';
import { isDialable } from './phone-number.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import { fieldAt, type View } from './view.ts';

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const;
const VALUE = new Map<string, string>([
  ...DIGITS.map((word, value): [string, string] => [word, String(value)]),
  ['oh', '0'],
  ['nought', '0'],
]);
const WORD = `(?:(?:double|triple) )?(?:${[...VALUE.keys()].join('|')})`;
const STARTS = groupOfStarts([...DIGITS, 'double', 'triple', 'oh ']);
/** Shorter ones are a count, a score, a time. */
const RUN = new RegExp(`(?<![\\p{L}\\d])${WORD}(?:(?:[ \\t-]|[,.;–—]? |, ?(?:then |and )?|\\r?\\n)${WORD}){6,40}(?![\\p{L}\\d])`, 'iuy');

export function findSpelledNumbers(view: View, out: Match[]): void {
  eachMatch(view.text, view.starts[STARTS] as readonly number[], RUN, ({ index, 0: run }) => {
    const digits = digitsOf(run);
    const found = decide(view, index, index + run.length, digits);
    if (found !== undefined) out.push({ ...found, start: index, end: index + run.length });
  });
}

function digitsOf(run: string): string {
  let digits = '';
  let times = 1;
  for (const word of run.toLowerCase().match(/[a-z]+/g) ?? []) {
    if (word === 'double' || word === 'triple') times = word === 'double' ? 2 : 3;
    else {
      digits += (VALUE.get(word) ?? '').repeat(times);
      times = 1;
    }
  }
  return digits;
}

function decide(view: View, start: number, end: number, digits: string): Pick<Match, 'type' | 'confidence' | 'rule'> | undefined {
  if (digits.length >= 13 && digits.length <= 19 && isIssued(digits) && luhn(digits))
    return { type: 'CREDIT_CARD', confidence: 0.9, rule: 'spelled-number' };
  const { bits } = contextOf(view.text, start, end, fieldAt(view, start, end));
  if (bits & KEY.SSN && digits.length === 9) return { type: 'US_SSN', confidence: 0.9, rule: 'spelled-number' };
  if (bits & KEY.PHONE && digits.length <= 15 && isDialable(digits)) return { type: 'PHONE', confidence: 0.8, rule: 'spelled-number' };
  if (bits & (KEY.ACCOUNT | KEY.ROUTING)) return { type: 'BANK_ACCOUNT', confidence: 0.8, rule: 'spelled-number' };
  if (bits & KEY.NATIONAL_ID && schemeLabelled(digits, true) !== undefined)
    return { type: 'NATIONAL_ID', confidence: 0.85, rule: 'spelled-number' };
  return undefined;
}
