// Where in a text something encoded may stand: long runs of letters and digits, pairs of hexadecimal digits in a row, letters that stand alone. One pass
// over the characters; the patterns of encoded.ts are tried only at these places.

export interface Survey {
  /** Start and end of every run, by turns. */
  base64: number[];
  /** Where so many hexadecimal digits in a row begin. */
  hex: number[];
  /** Where the first of several pairs begins, its mark included. */
  pairs: number[];
  /** The first of several letters that stand alone. */
  spread: number[];
}

const MIN_BASE64 = 20;
const MIN_HEX = 24;
const MIN_PAIRS = 4;
const MIN_SINGLES = 8;
/** Characters between two letters of a spread-out word. */
const MAX_SPREAD_GAP = 9;

const RUN = 1;
const ALNUM = 2;
const HEX = 4;
const CLASS = new Uint8Array(0x10000);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') CLASS[char.charCodeAt(0)] = RUN | ALNUM;
for (const char of 'ABCDEFabcdef0123456789') CLASS[char.charCodeAt(0)] = RUN | ALNUM | HEX;
for (const char of '+/_-') CLASS[char.charCodeAt(0)] = RUN;

export function surveyRuns(text: string): Survey {
  const survey: Survey = { base64: [], hex: [], pairs: [], spread: [] };
  const { length } = text;
  let runStart = 0;
  let pairs = 0;
  let pairsFrom = 0;
  let singles = 0;
  let singlesFrom = 0;
  let wordEnd = -99;
  for (let at = 0; at <= length; at++) {
    // Asked for behind its end, a text is slow from then on.
    const kind = at < length ? (CLASS[text.charCodeAt(at)] as number) : 0;
    if ((kind & ALNUM) === 0) {
      if ((kind & RUN) !== 0) continue;
      if (at - runStart >= MIN_BASE64) addRun(survey, text, runStart, at);
      runStart = at + 1;
      continue;
    }
    const word = at;
    let all = kind;
    while (at + 1 < length) {
      const next = CLASS[text.charCodeAt(at + 1)] as number;
      if ((next & ALNUM) === 0) break;
      all &= next;
      at++;
    }
    const chars = at + 1 - word;
    if (chars === 1) {
      if (singles === 0 || word - wordEnd > MAX_SPREAD_GAP) {
        singles = 0;
        singlesFrom = word;
      }
      if (++singles === MIN_SINGLES) survey.spread.push(singlesFrom);
    } else singles = 0;
    if (isPair(text, word, chars, all)) {
      if (pairs === 0 || word - wordEnd > 2) {
        pairs = 0;
        pairsFrom = text.charCodeAt(word) === 120 ? word - 1 : word;
      }
      if (++pairs === MIN_PAIRS) survey.pairs.push(pairsFrom);
    } else pairs = 0;
    wordEnd = at + 1;
  }
  return survey;
}

/** `48`, `x48` behind a backslash, `0x48`. */
function isPair(text: string, from: number, chars: number, all: number): boolean {
  if ((all & HEX) !== 0) return chars % 2 === 0;
  if (chars < 3) return false;
  const first = text.charCodeAt(from);
  const isMarked = first === 120 ? text.charCodeAt(from - 1) === 92 : first === 48 && text.charCodeAt(from + 1) === 120;
  if (!isMarked) return false;
  for (let at = from + (first === 120 ? 1 : 2); at < from + chars; at++)
    if (((CLASS[text.charCodeAt(at)] as number) & HEX) === 0) return false;
  return true;
}

function addRun(survey: Survey, text: string, start: number, end: number): void {
  let to = end;
  while (to < end + 2 && text.charCodeAt(to) === 61) to++;
  survey.base64.push(start, to);
  if (end - start < MIN_HEX) return;
  for (let at = start, from = start; at <= end; at++) {
    if (at < end && ((CLASS[text.charCodeAt(at)] as number) & HEX) !== 0) continue;
    if (at - from >= MIN_HEX) survey.hex.push(from);
    from = at + 1;
  }
}
