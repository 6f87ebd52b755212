// The score of a passage: a logistic model over the features of a window of sentences. Windows are a few sentences long, so what stands around an
// instruction cannot dilute it. Deterministic, linear in the text, no allocation per window.
import { CONCEPT_COUNT } from './concept.ts';
import { FEATURE_COUNT, FINE_FROM, GROUP_COUNT, GROUP_FROM, groupBits, PAIR_FEATURES, pairFeatures } from './feature.ts';
import type { Reading } from './reading-state.ts';

/** Sentences of one window, and its words. */
export const MAX_WINDOW_SENTENCES = 4;
export const MAX_WINDOW_WORDS = 72;
/** Concepts this many words apart are near. */
const NEAR_WORDS = 6;

const stamp = new Int32Array(FEATURE_COUNT);
let stampNow = 0;
const features = new Int32Array(FEATURE_COUNT);
let count = 0;
let groups = 0;

/** Visits every window: first and last sentence, and its features in `list` up to `count`. The list is reused. `always`: concepts of the place. */
export function eachWindow(
  reading: Reading,
  visit: (first: number, last: number, list: Int32Array, count: number) => void,
  always: readonly number[] = [],
): void {
  for (let first = 0; first < reading.count; first++) {
    startWindow(always);
    for (let last = first; last < reading.count && last < first + MAX_WINDOW_SENTENCES; last++) {
      if (last > first && wordsBetween(reading, first, last) > MAX_WINDOW_WORDS) break;
      addSentence(reading, last);
      visit(first, last, features, count);
    }
  }
}

function startWindow(always: readonly number[]): void {
  if (++stampNow === 0x7fffffff) {
    stamp.fill(0);
    stampNow = 1;
  }
  count = 0;
  groups = 0;
  add(0);
  for (const concept of always) {
    add(1 + concept);
    meet(groupBits[concept] as number);
  }
}

function addSentence(reading: Reading, sentence: number): void {
  const { hits, places } = reading;
  const from = reading.hitFrom[sentence] as number;
  const to = reading.hitFrom[sentence + 1] as number;
  for (let at = from; at < to; at++) {
    const concept = hits[at] as number;
    const place = places[at] as number;
    add(1 + concept);
    for (let before = at - 1; before >= from && place - (places[before] as number) <= NEAR_WORDS; before--) {
      const fine = (hits[before] as number) * CONCEPT_COUNT + concept;
      add(FINE_FROM + fine);
      const pair = fine * PAIR_FEATURES;
      for (let n = pair; n < pair + PAIR_FEATURES && pairFeatures[n] !== 0; n++) add(pairFeatures[n] as number);
    }
    meet(groupBits[concept] as number);
  }
}

/** Every new group with each that is there. */
function meet(bits: number): void {
  let news = bits & ~groups;
  while (news !== 0) {
    const one = 31 - Math.clz32(news);
    news &= ~(1 << one);
    groups |= 1 << one;
    for (let left = groups & ~(1 << one); left !== 0; ) {
      const other = 31 - Math.clz32(left);
      left &= ~(1 << other);
      add(GROUP_FROM + Math.min(one, other) * GROUP_COUNT + Math.max(one, other));
    }
  }
}

function add(feature: number): void {
  if (stamp[feature] === stampNow) return;
  stamp[feature] = stampNow;
  features[count++] = feature;
}

/** Words from the first sentence to the end of the last. */
function wordsBetween(reading: Reading, first: number, last: number): number {
  return (reading.wordFrom[last] as number) + (reading.words[last] as number) - (reading.wordFrom[first] as number);
}
