// One linear pass over a long JSON text, in steps: how deep it is nested, how many values it holds, where the members or elements of its outermost
// value and everything long within it are. Does not validate: whoever builds the value does (large-value.ts).
import { JSON_CHAR } from './json-char.ts';
import { keyOf, type MemberRange, trimmedRange } from './json-text.ts';

/** Longer texts are read and written in steps, UTF-16 code units. */
export const LARGE_CHARS = 262_144;
/** A value whose text is longer is never parsed in one go, UTF-16 code units. */
export const PIECE_CHARS = 65_536;
/** Pieces looked over in one step: about a millisecond. */
const STEP_PIECES = 2;

export interface LongScan {
  /** Members of the outermost object, by key; of a repeated key the last. Empty for an array. */
  members: Map<string, MemberRange>;
  /** Keys written in the outermost object. */
  outerKeysWritten: number;
  /** Elements of the outermost array; empty for an object. */
  elements: { start: number; end: number }[];
  /** Deepest nesting; the outermost value is 1. */
  depth: number;
  /** What is longer is long, UTF-16 code units. */
  pieceChars: number;
  /** After the outermost value. */
  end: number;
  /** Ends of all long objects, arrays and strings, by where they start. */
  long: Map<number, number>;
}

/** `broken`: certainly no JSON. */
export type Unscannable = 'too_much' | 'long_key' | 'broken';

/** Stops at the first limit, as `isWithin` does. More than `maxElements` elements of an outermost array are counted, but not kept. */
export interface ScanBounds {
  maxDepth: number;
  maxValues: number;
  maxElements: number;
  pieceChars: number;
}

const { QUOTE, COMMA, COLON, OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE } = JSON_CHAR;

export function* scanLong(text: string, bounds: ScanBounds): Generator<void, LongScan | Unscannable, void> {
  const seen = new Structure(text, bounds);
  let isString = false;
  let at = 0;
  while (at < text.length) {
    const to = Math.min(text.length, at + STEP_PIECES * bounds.pieceChars);
    for (; at < to; at++) {
      const code = text.charCodeAt(at);
      if (isString) {
        // What follows a backslash never ends a string.
        if (code === BACKSLASH) at++;
        else if (code === QUOTE) {
          isString = false;
          seen.string(at + 1);
        }
      } else if (code === QUOTE) {
        isString = true;
        seen.stringStart = at;
      } else if (code === COMMA || code === COLON || code === OPEN_BRACE || code === OPEN_BRACKET) seen.open(code, at);
      else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) seen.close(at);
      if (seen.problem !== undefined) return seen.problem;
    }
    yield;
  }
  return isString || seen.level !== 0 ? 'broken' : seen.scan;
}

/** What has been met so far outside strings. */
class Structure {
  readonly scan: LongScan;
  problem: Unscannable | undefined;
  stringStart = -1;
  level = 0;
  readonly #text: string;
  readonly #bounds: ScanBounds;
  /** Where each object or array that is open started. */
  readonly #starts: number[] = [];
  #stringEnd = -1;
  #values = 1;
  #keyStart = -1;
  #keyEnd = -1;
  #valueStart = -1;

  constructor(text: string, bounds: ScanBounds) {
    this.#text = text;
    this.#bounds = bounds;
    const { pieceChars } = bounds;
    this.scan = { members: new Map(), outerKeysWritten: 0, elements: [], depth: 0, pieceChars, end: -1, long: new Map() };
  }

  string(end: number): void {
    if (this.level === 0) this.problem = 'broken';
    this.#stringEnd = end;
    if (end - this.stringStart > this.scan.pieceChars) this.scan.long.set(this.stringStart, end);
  }

  open(code: number, at: number): void {
    // Nothing stands beside the outermost value.
    if (this.level === 0 && (this.scan.end >= 0 || code === COMMA || code === COLON)) this.problem = 'broken';
    else if (code === COLON) this.#key(at);
    else if (code === COMMA) {
      if (this.level === 1) this.#child(at);
      if (++this.#values > this.#bounds.maxValues) this.problem = 'too_much';
    } else {
      this.#starts[this.level++] = at;
      if (this.level === 1) this.#valueStart = code === OPEN_BRACKET ? at + 1 : -1;
      if (this.level > this.scan.depth) this.scan.depth = this.level;
      if (this.level > this.#bounds.maxDepth || ++this.#values > this.#bounds.maxValues) this.problem = 'too_much';
    }
  }

  close(at: number): void {
    if (this.level === 0) {
      this.problem = 'broken';
      return;
    }
    if (this.level === 1) this.#child(at);
    const start = this.#starts[--this.level] ?? 0;
    if (this.level === 0) this.scan.end = at + 1;
    if (at + 1 - start > this.scan.pieceChars) this.scan.long.set(start, at + 1);
  }

  #key(at: number): void {
    if (this.scan.long.has(this.stringStart)) this.problem = 'long_key';
    if (this.level !== 1) return;
    // The outermost value is an array.
    if (this.#valueStart >= 0 && this.#keyStart < 0) this.problem = 'broken';
    this.scan.outerKeysWritten++;
    this.#keyStart = this.stringStart;
    this.#keyEnd = this.#stringEnd;
    this.#valueStart = at + 1;
  }

  /** A member or an element of the outermost value ends. */
  #child(at: number): void {
    if (this.#valueStart < 0) return;
    const range = trimmedRange(this.#text, this.#keyStart, this.#valueStart, at);
    if (this.#keyStart < 0) {
      if (this.scan.elements.length <= this.#bounds.maxElements) this.scan.elements.push(range);
      this.#valueStart = at + 1;
    } else this.#keep(range);
  }

  #keep(range: MemberRange): void {
    try {
      this.scan.members.set(keyOf(this.#text, this.#keyStart, this.#keyEnd), range);
    } catch {
      this.problem = 'broken';
    }
  }
}
