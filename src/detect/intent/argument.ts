// Looks through the arguments of a call once: which of them are texts to run, actions, amounts, paths, recipients. Bounded, never throws.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';

/** Arguments that are looked at, nested ones included. */
export const MAX_ARGUMENTS = 500;
/** Levels of nesting that are looked at. */
export const MAX_ARGUMENT_DEPTH = 6;

export interface Argument {
  /** Lower case, without separators: `fileName`, `file_name` and `file-name` are `filename`. */
  key: string;
  path: string;
  value: Json;
  depth: number;
  /** What its key makes it worth looking at for: bits of ROLE. */
  roles: number;
}

/** Who looks at arguments with such keys; keys without a role are looked at by nobody but what looks at every text. */
export const ROLE = {
  /** Analysers of texts, of requests, of commands and documents. */
  text: 1,
  request: 2,
  command: 4,
  action: 8,
  trial: 16,
  /** Signals of a call that reads, and of one that does more. */
  reading: 32,
  changing: 64,
} as const;

export interface ArgumentList {
  all: Argument[];
  /** Of all of them together. */
  roles: number;
  /** False: there was more than is looked at. */
  whole: boolean;
}

export function argumentsOf(args: JsonObject, readKey: KeyReader): ArgumentList {
  const list: ArgumentList = { all: [], roles: 0, whole: true };
  gather(args, '', 0, list, readKey);
  return list;
}

function gather(value: JsonObject, path: string, depth: number, list: ArgumentList, readKey: KeyReader): void {
  for (const key of Object.keys(value)) {
    const inner = value[key];
    if (list.all.length >= MAX_ARGUMENTS || depth >= MAX_ARGUMENT_DEPTH) {
      list.whole = false;
      return;
    }
    if (inner === undefined) continue;
    const { plain, step, roles } = readKey(key);
    const at = path + step;
    list.all.push({ key: plain, path: at, value: inner, depth, roles });
    list.roles |= roles;
    if (isObject(inner)) gather(inner, at, depth + 1, list, readKey);
    else if (Array.isArray(inner)) {
      for (let index = 0; index < inner.length && index < 64; index++) {
        const item = inner[index] as Json;
        if (isObject(item)) gather(item, `${at}/${index}`, depth + 1, list, readKey);
      }
      if (inner.length > 64 && isObject(inner[64] as Json)) list.whole = false;
    }
  }
}

export interface ReadKey {
  plain: string;
  /** With the slash, as in a JSON pointer. */
  step: string;
  roles: number;
}

export type KeyReader = (key: string) => ReadKey;

const MAX_KNOWN_KEYS = 2_000;

/** Remembers: servers use the same few names in every call. */
export function keyReader(rolesOf: (plain: string) => number): KeyReader {
  const keys = new Map<string, ReadKey>();
  return (key) => {
    const known = keys.get(key);
    if (known !== undefined) return known;
    const plain = key
      .slice(0, 128)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
    const read: ReadKey = { plain, step: `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, roles: rolesOf(plain) };
    if (keys.size < MAX_KNOWN_KEYS && key.length <= 64) keys.set(key, read);
    return read;
  };
}

/** Items of one list of texts that are looked at. */
export const MAX_ITEMS = 256;

/** Strings of an argument: itself, or the first items of a list. */
export function stringsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS).filter((item): item is string => typeof item === 'string') : [];
}

/** Are all texts of the argument among `stringsOf`? */
export function isWhole(value: Json): boolean {
  return !Array.isArray(value) || value.length <= MAX_ITEMS;
}
