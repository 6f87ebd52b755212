// Where in a text the words that detectors look for may begin: one pass for all of them. The first three characters of every word are in a table, letters
// without their case; what is found is a place to look at, never a find.

const BITS = 15;
const MASK = (1 << BITS) - 1;
/** Characters that are told apart. */
const UNITS = 128;

const table = new Uint16Array(1 << BITS);
let count = 0;

/** Places by group, in order. */
export type Starts = readonly (readonly number[])[];

/** A group of words of two characters or more; called while modules load. At most 16 groups. */
export function groupOfStarts(words: Iterable<string>): number {
  const group = count++;
  if (group >= 16) throw new Error('Bug: more groups of starts than bits to tell them apart.');
  for (const word of words) {
    const [first, second, third] = [fold(word.charCodeAt(0)), fold(word.charCodeAt(1)), fold(word.charCodeAt(2))];
    for (let unit = 0; unit < UNITS; unit++) {
      if (word.length > 2 && unit !== third) continue;
      const key = keyOf(first, second, unit);
      table[key] = (table[key] as number) | (1 << group);
    }
  }
  return group;
}

/** Most texts have none of most groups. */
const NONE: readonly number[] = Object.freeze([]);

export function findStarts(text: string): Starts {
  const places: (readonly number[])[] = new Array(count).fill(NONE);
  const end = text.length - 1;
  let first = fold(text.charCodeAt(0));
  let second = fold(text.charCodeAt(1));
  for (let at = 0; at < end; at++) {
    const third = fold(text.charCodeAt(at + 2));
    let groups = table[keyOf(first, second, third)] as number;
    while (groups !== 0) {
      const group = 31 - Math.clz32(groups);
      groups &= ~(1 << group);
      if (places[group] === NONE) places[group] = [at];
      else (places[group] as number[]).push(at);
    }
    first = second;
    second = third;
  }
  return places;
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

function fold(unit: number): number {
  return (unit | 0x20) & (UNITS - 1);
}

function keyOf(first: number, second: number, third: number): number {
  return ((first << 10) ^ (second << 5) ^ third) & MASK;
}
