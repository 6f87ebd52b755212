// Values written one character at a time: `4 1 1 1 …`, `A_K_I_A_…`, bytes in hex with something between them, lists of character codes.
// Looked for only where many short words follow each other. Linear in the text.
import { readable } from './decode-run.ts';

export interface SpacedRun {
  /** From the start of the text that was given. */
  start: number;
  end: number;
  text: string;
}

const MAX_SECTION_CHARS = 65_536;
/** Longest piece of what is spelled out: `0x67`. */
const MAX_TOKEN = 4;
/** Between two of them, at most. */
const MAX_GAP = 3;

/** Could the sign at `at` stand between two characters, or two bytes, of something spelled out? */
export function maySpell(text: string, at: number): boolean {
  if (at + 1 >= text.length) return false;
  const after = text.charCodeAt(at + 1) === 0x20 ? at + 2 : at + 1;
  const before = at > 0 && text.charCodeAt(at) === 0x20 && !isWordCode(text.charCodeAt(at - 1)) ? at - 1 : at;
  let next = after;
  while (next < after + MAX_TOKEN && next < text.length && isWordCode(text.charCodeAt(next))) next++;
  const length = next - after;
  if (length !== 1 && !isByte(text, after, length)) return false;
  let last = before;
  while (last > before - MAX_TOKEN && last > 0 && isWordCode(text.charCodeAt(last - 1))) last--;
  // "… i @ a …": a sign among the letters.
  const isSign = before === at - 1 && isPrinted(text.charCodeAt(before)) && text.charCodeAt(before - 1) === 0x20;
  const other = isSign ? 1 : before - last;
  if (length === 1) return other === 1 && (text.charCodeAt(at - 2) === text.charCodeAt(at + 2) || at < 3);
  return isByte(text, last, other);
}

/** Two characters of hex, two or three digits, `0x67`. */
function isByte(text: string, start: number, length: number): boolean {
  if (length < 2) return false;
  if (length === 4) return text.charCodeAt(start) === 0x30 && text.charCodeAt(start + 1) === 0x78;
  for (let at = start; at < start + length; at++) {
    const code = text.charCodeAt(at);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && (length === 3 || !((code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)))) return false;
  }
  return true;
}

function isWordCode(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
}

/** The short words around a place, none of them before `from`. */
export function sectionAround(text: string, at: number, from: number): { start: number; end: number } {
  let start = at;
  for (let token = 0, gap = 0, next = at; next > from && at - next < MAX_SECTION_CHARS; ) {
    next--;
    if (isWordCode(text.charCodeAt(next))) {
      gap = 0;
      if (++token > MAX_TOKEN) break;
      start = next;
    } else {
      token = 0;
      if (++gap > MAX_GAP) break;
    }
  }
  let end = at;
  for (let token = 0, gap = 0, next = at; next < text.length && next - at < MAX_SECTION_CHARS; next++) {
    if (isWordCode(text.charCodeAt(next))) {
      gap = 0;
      if (++token > MAX_TOKEN) break;
    } else {
      token = 0;
      if (++gap > MAX_GAP) break;
    }
    end = next + 1;
  }
  // One more on both sides: what follows decides whether the last one stands alone.
  return { start: Math.max(from, start - 1), end: Math.min(text.length, end + 1) };
}

const HEX = /(?<![\w:])(?:0x|\\x)?[0-9A-Fa-f]{2}(, ?|[ :;-])(?:0x|\\x)?[0-9A-Fa-f]{2}(?:\1(?:0x|\\x)?[0-9A-Fa-f]{2}){6,}(?![0-9A-Za-z])/g;
const CODES = /(?<![\w.])\d{2,3}(, ?| )\d{2,3}(?:\1\d{2,3}){7,}(?![\w])/g;
/** A character, a sign, a character, the same sign, … */
const SINGLE = /(?<![!-~])[!-~]([ \n]|\r\n)[!-~](?:\1[!-~]){8,}(?![!-~])|(?<!\w)[!-~]([._\-/|*])[!-~](?:\2[!-~]){8,}(?!\w)/g;

/** No shorter section spells anything. */
const MIN_SECTION = 19;

/** What a section of short words spells. */
export function spacedRuns(section: string): SpacedRun[] {
  const runs: SpacedRun[] = [];
  if (section.length < MIN_SECTION) return runs;
  const text = section.length > MAX_SECTION_CHARS ? section.slice(0, MAX_SECTION_CHARS) : section;
  each(HEX, text, (found) => {
    const bytes = found[0].replace(/0x|\\x|[^0-9A-Fa-f]/g, '');
    say(found, readable(Buffer.from(bytes, 'hex')), runs);
  });
  each(CODES, text, (found) => {
    const codes = found[0].split(/\D+/).map(Number);
    say(found, codes.every((code) => code >= 32 && code < 127) ? String.fromCharCode(...codes.slice(0, 4096)) : undefined, runs);
  });
  each(SINGLE, text, (found) => {
    const gap = (found[1] ?? found[2] ?? ' ').length;
    let spelled = '';
    for (let at = 0; at < found[0].length; at += 1 + gap) spelled += found[0][at];
    say(found, spelled, runs);
  });
  return runs;
}

function each(shape: RegExp, text: string, visit: (found: RegExpExecArray) => void): void {
  shape.lastIndex = 0;
  for (let found = shape.exec(text); found !== null; found = shape.exec(text)) visit(found);
}

function say(found: RegExpExecArray, text: string | undefined, runs: SpacedRun[]): void {
  if (text !== undefined) runs.push({ start: found.index, end: found.index + found[0].length, text });
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

/** Behind the last character of such a word, and the one that decides whether it ends there. */
export function spacedWordEnd(text: string, at: number): number {
  const sign = text.charCodeAt(at + 1);
  let end = at + 1;
  while (text.charCodeAt(end) === sign && isPrinted(text.charCodeAt(end + 1)) && end - at < MAX_SECTION_CHARS) end += 2;
  return Math.min(text.length, end + 1);
}

function isPrinted(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}
