// Reads RFC 8785 text byte by byte: is it the one spelling of its value? Makes no values; keeps a place in a buffer and moves it on.
// Says no to what it does not know (escapes by number, names that are not ASCII): whoever asks then looks in another way.

/** Bytes that have a meaning in JSON. */
export const byte = {
  ...{ quote: 0x22, backslash: 0x5c, colon: 0x3a, comma: 0x2c, open: 0x7b, close: 0x7d, openList: 0x5b, closeList: 0x5d },
  ...{ zero: 0x30, nine: 0x39 },
} as const;
/** Deeper than any content the gateway writes. */
const MAX_DEPTH = 32;
/** Digits that are exact whatever they are. */
const MAX_DIGITS = 15;
/** Digits behind a point; with more of them small numbers are written in another way. */
const MAX_FRACTION = 6;
const POINT = 0x2e;

const { quote: QUOTE, backslash: BACKSLASH, colon: COLON, comma: COMMA, zero: ZERO, nine: NINE } = byte;
const { open: OPEN, close: CLOSE, openList: OPEN_LIST, closeList: CLOSE_LIST } = byte;

/** What may follow a backslash in the one text that RFC 8785 has, but for `u`. */
const ESCAPED = new Set([...'"\\bfnrt'].map((char) => char.charCodeAt(0)));

/** 1 for what stands in a text as it is, and says nothing about it. */
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, code) => Number(code >= 0x20 && code < 0x80 && code !== QUOTE && code !== BACKSLASH));

export const [TRUE, FALSE, NULL] = ['true', 'false', 'null'].map((text) => Buffer.from(text)) as [Buffer, Buffer, Buffer];

type Member = (nameAt: number, nameEnd: number, depth: number) => boolean;

export class CanonicalScanner {
  bytes: Buffer = Buffer.alloc(0);
  /** Of the same bytes. */
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  end = 0;
  isAscii = true;

  begin(bytes: Buffer, from: number, to: number): void {
    if (bytes !== this.bytes) this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = bytes;
    this.at = from;
    this.end = to;
    this.isAscii = true;
  }

  /** An object whose members are sorted and have different names; `member` reads the value of each. */
  object(depth: number, member: Member): boolean {
    const bytes = this.bytes;
    if (bytes[this.at] !== OPEN || depth > MAX_DEPTH) return false;
    this.at++;
    if (bytes[this.at] === CLOSE) {
      this.at++;
      return true;
    }
    let beforeAt = -1;
    let beforeEnd = -1;
    for (;;) {
      const nameAt = this.at + 1;
      const at = this.nameEnd(this.at);
      if (at < 0) return false;
      if (beforeAt >= 0 && !isAfter(bytes, beforeAt, beforeEnd, nameAt, at)) return false;
      this.at = at + 2;
      if (!member.call(this, nameAt, at, depth)) return false;
      beforeAt = nameAt;
      beforeEnd = at;
      const next = bytes[this.at++];
      if (next === CLOSE) return this.at <= this.end;
      if (next !== COMMA) return false;
    }
  }

  /** Where the name ends whose quote is at this place: at the quote before its colon. -1 for what is no name. */
  nameEnd(quoteAt: number): number {
    const { bytes, end } = this;
    if (bytes[quoteAt] !== QUOTE) return -1;
    let at = quoteAt + 1;
    for (let byte = bytes[at] as number; byte !== QUOTE; byte = bytes[++at] as number) {
      // A name that needs an escape or is not ASCII is sorted elsewhere.
      if (byte < 0x20 || byte >= 0x80 || byte === BACKSLASH || at >= end) return -1;
    }
    return bytes[at + 1] === COLON ? at : -1;
  }

  anyMember(_nameAt: number, _nameEnd: number, depth: number): boolean {
    return this.value(depth + 1);
  }

  textMember(): boolean {
    return this.text();
  }

  value(depth: number): boolean {
    switch (this.bytes[this.at]) {
      case QUOTE:
        return this.string();
      case OPEN:
        return this.object(depth, this.anyMember);
      case OPEN_LIST:
        return this.list(depth);
      case 0x74:
        return this.literal(TRUE);
      case 0x66:
        return this.literal(FALSE);
      case 0x6e:
        return this.literal(NULL);
      default:
        return this.number();
    }
  }

  list(depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    this.at++;
    if (this.bytes[this.at] === CLOSE_LIST) {
      this.at++;
      return true;
    }
    for (;;) {
      if (!this.value(depth + 1)) return false;
      const next = this.bytes[this.at++];
      if (next === CLOSE_LIST) return this.at <= this.end;
      if (next !== COMMA) return false;
    }
  }

  string(): boolean {
    const bytes = this.bytes;
    const end = this.end;
    if (bytes[this.at] !== QUOTE) return false;
    for (let at = this.at + 1; at < end; at++) {
      const byte = bytes[at] as number;
      if (IS_PLAIN[byte] === 1) continue;
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte < 0x20) return false;
      if (byte >= 0x80) this.isAscii = false;
      else if (byte === BACKSLASH && !ESCAPED.has(bytes[++at] as number)) return false;
    }
    return false;
  }

  /** Not empty. */
  text(): boolean {
    return this.bytes[this.at + 1] !== QUOTE && this.string();
  }

  /** A whole number that is not negative, of few digits; -1 for anything else. */
  digits(): number {
    const bytes = this.bytes;
    const from = this.at;
    let at = from;
    let value = 0;
    for (let byte = bytes[at] as number; byte >= ZERO && byte <= NINE; byte = bytes[++at] as number) value = value * 10 + byte - ZERO;
    const count = at - from;
    const next = bytes[at];
    if (count === 0 || count > MAX_DIGITS || (bytes[from] === ZERO && count > 1)) return -1;
    if (next !== COMMA && next !== CLOSE && next !== CLOSE_LIST) return -1;
    this.at = at;
    return value;
  }

  number(): boolean {
    if (this.digits() >= 0 || this.#fraction()) return true;
    const bytes = this.bytes;
    const from = this.at;
    let at = from;
    for (let byte = bytes[at] as number; byte !== COMMA && byte !== CLOSE && byte !== CLOSE_LIST; byte = bytes[++at] as number)
      if (at - from > 32 || at >= this.end) return false;
    const text = bytes.toString('latin1', from, at);
    this.at = at;
    return Number.isFinite(Number(text)) && String(Number(text)) === text;
  }

  /**
   * A number with few digits behind its point, and few in all: different ones of so many digits are different numbers, so each is the one text of
   * its own (ECMA-262 Number::toString). False, and not moved on, for any other.
   */
  #fraction(): boolean {
    const bytes = this.bytes;
    const from = this.at;
    let at = from;
    while (isDigit(bytes[at])) at++;
    const point = at;
    if (point === from || bytes[point] !== POINT || (bytes[from] === ZERO && point > from + 1)) return false;
    do at++;
    while (isDigit(bytes[at]));
    const digits = at - point - 1;
    if (digits < 1 || digits > MAX_FRACTION || at - from - 1 > MAX_DIGITS || bytes[at - 1] === ZERO) return false;
    const next = bytes[at];
    if (at >= this.end || (next !== COMMA && next !== CLOSE && next !== CLOSE_LIST)) return false;
    this.at = at;
    return true;
  }

  literal(literal: Uint8Array): boolean {
    if (!sameBytes(this.bytes, this.at, literal)) return false;
    this.at += literal.length;
    return true;
  }
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE;
}

export function sameBytes(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[at + index] !== expected[index]) return false;
  return true;
}

/** Is the second name greater than the first? Both are ASCII, so bytes are in the order of code units. */
function isAfter(bytes: Uint8Array, firstAt: number, firstEnd: number, secondAt: number, secondEnd: number): boolean {
  const length = Math.min(firstEnd - firstAt, secondEnd - secondAt);
  for (let index = 0; index < length; index++) {
    const [a, b] = [bytes[firstAt + index] as number, bytes[secondAt + index] as number];
    if (a !== b) return a < b;
  }
  return firstEnd - firstAt < secondEnd - secondAt;
}
