// The value of a long JSON text, built piece by piece: every piece is short and is read by JSON.parse, so that what is accepted here is what is accepted
// there. Repeated keys and numbers out of range are found as everywhere. Only for a text that `scanLong` has been over.
import type { Json, JsonObject } from '../lib/json.ts';
import { endOfString, isBlank, isSpace, readValue, scanObject } from './json-text.ts';
import type { LongScan } from './large-text.ts';
import { countKeys, NOT_FINITE } from './written-key.ts';

/** Why a text has no value that may be used. */
export class Unreadable extends Error {
  readonly why: 'not_json' | 'repeated_key' | 'not_finite';

  constructor(why: Unreadable['why']) {
    super(why);
    this.why = why;
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWER_U = 0x75;

/** The value between two places, white space around it allowed. Throws `Unreadable`. */
export function* buildValue(text: string, from: number, to: number, scan: LongScan): Generator<void, Json, void> {
  let start = from;
  let end = to;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  if (end - start <= scan.pieceChars) return short(`[${text.slice(start, end)}]`, 1)[0] as Json;
  // What is long and no object, array or string is a number of so many figures, or nothing at all.
  if (scan.long.get(start) !== end) throw new Unreadable('not_json');
  const first = text.charCodeAt(start);
  if (first === QUOTE) return yield* longString(text, start, end, scan.pieceChars);
  const last = text.charCodeAt(end - 1);
  if (first === OPEN_BRACE && last === CLOSE_BRACE) return yield* longObject(text, start, end, scan);
  if (first === OPEN_BRACKET && last === CLOSE_BRACKET) return yield* longArray(text, start, end, scan);
  throw new Unreadable('not_json');
}

function* longArray(text: string, start: number, end: number, scan: LongScan): Generator<void, Json, void> {
  const items: Json[] = [];
  for (const part of partsOf(text, start, end, scan)) {
    if (part.longAt < 0) for (const item of short(`[${text.slice(part.from, part.to)}]`)) items.push(item);
    else {
      if (!isBlank(text, part.from, part.longAt)) throw new Unreadable('not_json');
      items.push(yield* buildValue(text, part.longAt, part.to, scan));
    }
    yield;
  }
  return items;
}

function* longObject(text: string, start: number, end: number, scan: LongScan): Generator<void, Json, void> {
  const object: JsonObject = {};
  for (const part of partsOf(text, start, end, scan)) {
    if (part.longAt < 0) add(object, shortObject(`{${text.slice(part.from, part.to)}}`));
    else {
      const [key] = Object.keys(shortObject(`{${text.slice(part.from, part.longAt)}null}`));
      if (key === undefined) throw new Unreadable('not_json');
      set(object, key, yield* buildValue(text, part.longAt, part.to, scan));
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
function* partsOf(text: string, start: number, end: number, scan: LongScan): Generator<Part, void, void> {
  let run = start + 1;
  let member = run;
  let level = 0;
  let isAfterComma = false;
  let at = run;
  while (at < end) {
    const code = text.charCodeAt(at);
    const longEnd = code === QUOTE || code === OPEN_BRACE || code === OPEN_BRACKET ? scan.long.get(at) : undefined;
    if (longEnd !== undefined) {
      if (level !== 0) throw new Unreadable('not_json');
      if (member > run) yield filled(text, run, member - 1);
      let next = longEnd;
      while (isSpace(text.charCodeAt(next))) next++;
      yield { from: member, to: longEnd, longAt: at };
      isAfterComma = text.charCodeAt(next) === COMMA;
      if (!isAfterComma && next !== end - 1) throw new Unreadable('not_json');
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
      if (at - run >= scan.pieceChars) {
        yield filled(text, run, at);
        run = member;
      }
    }
    at++;
  }
  if (isAfterComma || !isBlank(text, run, end - 1)) yield filled(text, run, end - 1);
}

function filled(text: string, from: number, to: number): Part {
  if (isBlank(text, from, to)) throw new Unreadable('not_json');
  return { from, to, longAt: -1 };
}

/** Elements of a short array; `count` when there must be so many. */
function short(arrayText: string, count?: number): Json[] {
  const items = shortObject(`{"":${arrayText}}`)[''] as Json[];
  if (count !== undefined && items.length !== count) throw new Unreadable('not_json');
  return items;
}

function shortObject(objectText: string): JsonObject {
  let parsed: Json;
  try {
    parsed = JSON.parse(objectText) as Json;
  } catch {
    throw new Unreadable('not_json');
  }
  const scan = scanObject(objectText);
  const value = scan.hasEscapedKey ? readValue(objectText) : parsed;
  if (value === undefined) throw new Unreadable('repeated_key');
  const held = countKeys(value);
  if (held === NOT_FINITE) throw new Unreadable('not_finite');
  if (held !== scan.keysWritten) throw new Unreadable('repeated_key');
  return value as JsonObject;
}

function add(object: JsonObject, members: JsonObject): void {
  for (const key of Object.keys(members)) set(object, key, members[key] as Json);
}

function set(object: JsonObject, key: string, value: Json): void {
  if (Object.hasOwn(object, key)) throw new Unreadable('repeated_key');
  // An assignment to this name would set the prototype.
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** A long string in pieces, none of which cuts an escape sequence in two. */
function* longString(text: string, start: number, end: number, pieceChars: number): Generator<void, string, void> {
  const pieces: string[] = [];
  let from = start + 1;
  let escapeEnd = from;
  for (let at = from; at < end - 1; at++) {
    if (at >= escapeEnd && at - from >= pieceChars) {
      pieces.push(short(`["${text.slice(from, at)}"]`, 1)[0] as string);
      from = at;
      yield;
    }
    if (at >= escapeEnd && text.charCodeAt(at) === BACKSLASH) escapeEnd = at + (text.charCodeAt(at + 1) === LOWER_U ? 6 : 2);
  }
  pieces.push(short(`["${text.slice(from, end - 1)}"]`, 1)[0] as string);
  return pieces.join('');
}
