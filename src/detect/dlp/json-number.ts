// Where a number of JSON stands in a text: what is put in its place is a string, or the JSON around it is none any more. Reads JSON that is a text of
// its own and JSON in the strings of JSON, whose quotes are escaped. Something else that is written like it (a row, a literal of a language) gets quotes,
// too, which does it no harm. Never puts a quote where it would end a string of JSON.

export interface Place {
  start: number;
  end: number;
}

export interface NumberPlace extends Place {
  /** A quote as the JSON around it writes quotes. */
  quote: string;
}

/** Longest number and longest white space that are looked at in a text, characters. */
const MAX_NUMBER = 64;
const MAX_SPACE = 1024;
/** JSON is packed in JSON no deeper than this: there a quote has a thousand backslashes. */
const MAX_LEVEL = 10;
/** What is walked over in one step, characters: less than a millisecond. */
export const STEP_CHARS = 131_072;

const NUMBER = /-?(?:0|[1-9]\d{0,63})(?:\.\d{1,63})?(?:[eE][+-]?\d{1,9})?(?![\w.+-])/y;
const REST_OF_NUMBER = /[\d.eE+-]*/y;

/** The number of JSON that a place outside of its strings is part of, whole. */
export function numberAround(text: string, { start, end }: Place): Place {
  REST_OF_NUMBER.lastIndex = end;
  REST_OF_NUMBER.exec(text);
  let from = start;
  while (isOneOf('0123456789.eE+-', text.charAt(from - 1))) from--;
  return { start: from, end: REST_OF_NUMBER.lastIndex };
}

interface Quote {
  at: number;
  sign: '"' | "'";
  /** How many times the JSON is packed that it is of. */
  level: number;
  /** Before it: those of its level, and the end of the text it closes. */
  backslashes: number;
  /** Does it begin a string, as far as the quotes before it tell? */
  opens: boolean;
}

/** Walks over a text once, forwards, to tell what stands in strings, and what in the strings of JSON that a string holds. */
export class JsonText {
  readonly #text: string;
  readonly #stepChars: number;
  #at = 0;
  #backslashes = 0;
  /** Bit n: a string is open of JSON that is packed n times. None goes over the end of a line. */
  #open = 0;
  #last: Quote | undefined;
  #read: { after: Quote | undefined; quote: string | undefined } | undefined;

  constructor(text: string, stepChars = STEP_CHARS) {
    this.#text = text;
    this.#stepChars = stepChars;
  }

  /** Does `offset`, not before the last one asked for, stand in a string? */
  *inString(offset: number): Generator<void, boolean, void> {
    yield* this.#walk(offset);
    return (this.#open & 1) === 1;
  }

  /** The number that a find, not before the last one asked for, is or is part of, where JSON has it as the value of a member or in a list. */
  *numberAt(found: Place): Generator<void, NumberPlace | undefined, void> {
    const text = this.#text;
    const start = text.charAt(found.start - 1) === '-' ? found.start - 1 : found.start;
    if (!isOneOf(':,[', text.charAt(beforeSpace(text, start - 1)))) return undefined;
    NUMBER.lastIndex = start;
    const end = start + (NUMBER.exec(text)?.[0].length ?? 0);
    if (end < found.end || end - start > MAX_NUMBER || !isOneOf(',}]', text.charAt(afterSpace(text, end)))) return undefined;
    yield* this.#walk(start);
    if (!this.#read || this.#read.after !== this.#last) this.#read = { after: this.#last, quote: this.#quote() };
    const { quote } = this.#read;
    return quote === undefined ? undefined : { start, end, quote };
  }

  *#walk(to: number): Generator<void, void, void> {
    while (to - this.#at > this.#stepChars) {
      this.#walkTo(this.#at + this.#stepChars);
      yield;
    }
    this.#walkTo(to);
  }

  #walkTo(to: number): void {
    for (; this.#at < to; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === 0x5c) {
        this.#backslashes++;
        continue;
      }
      if (code === 0x22) this.#meet('"');
      else if (code === 0x27) this.#meet("'");
      else if (code === 0x0a) this.#open = 0;
      this.#backslashes = 0;
    }
  }

  #meet(sign: '"' | "'"): void {
    const backslashes = this.#backslashes;
    const level = lowOnes(backslashes);
    const bit = sign === '"' && level <= MAX_LEVEL ? 1 << level : 0;
    // Whatever is open in a string ends with it.
    if (bit !== 0) this.#open = (this.#open ^ bit) & (2 * bit - 1);
    this.#last = { at: this.#at, sign, level, backslashes, opens: (this.#open & bit) !== 0 };
  }

  /** The last quote before a number as it is written there, when the number can stand outside of the string that it begins or ends. */
  #quote(): string | undefined {
    const text = this.#text;
    if (!this.#last) return text.charAt(afterSpace(text, 0)) === '[' ? '"' : undefined;
    const { at, sign, level, backslashes, opens } = this.#last;
    if (level > MAX_LEVEL) return undefined;
    const next = text.charAt(afterSpace(text, at + 1));
    // A list that is all of a string.
    if (next === '[' && opens) return quoteOf('"', level + 1);
    if (next === '[' && sign === "'") return quoteOf('"', lowOnes(this.#open));
    // A text in a string may begin like what comes after one: then this quote stands where one begins.
    if (!isOneOf(':,]}', next) || (opens && isOpening(text, at - backslashes - 1))) return undefined;
    return quoteOf(sign, level);
  }
}

/** A quote of JSON that is packed n times has 2ⁿ − 1 backslashes. */
function quoteOf(sign: '"' | "'", level: number): string {
  return '\\'.repeat(2 ** level - 1) + sign;
}

/** How many of the lowest bits are set: of the backslashes before a quote those that are not of the text before it. */
function lowOnes(bits: number): number {
  return 31 - Math.clz32(~bits & (bits + 1));
}

function isOpening(text: string, before: number): boolean {
  return before < 0 || isOneOf(':,[{"', text.charAt(beforeSpace(text, before)));
}

function isOneOf(these: string, char: string): boolean {
  return char !== '' && these.includes(char);
}

/** The next place that is no white space, escaped or not. */
function afterSpace(text: string, from: number): number {
  let at = from;
  for (; at - from < MAX_SPACE; at++) {
    if (isOneOf(' \t\r\n', text.charAt(at))) continue;
    let to = at;
    while (to - at < MAX_SPACE && text.charAt(to) === '\\') to++;
    if (to === at || !isOneOf('nrt', text.charAt(to))) break;
    at = to;
  }
  return at;
}

/** The last place up to `from` that is no white space, escaped or not. */
function beforeSpace(text: string, from: number): number {
  let at = from;
  while (at >= 0 && from - at < MAX_SPACE) {
    if (isOneOf(' \t\r\n', text.charAt(at))) at--;
    else if (isOneOf('nrt', text.charAt(at)) && text.charAt(at - 1) === '\\') {
      at--;
      while (at >= 0 && from - at < MAX_SPACE && text.charAt(at) === '\\') at--;
    } else break;
  }
  return at;
}
