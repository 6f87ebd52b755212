// The amounts in a call's arguments: numbers by their place, lengths of lists and texts. Bounded in depth and number; never throws, never
// keeps a text.
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';

/** Amounts taken from one call. */
export const MAX_AMOUNTS = 24;
const MAX_DEPTH = 6;
const MAX_ITEMS = 64;
/** Characters of a place; what is deeper or longer named has no amount. */
const MAX_PLACE_CHARS = 96;

/** Place of the sum of all text lengths, and of the longest list. No JSON pointer looks like them. */
export const TEXT_LENGTH = '#text';
export const LIST_LENGTH = '#list';

/** Place (JSON pointer with `*` for list positions) → amount; of several at one place the largest. */
export type Amounts = ReadonlyMap<string, number>;

export function amountsOf(args: JsonObject | undefined): Amounts {
  const amounts = new Map<string, number>();
  if (args) collect(args, '', 0, amounts);
  return amounts;
}

function collect(value: Json, place: string, depth: number, amounts: Map<string, number>): void {
  if (typeof value === 'number') note(amounts, place, Math.abs(value));
  else if (typeof value === 'string') collectText(value, place, amounts);
  else if (Array.isArray(value)) {
    note(amounts, LIST_LENGTH, value.length);
    if (depth < MAX_DEPTH) for (const item of value.slice(0, MAX_ITEMS)) collect(item, `${place}/*`, depth + 1, amounts);
  } else if (isObject(value) && depth < MAX_DEPTH) {
    let left = MAX_ITEMS;
    for (const key in value) {
      if (left-- === 0) return;
      if (Object.hasOwn(value, key)) collect(value[key] as Json, `${place}/${key}`, depth + 1, amounts);
    }
  }
}

/** Amounts are often written as texts: `"19.99"`. */
const NUMERIC = /^-?\d{1,15}(?:\.\d{1,9})?$/;

function collectText(text: string, place: string, amounts: Map<string, number>): void {
  amounts.set(TEXT_LENGTH, (amounts.get(TEXT_LENGTH) ?? 0) + text.length);
  if (text.length <= 26 && NUMERIC.test(text)) note(amounts, place, Math.abs(Number(text)));
}

function note(amounts: Map<string, number>, place: string, amount: number): void {
  if (place.length > MAX_PLACE_CHARS) return;
  const known = amounts.get(place);
  if (known === undefined ? amounts.size < MAX_AMOUNTS : amount > known) amounts.set(place, amount);
}
