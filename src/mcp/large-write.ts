// Writes JSON values of any size in steps, as JSON.stringify writes them. A value that is small is written in one go, and small neighbours together.
import { isObject, type Json } from '../lib/json.ts';
import { piecesOf } from '../lib/utf8.ts';
import { LARGE_CHARS } from './large-text.ts';

/** What is written in one go: characters of strings, and so many for every other value. About a millisecond. */
export const WRITE_UNITS = 65_536;
/** A value that is no string counts as so many characters. */
const VALUE_UNITS = 8;

/** `units`: WRITE_UNITS unless given. */
export function* writeInSteps(value: Json, units = WRITE_UNITS): Generator<void, string, void> {
  const pieces: string[] = [];
  yield* write(value, units, pieces);
  return pieces.join('');
}

/** Is writing it too much for one go? `text`: as it stands already, if it does. */
export function isLarge(value: Json, text: string | undefined): boolean {
  return (text?.length ?? weigh(value, LARGE_CHARS)) >= LARGE_CHARS;
}

function* write(value: Json, units: number, pieces: string[]): Generator<void, void, void> {
  if (weigh(value, units) <= units) pieces.push(JSON.stringify(value));
  else if (typeof value === 'string') yield* writeString(value, units, pieces);
  else if (Array.isArray(value)) yield* writeArray(value, units, pieces);
  else if (isObject(value)) yield* writeObject(value, units, pieces);
  else pieces.push(JSON.stringify(value));
  yield;
}

function* writeArray(items: readonly Json[], units: number, pieces: string[]): Generator<void, void, void> {
  pieces.push('[');
  let run: Json[] = [];
  let weight = 0;
  let isFirst = true;
  const flush = (): void => {
    if (run.length === 0) return;
    pieces.push(`${isFirst ? '' : ','}${JSON.stringify(run).slice(1, -1)}`);
    isFirst = false;
    run = [];
    weight = 0;
  };
  for (const item of items) {
    const own = weigh(item, units);
    if (weight + own > units) {
      flush();
      yield;
    }
    if (own <= units) {
      run.push(item);
      weight += own;
      continue;
    }
    if (!isFirst) pieces.push(',');
    isFirst = false;
    yield* write(item, units, pieces);
  }
  flush();
  pieces.push(']');
}

function* writeObject(object: { [key: string]: Json | undefined }, units: number, pieces: string[]): Generator<void, void, void> {
  let written = 0;
  let weight = 0;
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    pieces.push(`${written++ === 0 ? '{' : ','}${JSON.stringify(key)}:`);
    const own = weigh(value, units);
    if (own <= units) pieces.push(JSON.stringify(value));
    else yield* write(value, units, pieces);
    weight += own + key.length;
    if (weight < units) continue;
    weight = 0;
    yield;
  }
  pieces.push(written === 0 ? '{}' : '}');
}

/** In pieces that part no pair of surrogates: each half alone would be written as an escape. */
function* writeString(text: string, units: number, pieces: string[]): Generator<void, void, void> {
  pieces.push('"');
  for (const piece of piecesOf(text, units)) {
    pieces.push(JSON.stringify(piece).slice(1, -1));
    yield;
  }
  pieces.push('"');
}

/** Stops counting once it is more than `most`. */
function weigh(value: Json | undefined, most: number): number {
  if (typeof value === 'string') return value.length + VALUE_UNITS;
  if (typeof value !== 'object' || value === null) return VALUE_UNITS;
  let weight = VALUE_UNITS;
  if (Array.isArray(value)) {
    for (const item of value) {
      weight += weigh(item, most - weight);
      if (weight > most) return weight;
    }
    return weight;
  }
  for (const key in value) {
    weight += key.length + weigh(value[key], most - weight);
    if (weight > most) return weight;
  }
  return weight;
}
