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
}

export interface ArgumentList {
  all: Argument[];
  /** False: there was more than is looked at. */
  whole: boolean;
}

export function argumentsOf(args: JsonObject): ArgumentList {
  const list: ArgumentList = { all: [], whole: true };
  gather(args, '', 0, list);
  return list;
}

function gather(value: JsonObject, path: string, depth: number, list: ArgumentList): void {
  for (const [key, inner] of Object.entries(value)) {
    if (list.all.length >= MAX_ARGUMENTS || depth >= MAX_ARGUMENT_DEPTH) {
      list.whole = false;
      return;
    }
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (inner === undefined) continue;
    list.all.push({ key: plainKey(key), path: at, value: inner, depth });
    if (isObject(inner)) gather(inner, at, depth + 1, list);
    else if (Array.isArray(inner)) {
      for (let index = 0; index < inner.length && index < 64; index++) {
        const item = inner[index] as Json;
        if (isObject(item)) gather(item, `${at}/${index}`, depth + 1, list);
      }
      if (inner.length > 64 && isObject(inner[64] as Json)) list.whole = false;
    }
  }
}

const keys = new Map<string, string>();
const MAX_KNOWN_KEYS = 2_000;

/** Remembered: servers use the same few names in every call. */
function plainKey(key: string): string {
  const known = keys.get(key);
  if (known !== undefined) return known;
  const plain = key
    .slice(0, 128)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
  if (keys.size < MAX_KNOWN_KEYS && key.length <= 64) keys.set(key, plain);
  return plain;
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
