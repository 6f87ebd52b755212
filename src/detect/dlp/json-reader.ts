// Reads JSON text that may be cut off or broken: where strings begin and end, and what they say, with the place of every character.
// Each backslash is looked for once, so a document is read in linear time. Never throws.
import { isCopied, type Mapped, MappedBuilder, rawStart } from './mapped-text.ts';

export function readerOf(map: Mapped): Reader {
  return { map, text: map.text, copiedFrom: isCopied(map) ? (map.from[0] as number) : -1, at: 0, depth: 0, escapeAt: -1, columns: [] };
}

export interface Reader {
  readonly map: Mapped;
  readonly text: string;
  /** The text is a straight copy of the raw text from here; -1 when it was decoded. */
  readonly copiedFrom: number;
  at: number;
  depth: number;
  /** Next backslash at or behind `at`, looked for once. */
  escapeAt: number;
  /** Names of the columns that rows below belong to. */
  columns: string[];
}

export function backslashFrom(reader: Reader, from: number): number {
  if (reader.escapeAt < from) {
    reader.escapeAt = endOf(reader.text, '\\', from);
  }
  return reader.escapeAt;
}

export function skipSpace(reader: Reader): void {
  while (reader.text.charCodeAt(reader.at) <= 0x20) reader.at++;
}

export function isStop(code: number): boolean {
  return (
    code === 0x2c || code === 0x7d || code === 0x5d || code <= 0x20 || code === 0x22 || code === 0x7b || code === 0x5b || code === 0x3a
  );
}

/** The string that opens at the reader, unescaped, with its places. A string without an end is read up to the end of the text. */
export function readString(reader: Reader): Mapped | undefined {
  const { text, map } = reader;
  const from = reader.at + 1;
  let quote = endOf(text, '"', from);
  const slash = backslashFrom(reader, from);
  const builder = new MappedBuilder();
  if (quote < slash) {
    reader.at = Math.min(quote + 1, text.length);
    builder.addSlice(map, from, quote);
    return builder.length === 0 ? { text: '', at: [0], from: [rawStart(map, from)], to: [rawStart(map, from)] } : builder.build();
  }
  let at = from;
  while (at < text.length) {
    if (quote < at) quote = endOf(text, '"', at);
    const stop = Math.min(quote, backslashFrom(reader, at));
    builder.addSlice(map, at, stop);
    at = stop;
    if (stop === quote) break;
    const end = Math.min(at + (text.charCodeAt(at + 1) === 0x75 ? 6 : 2), text.length);
    builder.addDecoded(unescaped(text, at, end), map, at, end);
    at = end;
  }
  reader.at = Math.min(at + 1, text.length);
  return builder.build();
}

/** Where the sign stands next; the end of the text without one. */
function endOf(text: string, sign: string, from: number): number {
  const found = text.indexOf(sign, from);
  return found < 0 ? text.length : found;
}

/** What the escape [start, end) stands for; itself when it is none. */
function unescaped(text: string, start: number, end: number): string {
  switch (text.charCodeAt(start + 1)) {
    case 0x22:
      return '"';
    case 0x5c:
      return '\\';
    case 0x2f:
      return '/';
    case 0x6e:
      return '\n';
    case 0x72:
      return '\r';
    case 0x74:
      return '\t';
    case 0x62:
    case 0x66:
      return ' ';
    case 0x75: {
      const code = Number.parseInt(text.slice(start + 2, end), 16);
      return Number.isNaN(code) ? text.slice(start, end) : String.fromCharCode(code);
    }
    default:
      return text.slice(start, end);
  }
}

/** `d` of a private key in JSON, `k` of a symmetric one: beside `kty`. */
export function isPrivatePart(name: string, { text, at }: Reader): boolean {
  return (name === 'd' || name === 'k') && text.slice(Math.max(0, at - JWK_CHARS), at + JWK_CHARS).includes('"kty"');
}

const JWK_CHARS = 1200;

export function startsNumber({ text, at }: Reader): boolean {
  const code = text.charCodeAt(at);
  return code === 0x2d || (code >= 0x30 && code <= 0x39);
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What may stand behind one, if anything does. */
const BEHIND_NUMBER = /\s*(?:[,:\]}"[{]|$)/y;

/** Is the value at the reader a text, and another member behind it? */
export function isPlainMember({ text, at }: Reader): boolean {
  if (text.charCodeAt(at) !== 0x22) return false;
  const close = text.indexOf('"', at + 1);
  return close > 0 && /^\s{0,80},/.test(text.slice(close + 1, close + 82));
}

/** Is what was read from there a number, and all that stands there? "123-45-6789" and "4111 1111 …" are none. */
export function isNumber({ text, at }: Reader, from: number): boolean {
  NUMBER.lastIndex = from;
  if (!NUMBER.test(text) || NUMBER.lastIndex !== at) return false;
  BEHIND_NUMBER.lastIndex = at;
  return BEHIND_NUMBER.test(text);
}

/** The strings of the list that opens at the reader; none when it holds anything else. */
export function headerNames(reader: Reader): string[] {
  const close = reader.text.indexOf(']', reader.at);
  if (close < 0 || close - reader.at > MAX_HEADER_CHARS) return [];
  try {
    const list: unknown = JSON.parse(reader.text.slice(reader.at, close + 1));
    return Array.isArray(list) && list.length > 1 && list.every((item) => typeof item === 'string') ? list : [];
  } catch {
    return [];
  }
}

const MAX_HEADER_CHARS = 2000;
