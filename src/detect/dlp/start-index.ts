// Where in a text the words that detectors look for may begin: one pass for all of them (text-survey.ts). The first three characters of every word are
// in a table, letters without their case; what is found is a place to look at, never a find.

/** Characters that are told apart: letters without their case, and what lies 32 or 128 from each other not at all. */
const UNIT_BITS = 6;
const UNITS = 1 << UNIT_BITS;
/** Few keys stand for more than one series of three characters. */
const BITS = 16;

/** Groups by the key of three characters. */
export const STARTS = new Uint32Array(1 << BITS);
let count = 0;

/** Places by group, in order. */
export type Starts = readonly (readonly number[])[];

/** A group of words of two characters or more; called while modules load. At most 31 groups. */
export function groupOfStarts(words: Iterable<string>): number {
  const group = count++;
  if (group >= 31) throw new Error('Bug: more groups of starts than bits to tell them apart.');
  for (const word of words) {
    const [first, second, third] = [fold(word.charCodeAt(0)), fold(word.charCodeAt(1)), fold(word.charCodeAt(2))];
    for (let unit = 0; unit < UNITS; unit++) {
      if (word.length > 2 && unit !== third) continue;
      const key = keyOf(first, second, unit);
      STARTS[key] = (STARTS[key] as number) | (1 << group);
    }
  }
  return group;
}

/** Most texts have none of most groups. */
const NONE: readonly number[] = Object.freeze([]);

/** What is filled by `noteStarts`. */
export function noStarts(): (readonly number[])[] {
  return new Array(count).fill(NONE);
}

export function noteStarts(places: (readonly number[])[], groups: number, at: number): void {
  for (let rest = groups; rest !== 0; ) {
    const group = 31 - Math.clz32(rest);
    rest &= ~(1 << group);
    if (places[group] === NONE) places[group] = [at];
    else (places[group] as number[]).push(at);
  }
}

/** Every match of a sticky pattern at one of the places, in order; they do not overlap. */
export function eachMatch(text: string, places: readonly number[], pattern: RegExp, visit: (match: RegExpExecArray) => void): void {
  if (places.length === 0) return;
  let done = 0;
  for (const place of places) {
    if (place < done) continue;
    pattern.lastIndex = place;
    const match = pattern.exec(text);
    if (match === null) continue;
    done = Math.max(pattern.lastIndex, place + 1);
    visit(match);
  }
}

/** What is told apart of a character. */
export function fold(unit: number): number {
  return (unit & 0x1f) | ((unit >> 1) & 0x20);
}

/** Of three folded characters: where their groups stand in STARTS. */
export function keyOf(first: number, second: number, third: number): number {
  return (first << 10) ^ (second << 5) ^ third;
}
