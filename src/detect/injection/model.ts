// The score of a passage: a logistic model over the features of a window of sentences. Windows are a few sentences long, so what stands around an
// instruction cannot dilute it. Deterministic, linear in the text; features of a sentence are made once, scratch space is reused.
import { CONCEPT_COUNT } from './concept.ts';
import { contextOf } from './context.ts';
import {
  CONTEXT_FROM,
  FEATURE_COUNT,
  FINE_FROM,
  GROUP_COUNT,
  GROUP_FROM,
  groupBits,
  ONLY_FROM,
  PAIR_FEATURES,
  pairFeatures,
} from './feature.ts';
import { weighWords } from './lexical.ts';
import type { Reading } from './reading-state.ts';

/** Sentences of one window, and its words. */
export const MAX_WINDOW_SENTENCES = 4;
export const MAX_WINDOW_WORDS = 72;
/** Concepts this many words apart are near. */
const NEAR_WORDS = 6;
/** The most that the floor of a sentence adds to what it weighs, sixteenths: where the model is sure of an honest sentence, an order is not enough. */
const MOST_LIFT = 7 * 16;
/** Features of a text to start with. */
const START_FEATURES = 4096;

/** First and last sentence of a window, its features and the sum of their weights. The list is reused. */
export type Visit = (first: number, last: number, list: Int32Array, count: number, sum: number) => void;

export interface WindowOptions {
  /** Concepts of the place the text stands in. */
  always?: readonly number[] | undefined;
  /** With weights, features that weigh nothing are left out. */
  weights?: Int8Array | undefined;
  /** With weights: what words weigh. */
  words?: Int8Array | undefined;
  /** With weights: windows that cannot reach this sum are left out. */
  least?: number | undefined;
  /** What each sentence alone is worth at least (order.ts), as far as that is not too far from what it weighs. */
  floors?: Float32Array | undefined;
}

const stamp = new Int32Array(FEATURE_COUNT);
let stampNow = 0;
const features = new Int32Array(FEATURE_COUNT);
let count = 0;
let groups = 0;
let sum = 0;

/** Of sentences: where their features begin, their groups, what their words weigh, and the most they can add, which may be less than nothing. */
let featureFrom = new Int32Array(256);
let sentenceGroups = new Int32Array(256);
let sentenceWeight = new Int32Array(256);
let mostAdded = new Int32Array(256);
let sentenceFeatures = new Int32Array(START_FEATURES);

export function eachWindow(reading: Reading, visit: Visit, options: WindowOptions = {}): void {
  const { weights, always = [], least = Number.NEGATIVE_INFINITY, floors } = options;
  readSentences(reading, weights, options.words);
  const most = weights === undefined ? 0 : mostOf(weights);
  for (let first = 0; first < reading.count; first++) {
    const floor = floors === undefined ? Number.NEGATIVE_INFINITY : (floors[first] as number);
    if (floor < least && weights !== undefined && least > Number.NEGATIVE_INFINITY) {
      let reach = most;
      for (let last = first; last < reading.count && last < first + MAX_WINDOW_SENTENCES; last++)
        reach += last === first ? (mostAdded[last] as number) : Math.max(0, mostAdded[last] as number);
      if (reach < least) continue;
    }
    startWindow(always, weights);
    for (let last = first; last < reading.count && last < first + MAX_WINDOW_SENTENCES; last++) {
      if (last > first && wordsBetween(reading, first, last) > MAX_WINDOW_WORDS) break;
      const to = featureFrom[last + 1] as number;
      for (let at = featureFrom[last] as number; at < to; at++) add(sentenceFeatures[at] as number, weights);
      meet(sentenceGroups[last] as number, weights);
      sum += sentenceWeight[last] as number;
      visit(first, last, features, count, last === first ? Math.max(sum, Math.min(floor, sum + MOST_LIFT)) : sum);
    }
  }
}

/** The most that bias, place and groups can be worth together. */
function mostOf(weights: Int8Array): number {
  const known = reachOf.get(weights);
  if (known !== undefined) return known;
  let most = weights[0] as number;
  for (let feature = GROUP_FROM; feature < ONLY_FROM; feature++) most += Math.max(0, weights[feature] as number);
  for (let concept = 0; concept < CONCEPT_COUNT; concept++)
    if (concept >= CONCEPT_COUNT - 6) most += Math.max(0, weights[1 + concept] as number);
  reachOf.set(weights, most);
  return most;
}

const reachOf = new WeakMap<Int8Array, number>();

function readSentences(reading: Reading, weights: Int8Array | undefined, words: Int8Array | undefined): void {
  if (featureFrom.length <= reading.count + 1) {
    const size = reading.count * 2 + 2;
    featureFrom = new Int32Array(size);
    sentenceGroups = new Int32Array(size);
    sentenceWeight = new Int32Array(size);
    mostAdded = new Int32Array(size);
  }
  const { hits, places } = reading;
  const { bits: contexts, onceBits } = contextOf(reading);
  let next = 0;
  const keep = (feature: number, sentence: number): void => {
    const weight = weights === undefined ? 1 : (weights[feature] as number);
    if (weight === 0 || stamp[feature] === stampNow) return;
    stamp[feature] = stampNow;
    if (next === sentenceFeatures.length) growFeatures();
    sentenceFeatures[next++] = feature;
    if (weight > 0) mostAdded[sentence] = (mostAdded[sentence] as number) + weight;
  };
  for (let sentence = 0; sentence < reading.count; sentence++) {
    newStamp();
    featureFrom[sentence] = next;
    const said = words === undefined ? 0 : weighWords(reading, sentence, words);
    sentenceWeight[sentence] = said;
    mostAdded[sentence] = said;
    const from = reading.hitFrom[sentence] as number;
    const to = reading.hitFrom[sentence + 1] as number;
    for (let at = from; at < to; at++) {
      const concept = hits[at] as number;
      const place = places[at] as number;
      keep(1 + concept, sentence);
      for (let before = at - 1; before >= from && place - (places[before] as number) <= NEAR_WORDS; before--) {
        const fine = (hits[before] as number) * CONCEPT_COUNT + concept;
        keep(FINE_FROM + fine, sentence);
        const pair = fine * PAIR_FEATURES;
        for (let n = pair; n < pair + PAIR_FEATURES && pairFeatures[n] !== 0; n++) keep(pairFeatures[n] as number, sentence);
      }
    }
    const bits = contexts[sentence] as number;
    sentenceGroups[sentence] = bits;
    for (let left = bits & onceBits; left !== 0; ) {
      const one = 31 - Math.clz32(left);
      left &= ~(1 << one);
      keep(ONLY_FROM + one, sentence);
    }
  }
  featureFrom[reading.count] = next;
}

function growFeatures(): void {
  const larger = new Int32Array(sentenceFeatures.length * 2);
  larger.set(sentenceFeatures);
  sentenceFeatures = larger;
}

function newStamp(): void {
  if (++stampNow < 0x7fffffff) return;
  stamp.fill(0);
  stampNow = 1;
}

function startWindow(always: readonly number[], weights: Int8Array | undefined): void {
  newStamp();
  count = 0;
  groups = 0;
  sum = 0;
  add(0, weights);
  for (const concept of always) {
    add(1 + concept, weights);
    meet(groupBits[concept] as number, weights);
  }
}

/** Every new group with each that is there. */
function meet(bits: number, weights: Int8Array | undefined): void {
  let news = bits & ~groups;
  while (news !== 0) {
    const one = 31 - Math.clz32(news);
    news &= ~(1 << one);
    groups |= 1 << one;
    if (one >= CONTEXT_FROM) add(GROUP_FROM + one * GROUP_COUNT + one, weights);
    for (let left = groups & ~(1 << one); left !== 0; ) {
      const other = 31 - Math.clz32(left);
      left &= ~(1 << other);
      add(GROUP_FROM + Math.min(one, other) * GROUP_COUNT + Math.max(one, other), weights);
    }
  }
}

function add(feature: number, weights: Int8Array | undefined): void {
  if (stamp[feature] === stampNow) return;
  stamp[feature] = stampNow;
  features[count++] = feature;
  if (weights !== undefined) sum += weights[feature] as number;
}

/** Words from the first sentence to the end of the last. */
function wordsBetween(reading: Reading, first: number, last: number): number {
  return (reading.wordFrom[last] as number) + (reading.words[last] as number) - (reading.wordFrom[first] as number);
}
