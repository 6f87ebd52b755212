// How one member of a protocol message is read: as text, as JSON, as bytes, or not at all because the protocol needs the value unchanged. What
// is not of the form the protocol gives it there is read like any other text, so that no member is a place to hide in.
import { type DataText, dataOf, isBase64, MAX_NO_PICTURE } from '../detect/data-uri.ts';
import { isTextType, readBytes, type TextEncoding } from '../detect/text-bytes.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';

export type Path = readonly (string | number)[];

export interface MessagePart {
  /** JSON pointer in the message. */
  pointer: string;
  /** `text`: a string for people. `json`: any JSON value, as its text. `bytes`: text that travels as base64 or in a data: URI. */
  kind: 'text' | 'json' | 'bytes';
  text: string;
  path: Path;
  /** Of bytes: how they are written as a text, and will be again. */
  encoding?: TextEncoding;
  /** Of a data: URI: what stands before its data. */
  head?: string;
  /** Of JSON: what the text says. */
  value?: Json;
  /**
   * What is replaced, where that is not the value the text is. `member`: name and value, the text is an object of that one member. `value`: its value
   * alone. `left-out`: the member goes, since nothing else fits its place. `name`: the name, which the text is.
   */
  as?: 'member' | 'value' | 'left-out' | 'name';
  /**
   * It is read, and nothing may be put in its place. `asked`: what a call is about, or would be, by name or address. `given`: one of the values that come
   * back as they are.
   */
  fixed?: 'asked' | 'given';
}

/** What one member says. `skips`: there is nothing to read in this value, and it stays as it is. */
export interface Reader {
  skips?: ((value: Json) => boolean) | undefined;
  read(value: Json, path: Path, parts: MessagePart[], parent: JsonObject): void;
}

/** By the name of a member, what it is. Members that are not in it are read whole, names included. */
export type Place = ReadonlyMap<string, Reader>;

/** Levels of a message that are walked; deeper ones are looked at as one JSON value. */
const MAX_DEPTH = 24;
/** Names that hold nothing are at most this long. */
const MAX_PLAIN_NAME = 5;

export function readObject(object: JsonObject, place: Place, path: Path, parts: MessagePart[]): void {
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    const reader = place.get(key);
    if (reader === undefined) addMember(key, value, [...path, key], parts);
    else if (!reader.skips?.(value)) reader.read(value, [...path, key], parts, object);
  }
}

/** A place that may hold itself is made when it is first read. */
export function objectOf(place: () => Place): Reader {
  return {
    read: (value, path, parts) => {
      if (isObject(value) && path.length < MAX_DEPTH) readObject(value, place(), path, parts);
      else addJson(value, path, parts);
    },
  };
}

/** One, or a list of them. */
export function listOf(item: Reader): Reader {
  return {
    read: (value, path, parts, parent) => {
      if (!Array.isArray(value)) item.read(value, path, parts, parent);
      else
        for (const [index, one] of value.entries()) if (!item.skips?.(one as Json)) item.read(one as Json, [...path, index], parts, parent);
    },
  };
}

const ASKED = { fixed: 'asked' } as const;

/** An object whose names somebody chose. `ids`: the protocol needs them as they are. `fixed`: they are read, and stay as they are. `given`: so, too, and come back. */
export function recordOf(entry: Reader, names: 'ids' | 'fixed' | 'given' | 'read'): Reader {
  const fixed = names === 'fixed' ? ASKED : names === 'given' ? { fixed: names } : undefined;
  return {
    read: (value, path, parts) => {
      if (!isObject(value)) addJson(value, path, parts);
      else
        for (const [key, one] of Object.entries(value)) {
          const at = [...path, key];
          if (!entry.skips?.(one as Json)) entry.read(one as Json, at, parts, value);
          // After what stands below it: places are those of the message as it came.
          if (names !== 'ids' && key.length > MAX_PLAIN_NAME)
            parts.push({ pointer: pointerOf(at), kind: 'text', text: key, path: at, as: 'name', ...fixed });
        }
    },
  };
}

/** The same under each of these names. */
export function named(reader: Reader, names: string): [string, Reader][] {
  return names.split(' ').map((name) => [name, reader]);
}

/** Read under the name of its field: `pin` says what 4711 is. Where not every text may stand there, what may not stay is left out. */
export const FILLED: Reader = {
  read: (value, path, parts, parent) => {
    const isFree = typeof value === 'string' && !BOUNDS.some((name) => Object.hasOwn(parent, name));
    const under: Json = { [String(path.at(-2))]: value };
    parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value: under, as: isFree ? 'value' : 'left-out' });
  },
};
const BOUNDS = ['format', 'enum', 'oneOf', 'anyOf', 'const', 'pattern', 'minLength', 'maxLength'];

export const TEXT: Reader = { read: (value, path, parts) => addJson(value, path, parts) };

/** What is asked for by name: read like a text, and either it passes as it is or the call does not. */
export const NAME: Reader = fixedAs('asked');
/** What the other side compares with its own: the same. */
export const GIVEN: Reader = fixedAs('given');

function fixedAs(fixed: NonNullable<MessagePart['fixed']>): Reader {
  return {
    read: (value, path, parts) => {
      const before = parts.length;
      addJson(value, path, parts);
      const part = parts[before];
      if (part) part.fixed = fixed;
    },
  };
}

/** Sizes, times, shares: what has more figures than any of them is read. */
export const NUMBER: Reader = {
  skips: (value) => (typeof value === 'number' ? isShort(value) : typeof value === 'boolean' || value === null),
  read: (value, path, parts) => addJson(value, path, parts),
};

const MAX_FIGURES = 1e12;

function isShort(value: number): boolean {
  if (Number.isInteger(value)) return value < MAX_FIGURES && value > -MAX_FIGURES;
  // No share or temperature needs more than six of them behind the point.
  return Math.abs(value) < 1e6 && Math.abs(value * 1e6 - Math.round(value * 1e6)) < 1e-3;
}

/** One of the words that the protocol knows there. */
export function word(words: string): Reader {
  return formed(new RegExp(`^(?:${words.trim().split(/\s+/).join('|')})$`));
}

export function formed(form: RegExp): Reader {
  return { skips: (value) => typeof value === 'string' && form.test(value), read: (value, path, parts) => addJson(value, path, parts) };
}

/** Base64 of something readable is a text like any other; pictures and archives are left alone. What is no base64 is a text as it stands. */
export const BYTES: Reader = {
  read: (value, path, parts, parent) => {
    if (typeof value !== 'string' || value.length < MIN_BYTES_CHARS) return addJson(value, path, parts);
    const isStrict = isBase64(value);
    const isText = typeof parent.mimeType === 'string' && isTextType(parent.mimeType);
    const read = readBytes(value, isText && isStrict);
    // One byte a character is what anything may be: a short text, or one that is written otherwise, is that text.
    const isCertain = read !== undefined && (read.encoding !== 'latin1' || (isStrict && value.length > MAX_NO_PICTURE));
    if (isCertain) addBytes(value, path, parts, read, isStrict);
    else if (!isStrict || value.length <= MAX_NO_PICTURE) addJson(value, path, parts);
  },
};

const MIN_BYTES_CHARS = 8;

/** `isStrict`: it is nothing but base64. Where the other reading may be meant, it is read too, and what is found there stops the message. */
function addBytes(
  value: string,
  path: Path,
  parts: MessagePart[],
  read: Omit<DataText, 'head'> & { head?: string },
  isStrict = true,
): void {
  const pointer = pointerOf(path);
  if (!isStrict || (read.encoding === 'latin1' && !isMostlyPlain(read.text)))
    parts.push({ pointer, kind: 'text', text: value, path, fixed: 'asked' });
  parts.push({ pointer, kind: 'bytes', path, ...read });
}

/** Of a text in an encoding of one byte a character, most characters are of the common ones; of letters and digits that were taken for bytes, few are. */
function isMostlyPlain(text: string): boolean {
  let high = 0;
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) >= 0x80) high++;
  return high * 4 <= text.length;
}

/** An address, read as a text; of a data: URI, what its data says when that is text. Nothing is ever fetched. */
export const ADDRESS: Reader = {
  read: (value, path, parts) => {
    const data = typeof value === 'string' ? dataOf(value) : undefined;
    if (data === 'picture') return;
    if (data === undefined) return addJson(value, path, parts);
    addBytes(value as string, path, parts, data);
  },
};

/** A member that the protocol does not speak of, with its name: both reach the other side. */
export function addMember(key: string, value: Json, path: Path, parts: MessagePart[]): void {
  if (key.length <= MAX_PLAIN_NAME && saysNothing(value)) return;
  parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value: { [key]: value }, as: 'member' });
}

export function addJson(value: Json, path: Path, parts: MessagePart[]): void {
  if (typeof value === 'string') {
    if (value.length > 0) parts.push({ pointer: pointerOf(path), kind: 'text', text: value, path });
  } else if (!saysNothing(value)) parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value });
}

function saysNothing(value: Json): boolean {
  if (typeof value === 'string') return value.length <= 2;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return typeof value !== 'number';
}

export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
