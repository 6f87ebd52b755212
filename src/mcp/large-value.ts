// The value of a long JSON text, built piece by piece: every piece is short and is read by JSON.parse, so that what is accepted here is what is accepted
// there. Repeated keys and numbers out of range are found as everywhere. Only for a text that `scanLong` has been over.
import type { Json, JsonObject } from '../lib/json.ts';
import { endOfString, isBlank, isSpace, readValue, scanObject } from './json-text.ts';
import type { LongScan } from './large-text.ts';
import { countKeys, NOT_FINITE } from './written-key.ts';

/** The text is no JSON. */
export class Unreadable extends Error {}

/** A long value, and what makes it one that may not be used. The whole text is read all the same: whether it is JSON at all comes first. */
export interface Built {
  value: Json;
  repeatsKey: boolean;
  isOutOfRange: boolean;
}

/** A text being read. */
interface Reading extends Pick<LongScan, 'long' | 'pieceChars'>, Omit<Built, 'value'> {
  text: string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_U = 0x75;

/** The value of a text, white space around it allowed. Throws `Unreadable`. */
export function* buildValue(text: string, { long, pieceChars }: LongScan): Generator<void, Built, void> {
  const reading: Reading = { text, long, pieceChars, repeatsKey: false, isOutOfRange: false };
  const value = yield* valueBetween(reading, 0, text.length);
  return { value, repeatsKey: reading.repeatsKey, isOutOfRange: reading.isOutOfRange };
}

function* valueBetween(reading: Reading, from: number, to: number): Generator<void, Json, void> {
  const { text, long, pieceChars } = reading;
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  if (end - start <= pieceChars) return short(reading, `[${text.slice(start, end)}]`, 1)[0] as Json;
  // What is long and no object, array or string is a number of so many figures, or nothing at all.
  if (long.get(start) !== end) throw new Unreadable();
  const first = text.charCodeAt(start);
  if (first === QUOTE) return yield* longString(reading, start, end);
  const last = text.charCodeAt(end - 1);
  if (first === OPEN_BRACE && last === CLOSE_BRACE) return yield* longObject(reading, start, end);
  if (first === OPEN_BRACKET && last === CLOSE_BRACKET) return yield* longArray(reading, start, end);
  throw new Unreadable();
}

function* longArray(reading: Reading, start: number, end: number): Generator<void, Json, void> {
  const { text } = reading;
  const items: Json[] = [];
  for (const part of partsOf(reading, start, end)) {
    if (part.longAt < 0) for (const item of short(reading, `[${text.slice(part.from, part.to)}]`)) items.push(item);
    else {
      if (!isBlank(text, part.from, part.longAt)) throw new Unreadable();
      items.push(yield* valueBetween(reading, part.longAt, part.to));
    }
    yield;
  }
  return items;
}

function* longObject(reading: Reading, start: number, end: number): Generator<void, Json, void> {
  const { text } = reading;
  const object: JsonObject = {};
  for (const part of partsOf(reading, start, end)) {
    if (part.longAt < 0) add(reading, object, shortObject(reading, `{${text.slice(part.from, part.to)}}`));
    else {
      const [key] = Object.keys(shortObject(reading, `{${text.slice(part.from, part.longAt)}null}`));
      if (key === undefined) throw new Unreadable();
      set(reading, object, key, yield* valueBetween(reading, part.longAt, part.to));
    }
    yield;
  }
  return object;
}

/** A run of short members or elements, or one long one, whose value starts at `longAt`. */
interface Part {
  from: number;
  to: number;
  longAt: number;
}

/**
 * Cuts what is between the brackets at its own commas. Nothing may be empty between two commas; between the brackets there may be nothing at all.
 * Everything long stands directly in here: what holds something long is long itself.
 */
function* partsOf({ text, long, pieceChars }: Reading, start: number, end: number): Generator<Part, void, void> {
  let run = start + 1;
  let member = run;
  let level = 0;
  let isAfterComma = false;
  let at = run;
  while (at < end) {
    const code = text.charCodeAt(at);
    const longEnd = code === QUOTE || code === OPEN_BRACE || code === OPEN_BRACKET ? long.get(at) : undefined;
    if (longEnd !== undefined) {
      if (level !== 0) throw new Unreadable();
      if (member > run) yield filled(text, run, member - 1);
      let next = longEnd;
      while (isSpace(text.charCodeAt(next))) next++;
      yield { from: member, to: longEnd, longAt: at };
      isAfterComma = text.charCodeAt(next) === COMMA;
      if (!isAfterComma && next !== end - 1) throw new Unreadable();
      run = next + 1;
      member = run;
      at = run;
      if (!isAfterComma) return;
      continue;
    }
    if (code === QUOTE) {
      at = endOfString(text, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) level++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) level--;
    else if (code === COMMA && level === 0) {
      isAfterComma = true;
      member = at + 1;
      if (at - run >= pieceChars) {
        yield filled(text, run, at);
        run = member;
      }
    }
    at++;
  }
  if (isAfterComma || !isBlank(text, run, end - 1)) yield filled(text, run, end - 1);
}

function filled(text: string, from: number, to: number): Part {
  if (isBlank(text, from, to)) throw new Unreadable();
  return { from, to, longAt: -1 };
}

/** Elements of a short array; `count` when there must be so many. */
function short(reading: Reading, arrayText: string, count?: number): Json[] {
  const items = shortObject(reading, `{"":${arrayText}}`)[''] as Json[];
  if (count !== undefined && items.length !== count) throw new Unreadable();
  return items;
}

function shortObject(reading: Reading, objectText: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(objectText) as Json;
  } catch {
    throw new Unreadable();
  }
  const scan = scanObject(objectText);
  const value = scan.hasEscapedKey ? readValue(objectText) : parsed;
  const held = value === undefined ? 0 : countKeys(value);
  if (held === NOT_FINITE) reading.isOutOfRange = true;
  else if (held !== scan.keysWritten) reading.repeatsKey = true;
  return (value ?? parsed) as JsonObject;
}

function add(reading: Reading, object: JsonObject, members: JsonObject): void {
  for (const key of Object.keys(members)) set(reading, object, key, members[key] as Json);
}

function set(reading: Reading, object: JsonObject, key: string, value: Json): void {
  if (Object.hasOwn(object, key)) reading.repeatsKey = true;
  // An assignment to this name would set the prototype.
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** A long string in pieces, none of which cuts an escape sequence in two. */
function* longString(reading: Reading, start: number, end: number): Generator<void, string, void> {
  const { text, pieceChars } = reading;
  const pieces: string[] = [];
  let from = start + 1;
  let escapeEnd = from;
  for (let at = from; at < end - 1; at++) {
    if (at >= escapeEnd && at - from >= pieceChars) {
      pieces.push(short(reading, `["${text.slice(from, at)}"]`, 1)[0] as string);
      from = at;
      yield;
    }
    if (at >= escapeEnd && text.charCodeAt(at) === BACKSLASH) escapeEnd = at + (text.charCodeAt(at + 1) === LOWER_U ? 6 : 2);
  }
  pieces.push(short(reading, `["${text.slice(from, end - 1)}"]`, 1)[0] as string);
  return pieces.join('');
}
