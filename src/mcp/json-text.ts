// One linear pass over the text of a JSON object: where its members are, and how many keys the whole text writes. And a second reader for
// objects whose keys hold escapes, which the engine's JSON.parse gets wrong. Only for text that JSON.parse accepted; it does not validate.

import type { Json, JsonObject } from '../lib/json.ts';
import { JSON_CHAR } from './json-char.ts';

/** Byte-exact place of one member in the text of its object. */
export interface MemberRange {
  /** Start of the key's opening quote. */
  keyStart: number;
  /** First and one-past-last offset of the value. */
  start: number;
  end: number;
}

export interface TextScan {
  /** Members of the outermost object by unescaped key, in text order; of a repeated key the last. */
  members: Map<string, MemberRange>;
  /** Keys written in the whole text, at every depth, repetitions included. */
  keysWritten: number;
  /** Keys written in the outermost object. */
  outerKeysWritten: number;
  /** Deepest nesting; the outermost object is 1. */
  depth: number;
  /** Some key, at any depth, is written with a backslash: read the text with `readValue`. */
  hasEscapedKey: boolean;
}

const { QUOTE, COMMA, COLON, OPEN_BRACKET, BACKSLASH, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE } = JSON_CHAR;

/**
 * Is any JSON text nested at most `maxDepth` levels, with at most `maxValues` values (of objects and arrays, those inside counted as well)?
 * Looked at before the text is parsed: parsing is what costs. Stops at the first limit; the text need not be JSON.
 */
export function isWithin(text: string, maxDepth: number, maxValues: number): boolean {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at) - 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (++depth > maxDepth || ++values > maxValues) return false;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        break;
      case COMMA:
        if (++values > maxValues) return false;
        break;
      default:
    }
  }
  return true;
}

/** `text` must be a JSON object, white space around it allowed. */
export function scanObject(text: string): TextScan {
  const members = new Map<string, MemberRange>();
  let keysWritten = 0;
  let outerKeysWritten = 0;
  let depth = 0;
  let deepest = 0;
  let keyStart = -1;
  let keyEnd = -1;
  let valueStart = -1;
  let stringStart = -1;
  let stringEnd = -1;
  let backslash = nextBackslash(text, 0);
  let hasEscapedKey = false;
  const add = (valueEnd: number) => members.set(keyOf(text, keyStart, keyEnd), trimmedRange(text, keyStart, valueStart, valueEnd));
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        stringStart = at;
        stringEnd = endOfString(text, at);
        at = stringEnd - 1;
        break;
      case COLON:
        keysWritten++;
        if (backslash < stringStart) backslash = nextBackslash(text, stringStart);
        if (backslash < stringEnd) hasEscapedKey = true;
        if (depth === 1) {
          outerKeysWritten++;
          keyStart = stringStart;
          keyEnd = stringEnd;
          valueStart = at + 1;
        }
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        depth++;
        if (depth > deepest) deepest = depth;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth--;
        if (depth === 0 && valueStart >= 0) add(at);
        break;
      case COMMA:
        if (depth === 1) add(at);
        break;
      default:
    }
  }
  return { members, keysWritten, outerKeysWritten, depth: deepest, hasEscapedKey };
}

/**
 * The value of a JSON text, or undefined when an object repeats a key. Needed because V8 13.6 can give an escaped key the name of an unrelated
 * key it saw earlier (`{"nam\\":1}` makes it read `"nam\u0065"` as `nam\`): two readers would then see two different messages.
 * Recursion is bounded by the depth of the text, which the caller has checked.
 */
export function readValue(text: string): Json | undefined {
  const cursor = { text, at: 0 };
  skipSpace(cursor);
  return readAt(cursor);
}

interface Cursor {
  readonly text: string;
  at: number;
}

function readAt(cursor: Cursor): Json | undefined {
  const code = cursor.text.charCodeAt(cursor.at);
  if (code === OPEN_BRACE) return readObject(cursor);
  if (code === OPEN_BRACKET) return readArray(cursor);
  const start = cursor.at;
  if (code === QUOTE) cursor.at = endOfString(cursor.text, start);
  else while (cursor.at < cursor.text.length && !isEndOfLiteral(cursor.text.charCodeAt(cursor.at))) cursor.at++;
  return JSON.parse(cursor.text.slice(start, cursor.at)) as Json;
}

function readObject(cursor: Cursor): JsonObject | undefined {
  const entries = new Map<string, Json>();
  cursor.at++;
  skipSpace(cursor);
  while (cursor.text.charCodeAt(cursor.at) !== CLOSE_BRACE) {
    const end = endOfString(cursor.text, cursor.at);
    const key = keyOf(cursor.text, cursor.at, end);
    cursor.at = end;
    skipSpace(cursor);
    cursor.at++;
    skipSpace(cursor);
    const value = readAt(cursor);
    if (value === undefined || entries.has(key)) return undefined;
    entries.set(key, value);
    skipSeparator(cursor);
  }
  cursor.at++;
  return Object.fromEntries(entries);
}

function readArray(cursor: Cursor): Json[] | undefined {
  const items: Json[] = [];
  cursor.at++;
  skipSpace(cursor);
  while (cursor.text.charCodeAt(cursor.at) !== CLOSE_BRACKET) {
    const value = readAt(cursor);
    if (value === undefined) return undefined;
    items.push(value);
    skipSeparator(cursor);
  }
  cursor.at++;
  return items;
}

function skipSeparator(cursor: Cursor): void {
  skipSpace(cursor);
  if (cursor.text.charCodeAt(cursor.at) !== COMMA) return;
  cursor.at++;
  skipSpace(cursor);
}

function skipSpace(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at++;
}

function isEndOfLiteral(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
}

function nextBackslash(text: string, from: number): number {
  const found = text.indexOf('\\', from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}

/** Exact texts of the elements of a JSON array, white space around it allowed. */
export function elementTexts(arrayText: string): string[] {
  const texts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < arrayText.length; at++) {
    const code = arrayText.charCodeAt(at);
    if (code === QUOTE) at = endOfString(arrayText, at) - 1;
    else if (code === OPEN_BRACKET || code === OPEN_BRACE) {
      depth++;
      if (depth === 1) start = at + 1;
    } else if (code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      depth--;
      if (depth === 0) texts.push(arrayText.slice(start, at).trim());
    } else if (code === COMMA && depth === 1) {
      texts.push(arrayText.slice(start, at).trim());
      start = at + 1;
    }
  }
  return texts.length === 1 && texts[0] === '' ? [] : texts;
}

/** Offset after the closing quote of the string that opens at `open`. Each backslash is looked at once, so this is linear. */
export function endOfString(text: string, open: number): number {
  let quote = text.indexOf('"', open + 1);
  while (quote >= 0) {
    let backslash = quote - 1;
    while (text.charCodeAt(backslash) === BACKSLASH) backslash--;
    if (((quote - backslash) & 1) === 1) return quote + 1;
    quote = text.indexOf('"', quote + 1);
  }
  return text.length;
}

export function keyOf(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
}

export function trimmedRange(text: string, keyStart: number, from: number, to: number): MemberRange {
  let start = from;
  let end = to;
  while (isSpace(text.charCodeAt(start))) start++;
  while (isSpace(text.charCodeAt(end - 1))) end--;
  return { keyStart, start, end };
}

export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** White space alone, or nothing. */
export function isBlank(text: string, from: number, to: number): boolean {
  let at = from;
  while (at < to && isSpace(text.charCodeAt(at))) at++;
  return at >= to;
}
