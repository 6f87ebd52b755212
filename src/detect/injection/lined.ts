// Sentences that are written a word or two a line, or with a full stop behind each word, so that no line says anything: read as one line. Lists look the
// same; a sentence has lines that end in words which no item of a list ends in. Linear and bounded.
import { MAX_WINDOW_WORDS } from './model.ts';

export interface LinedRun {
  /** UTF-16 offsets in the text. */
  start: number;
  end: number;
  /** The words, with spaces between them. */
  text: string;
}

/** Longest line of one, characters. */
const MAX_LINE_CHARS = 40;
const MIN_LINES = 5;
/** Lines that end in the middle of a sentence; or twice as many that begin or end in one. */
const MIN_OPEN_LINES = 2;
/** Longest run that is read at once, words: blanks between them count nothing, so that they cannot part a sentence. */
const MAX_RUN_WORDS = 640;
/** What is longer is read in runs that overlap by more than the model looks at together. */
const OVERLAP_WORDS = MAX_WINDOW_WORDS + 24;

export function linedRuns(text: string): LinedRun[] {
  const runs: LinedRun[] = [];
  for (const sign of ENDS)
    eachStretch(text, sign, (from, to) => {
      const run = sign === '\n' ? sentenceIn(text, sign, from, to) : sentenceIn(text, sign, lineFrom(text, from), lineTo(text, to));
      if (run !== undefined) runs.push(run);
    });
  return runs;
}

/** What may stand behind every word or two. */
const ENDS = ['\n', '. '];

/** The first word and the last one share a line end with what stands around them, not a full stop. */
function lineFrom(text: string, from: number): number {
  const start = Math.max(0, from - MAX_LINE_CHARS);
  const end = text.slice(start, from).lastIndexOf('\n');
  return end < 0 ? from : start + end + 1;
}

function lineTo(text: string, to: number): number {
  const end = text.slice(to, to + MAX_LINE_CHARS).indexOf('\n');
  return end < 0 ? to : to + end;
}

/** Short lines in a row, told by their length, the number of their words and their signs alone: most texts have none. */
function eachStretch(text: string, sign: string, visit: (from: number, to: number) => void): void {
  let lines = 0;
  let said = 0;
  let stretchFrom = 0;
  for (let from = 0; from <= text.length; ) {
    const found = text.indexOf(sign, from);
    const end = found < 0 ? text.length : found;
    const words = end - from > MAX_LINE_CHARS ? MAX_WORDS + 1 : wordCount(text, from, end);
    const isShort = words <= MAX_WORDS;
    if (isShort && words > 0) lines++;
    said += words;
    const isFull = isShort && said > MAX_RUN_WORDS;
    if (!isShort || isFull || found < 0) {
      if (lines >= MIN_LINES) visit(stretchFrom, isShort ? end : from);
      lines = 0;
      said = 0;
      stretchFrom = isFull && found >= 0 ? lastWords(text, sign, stretchFrom, end) : end + 1;
      from = stretchFrom;
    } else from = end + 1;
  }
}

/** Where the line begins that the last words of a stretch begin in. */
function lastWords(text: string, sign: string, stretchFrom: number, stretchTo: number): number {
  let to = stretchTo;
  for (let words = 0; to > stretchFrom; ) {
    const found = text.lastIndexOf(sign, to - 1);
    const from = Math.max(stretchFrom, found + 1);
    words += wordCount(text, from, to);
    if (words >= OVERLAP_WORDS) return from;
    to = from - 1;
  }
  return stretchTo + 1;
}

/** With a bullet or a number. */
const MAX_WORDS = 4;
const LETTER = 0;
const BLANK = 1;
/** What no word of a sentence has: such lines are code or data. */
const FOREIGN = 2;
const KINDS = new Uint8Array(128);
KINDS.fill(BLANK, 0, 33);
for (const sign of '"={}<>\\`;') KINDS[sign.charCodeAt(0)] = FOREIGN;

/** Too many where something in it belongs to no sentence. */
function wordCount(text: string, from: number, to: number): number {
  let words = 0;
  let before = BLANK;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const kind = code < 128 ? (KINDS[code] as number) : LETTER;
    if (kind === FOREIGN) return MAX_WORDS + 1;
    if (kind === LETTER && before === BLANK) words++;
    before = kind;
  }
  return words;
}

/** The words of so many short lines, if they make a sentence. */
function sentenceIn(text: string, sign: string, from: number, to: number): LinedRun | undefined {
  const said: string[] = [];
  let open = 0;
  let begun = 0;
  for (const one of text.slice(from, to).split(sign)) {
    const line = wordsOf(one);
    if (line === '') continue;
    said.push(line);
    if (isOpen(line)) open++;
    else if (goesOn(line)) begun++;
  }
  const isSentence = open >= MIN_OPEN_LINES || open + begun >= 2 * MIN_OPEN_LINES;
  return said.length >= MIN_LINES && isSentence ? { start: from, end: to, text: said.join(' ') } : undefined;
}

/** What a line says without its bullet or number. */
function wordsOf(line: string): string {
  return line.replace(/^[\s>*•·–#|\d.)(\]-]+/, '').trim();
}

/** Words that something follows. */
const OPEN_WORDS = new Set(
  `a an the to of and or in on at by for from with into as that this these those all any your my our its his her their you not do is are be it if when
  then before after without about der die das den dem und oder in zu von mit auf für ein eine alle deine ihre le la les un une des de du et ou à dans pour
  avec tes vos toutes el los las y o en para con tus sus todas todos o os e em com seus suas il lo gli i di per tutte`.split(/\s+/),
);

/** Does it end in the middle of a sentence? */
export function isOpen(line: string): boolean {
  return OPEN_WORDS.has(line.slice(line.lastIndexOf(' ') + 1).toLowerCase());
}

function goesOn(line: string): boolean {
  const space = line.indexOf(' ');
  return space > 0 && OPEN_WORDS.has(line.slice(0, space).toLowerCase());
}
