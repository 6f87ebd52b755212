// Puts something in the place of many values wherever they stand in a text: one walk over the text however many there are, in steps. The longest value
// that fits at a place counts, and what was put in is not looked at again. A number of JSON becomes a string.
import { JsonText } from './json-number.ts';

/** Shorter values stand in other words by chance, UTF-16 code units. */
export const MIN_REPLACED_CHARS = 5;
/** Walked over in one step, characters; a place where a value may stand counts for more. */
const STEP_CHARS = 65_536;
const PLACE_CHARS = 64;
const DIGITS = /^[\d.]+$/;

/** `values`: each with what takes its place; those that are too short are left out. The same text when none of them stands in it. */
export function* replaceValues(text: string, values: readonly (readonly [string, string])[]): Generator<void, string, void> {
  const known = knownOf(values);
  if (known.sorted.length === 0) return text;
  const json = new JsonText(text);
  let out = '';
  let done = 0;
  let stop = STEP_CHARS;
  for (let at = 0; at + MIN_REPLACED_CHARS <= text.length; ) {
    if (at >= stop) {
      stop = at + STEP_CHARS;
      yield;
    }
    if (
      known.first[text.charCodeAt(at)] === 0 ||
      known.second[text.charCodeAt(at + 1)] === 0 ||
      !known.heads.has(text.slice(at, at + MIN_REPLACED_CHARS))
    ) {
      at++;
      continue;
    }
    stop -= PLACE_CHARS;
    const value = longestAt(text, at, known);
    if (value === undefined) {
      at++;
      continue;
    }
    const end = at + value.length;
    const number = DIGITS.test(value) ? yield* json.numberAt({ start: at, end }) : undefined;
    const quote = number?.quote ?? '';
    out += `${text.slice(done, number?.start ?? at)}${quote}${known.by.get(value)}${quote}`;
    at = number?.end ?? end;
    done = at;
  }
  return done === 0 ? text : out + text.slice(done);
}

interface Known {
  by: Map<string, string>;
  /** By code unit. */
  sorted: string[];
  /** Of each: the longest other value that it begins with; -1: none. */
  within: number[];
  maxLength: number;
  heads: Set<string>;
  first: Uint8Array;
  second: Uint8Array;
}

/**
 * However many values begin alike, the last one that does not come behind the text here is looked for by halves: every value that stands here is one
 * that it begins with.
 */
function longestAt(text: string, at: number, { sorted, within, maxLength }: Known): string | undefined {
  const rest = text.slice(at, at + maxLength);
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as string) <= rest) low = middle + 1;
    else high = middle;
  }
  let found = low - 1;
  const nearest = sorted[found];
  if (nearest === undefined) return undefined;
  let alike = 0;
  while (alike < nearest.length && nearest.charCodeAt(alike) === rest.charCodeAt(alike)) alike++;
  while (found >= 0 && (sorted[found] as string).length > alike) found = within[found] as number;
  return sorted[found];
}

function knownOf(values: readonly (readonly [string, string])[]): Known {
  const by = new Map<string, string>();
  const first = new Uint8Array(0x10000);
  const second = new Uint8Array(0x10000);
  for (const [value, instead] of values) if (value.length >= MIN_REPLACED_CHARS && !by.has(value)) by.set(value, instead);
  const sorted = [...by.keys()].sort((one, other) => (one < other ? -1 : 1));
  const within: number[] = [];
  let maxLength = 0;
  for (const [index, value] of sorted.entries()) {
    first[value.charCodeAt(0)] = 1;
    second[value.charCodeAt(1)] = 1;
    maxLength = Math.max(maxLength, value.length);
    let shorter = index - 1;
    while (shorter >= 0 && !value.startsWith(sorted[shorter] as string)) shorter = within[shorter] as number;
    within.push(shorter);
  }
  return { by, sorted, within, maxLength, heads: new Set(sorted.map((value) => value.slice(0, MIN_REPLACED_CHARS))), first, second };
}
