// The arguments of a held call against what the same agent sent to the same tool before: seen or new, within the usual range or not.
// Pure and bounded; says so when there is too little to compare with, and never calls anything usual that it did not see.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** With fewer earlier calls nothing is called unusual. */
export const MIN_EARLIER_CALLS = 5;
/** Values of one call that are compared; the rest is counted. */
export const MAX_LEAVES = 200;
/** Different values remembered of one place. */
export const MAX_DISTINCT = 64;
/** Usual values that are shown of one place. */
export const MAX_SHOWN_VALUES = 5;
/** Places remembered. */
const MAX_PLACES = 1_000;
const MAX_DEPTH = 12;
/** Texts longer than this are compared by their digest and shown by their length, UTF-16 code units. */
const MAX_TEXT_CHARS = 256;
/** A place that this share of earlier calls had is missed. */
const USUALLY = 0.8;

export interface ComparedValue {
  /** JSON pointer into the arguments. */
  path: string;
  value: Json;
  /** Earlier calls with the same value at this place, and with any. Positions in a list are one place. */
  seen: number;
  calls: number;
  /** undefined while there is too little to say. */
  mark: 'usual' | 'new_value' | 'new_place' | 'above' | 'below' | undefined;
  /** Who or what receives something, by its name. */
  recipient: boolean;
  /** Of earlier numbers. */
  range: { min: number; median: number; max: number } | undefined;
  /** Of earlier texts and other values, most frequent first. */
  values: { value: Json; count: number }[];
  /** Different values seen before; a lower bound when `isMany`. */
  distinct: number;
  isMany: boolean;
}

export interface Comparison {
  /** Earlier calls whose arguments were compared. */
  calls: number;
  isEnough: boolean;
  values: ComparedValue[];
  /** Values beyond MAX_LEAVES. */
  notCompared: number;
  /** Places that most earlier calls had and this one has not. */
  absent: { path: string; calls: number }[];
}

interface Place {
  calls: number;
  numbers: number[];
  values: Map<string, { value: Json; count: number }>;
  isMany: boolean;
}

export class UsualValues {
  readonly #places = new Map<string, Place>();
  #calls = 0;

  /** One earlier call. */
  add(args: JsonObject): void {
    this.#calls++;
    const seen = new Set<string>();
    for (const { place, value } of leavesOf(args).leaves) {
      const known = this.#places.get(place) ?? this.#newPlace(place);
      if (!known) continue;
      const text = keyOf(value);
      const first = !seen.has(place);
      const isRepeated = seen.has(`${place}\n${text}`);
      seen.add(place).add(`${place}\n${text}`);
      if (first) known.calls++;
      if (typeof value === 'number') known.numbers.push(value);
      const same = known.values.get(text);
      if (same) same.count += isRepeated ? 0 : 1;
      else if (known.values.size < MAX_DISTINCT) known.values.set(text, { value: shown(value), count: 1 });
      else known.isMany = true;
    }
  }

  compare(args: JsonObject): Comparison {
    const { leaves, left } = leavesOf(args);
    const isEnough = this.#calls >= MIN_EARLIER_CALLS;
    const present = new Set(leaves.map(({ place }) => place));
    const absent = [...this.#places]
      .filter(([place, { calls }]) => isEnough && !present.has(place) && calls >= this.#calls * USUALLY)
      .map(([path, { calls }]) => ({ path, calls }));
    return { calls: this.#calls, isEnough, values: leaves.map((leaf) => this.#compared(leaf, isEnough)), notCompared: left, absent };
  }

  #newPlace(place: string): Place | undefined {
    if (this.#places.size >= MAX_PLACES) return undefined;
    const made: Place = { calls: 0, numbers: [], values: new Map(), isMany: false };
    this.#places.set(place, made);
    return made;
  }

  #compared({ path, place, value }: Leaf, isEnough: boolean): ComparedValue {
    const known = this.#places.get(place);
    const seen = known?.values.get(keyOf(value))?.count ?? 0;
    const numbers = [...(known?.numbers ?? [])].sort((a, b) => a - b);
    const [min, max, median] = [numbers[0], numbers.at(-1), numbers[Math.floor(numbers.length / 2)]];
    const range = min === undefined || max === undefined || median === undefined ? undefined : { min, median, max };
    const frequent = [...(known?.values.values() ?? [])].sort((a, b) => b.count - a.count);
    return {
      path,
      value: shown(value),
      seen,
      calls: known?.calls ?? 0,
      mark: isEnough ? markOf(value, known, seen, range) : undefined,
      recipient: isRecipient(place),
      range,
      values: range ? [] : frequent.slice(0, MAX_SHOWN_VALUES),
      distinct: known?.values.size ?? 0,
      isMany: known?.isMany ?? false,
    };
  }
}

function markOf(value: Json, known: Place | undefined, seen: number, range: ComparedValue['range']): ComparedValue['mark'] {
  if (!known) return 'new_place';
  if (typeof value === 'number' && range) return value > range.max ? 'above' : value < range.min ? 'below' : 'usual';
  // Of a place with more values than are remembered, a value that is not among them may have been there.
  if (seen === 0) return known.isMany ? undefined : 'new_value';
  return 'usual';
}

interface Leaf {
  path: string;
  /** The path with `*` for positions in lists. */
  place: string;
  value: Json;
}

function leavesOf(args: JsonObject): { leaves: Leaf[]; left: number } {
  const leaves: Leaf[] = [];
  let left = 0;
  const walk = (value: Json, path: string, place: string, depth: number): void => {
    const isDeep = depth >= MAX_DEPTH;
    if (Array.isArray(value) && value.length > 0 && !isDeep)
      for (const [i, one] of value.entries()) walk(one, `${path}/${i}`, `${place}/*`, depth + 1);
    else if (isObject(value) && Object.keys(value).length > 0 && !isDeep)
      for (const [key, one] of Object.entries(value)) walk(one as Json, `${path}/${escaped(key)}`, `${place}/${escaped(key)}`, depth + 1);
    else if (leaves.length < MAX_LEAVES) leaves.push({ path, place, value });
    else left++;
  };
  for (const [key, value] of Object.entries(args)) walk(value as Json, `/${escaped(key)}`, `/${escaped(key)}`, 1);
  return { leaves, left };
}

function keyOf(value: Json): string {
  const text = typeof value === 'string' ? `"${value}` : canonicalJson(value);
  return text.length > MAX_TEXT_CHARS ? sha256Hex(text) : text;
}

function shown(value: Json): Json {
  if (typeof value === 'string')
    return value.length > MAX_TEXT_CHARS ? `${value.slice(0, MAX_TEXT_CHARS)}… (${value.length} characters)` : value;
  if (value === null || typeof value !== 'object') return value;
  const text = JSON.stringify(value);
  return text.length > MAX_TEXT_CHARS ? `(${text.length} characters of JSON)` : value;
}

const RECIPIENT =
  /^(?:to|cc|bcc|recipients?|payee|beneficiary|destinations?|dest|target|iban|bic|account(?:_?(?:id|number|no))?|e?mails?|email_?address(?:es)?|address(?:es)?|phone(?:_?number)?|channels?|channel_?id|webhook(?:_?url)?|url|uri|host|domain|wallet|customer(?:_?id)?|user_?ids?|invitees?|members?|assignees?|attendees?)$/i;

/** By the last name on the way to it. */
function isRecipient(place: string): boolean {
  const names = place.split('/').filter((name) => name !== '*' && name !== '');
  return RECIPIENT.test((names.at(-1) ?? '').slice(0, 64));
}

function escaped(member: string): string {
  return member.replaceAll('~', '~0').replaceAll('/', '~1');
}
