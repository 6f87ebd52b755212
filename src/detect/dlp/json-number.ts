// Where a number of JSON stands in a text: what is put in its place is a string, or the JSON around it is none any more. Reads JSON that is a text of
// its own and JSON in the strings of JSON, whose quotes are escaped. Something else that is written like it (a row, a literal of a language) gets quotes,
// too, which does it no harm.

export interface Place {
  start: number;
  end: number;
}

export interface NumberPlace extends Place {
  /** A quote as the JSON around it writes quotes. */
  quote: string;
}

/** Longest number, most backslashes and longest white space that are looked at, characters. */
const MAX_NUMBER = 64;
const MAX_SPACE = 1024;
/** How far back a quote is looked for: less than a millisecond. */
const MAX_BACK = 65_536;

const NUMBER = /^-?\d[\d.eE+-]*$/;

/** A number with its sign and its end, from a part of it. */
export function numberAround(text: string, { start, end }: Place): Place {
  let to = end;
  while (/[\d.eE+-]/.test(text.charAt(to))) to++;
  return { start: text.charAt(start - 1) === '-' ? start - 1 : start, end: to };
}

/** Walks over a text once, forwards. */
export class JsonNumbers {
  readonly #text: string;
  #at = 0;
  /** The last quote before `#at`. */
  #last = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The number that a find, not before the last one asked for, is or is part of, where JSON has it as the value of a member or in a list. */
  holds(found: Place): NumberPlace | undefined {
    const { start, end } = numberAround(this.#text, found);
    if (end - start > MAX_NUMBER || !NUMBER.test(this.#text.slice(start, end))) return undefined;
    if (!isOneOf(',}]', this.#text.charAt(afterSpace(this.#text, end)))) return undefined;
    const before = this.#text.charAt(beforeSpace(this.#text, start - 1));
    if (!isOneOf(':,[', before)) return undefined;
    const quote = this.#quoteBefore(start);
    return quote === undefined ? undefined : { start, end, quote };
  }

  #quoteBefore(start: number): string | undefined {
    if (start - this.#at > MAX_BACK) {
      this.#at = start - MAX_BACK;
      this.#last = -1;
    }
    for (; this.#at < start; this.#at++) if (isOneOf('"\'', this.#text.charAt(this.#at))) this.#last = this.#at;
    if (this.#last < 0) return start <= MAX_BACK && this.#text.charAt(afterSpace(this.#text, 0)) === '[' ? '"' : undefined;
    const next = this.#text.charAt(afterSpace(this.#text, this.#last + 1));
    const quote = this.#text.charAt(this.#last);
    let backslashes = 0;
    while (backslashes < MAX_NUMBER && this.#text.charAt(this.#last - backslashes - 1) === '\\') backslashes++;
    // A name or an element before it, or the string that the list is all of.
    if (next === ':' || next === ',') return '\\'.repeat(backslashes) + quote;
    return next === '[' ? `${'\\'.repeat(2 * backslashes + 1)}"` : undefined;
  }
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
    while (to - at < MAX_NUMBER && text.charAt(to) === '\\') to++;
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
