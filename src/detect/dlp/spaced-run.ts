// Values written one character at a time: `4 1 1 1 …`, `A_K_I_A_…`, bytes in hex with something between them, lists of character codes.
// Looked for only where many short words follow each other. Linear in the text.
import { readable } from './decode-run.ts';

export interface SpacedRun {
  /** From the start of the text that was given. */
  start: number;
  end: number;
  text: string;
}

/** So many short words in a row are worth a look. */
export const MIN_SHORT_WORDS = 8;
/** Longest of them: `0x67`. */
export const MAX_SHORT_CHARS = 4;
const MAX_SECTION_CHARS = 65_536;

const HEX = /(?<![\w:])(?:0x|\\x)?[0-9A-Fa-f]{2}(, ?|[ :;-])(?:0x|\\x)?[0-9A-Fa-f]{2}(?:\1(?:0x|\\x)?[0-9A-Fa-f]{2}){6,}(?![0-9A-Za-z])/g;
const CODES = /(?<![\w.])\d{2,3}(, ?| )\d{2,3}(?:\1\d{2,3}){7,}(?![\w])/g;
/** A character, a sign, a character, the same sign, … */
const SINGLE = /(?<![!-~])[!-~]([ \n]|\r\n)[!-~](?:\1[!-~]){8,}(?![!-~])|(?<!\w)[!-~]([._\-/|*])[!-~](?:\2[!-~]){8,}(?!\w)/g;

/** What a section of short words spells. */
export function* spacedRuns(section: string): Generator<SpacedRun> {
  const text = section.length > MAX_SECTION_CHARS ? section.slice(0, MAX_SECTION_CHARS) : section;
  for (const found of text.matchAll(HEX)) {
    const bytes = found[0].replace(/0x|\\x|[^0-9A-Fa-f]/g, '');
    yield* said(found, readable(Buffer.from(bytes, 'hex')));
  }
  for (const found of text.matchAll(CODES)) {
    const codes = found[0].split(/\D+/).map(Number);
    yield* said(found, codes.every((code) => code >= 32 && code < 127) ? String.fromCharCode(...codes.slice(0, 4096)) : undefined);
  }
  for (const found of text.matchAll(SINGLE)) {
    const gap = (found[1] ?? found[2] ?? ' ').length;
    let spelled = '';
    for (let at = 0; at < found[0].length; at += 1 + gap) spelled += found[0][at];
    yield* said(found, spelled);
  }
}

function* said(found: RegExpMatchArray, text: string | undefined): Generator<SpacedRun> {
  const start = found.index ?? 0;
  if (text !== undefined) yield { start, end: start + found[0].length, text };
}

/** `A_K_I_A_…`: every second character of the word is the same sign. */
export function isSpacedWord(text: string, at: number): boolean {
  const sign = text.charCodeAt(at + 1);
  return (
    (sign === 0x5f || sign === 0x2d || sign === 0x2f) &&
    text.charCodeAt(at + 3) === sign &&
    text.charCodeAt(at + 5) === sign &&
    text.charCodeAt(at + 7) === sign
  );
}
