// How a model is fitted to examples, and how it is judged: a linear model over the windows of a text, the worst window counts. Deterministic. Never part of
// the product.
import { conceptIndex } from '../../src/detect/injection/concept.ts';
import { FEATURE_COUNT, FINE_FROM, featureSign, GROUP_FROM, NEAR_FROM, ONLY_FROM } from '../../src/detect/injection/feature.ts';
import { eachSlot, LEXICAL_SLOTS } from '../../src/detect/injection/lexical.ts';
import { eachWindow } from '../../src/detect/injection/model.ts';
import { readText } from '../../src/detect/injection/reading.ts';
import type { Example } from './corpus.ts';
import { seeded } from './grammar.ts';

const ROUNDS = 5;
const STEP = 0.05;
const RIDGE = 0.0006;
/** How freely a kind of feature may grow: concepts, kinds of pairs near each other, kinds that meet, single pairs. */
const REACH = { alone: 1, near: 1.5, group: 0.3, only: 0.5, fine: 0.35, word: 0.8 };
/** Part of the features that an attack is shown without, so that few signs are enough. */
const LEFT_OUT = 0.4;
/** Windows of an honest text that are trained on, the worst ones. */
const WORST = 3;

/**
 * How much what the model is far off at counts less. Our grammar has more honest texts that look like attacks, and more attacks that look like nothing,
 * than there are in the world: those must not bend what tells the others apart.
 */
export interface Robustness {
  honest: number;
  attack: number;
}
export const DEFINITIONS: Robustness = { honest: 0, attack: 0 };
export const RESULTS: Robustness = { honest: 0, attack: 0 };
const LEAST_CHANCE = 0.02;
/** Concepts first, then slots of words. */
const ALL_FEATURES = FEATURE_COUNT + LEXICAL_SLOTS;

type Windows = Int32Array[];
type Learnable = { positive: boolean; windows: Windows };

function windowsOf({ text, places, more = [] }: Example): Windows {
  const windows: Windows = [];
  for (const part of [{ text, places }, ...more]) addWindows(windows, part.text, part.places);
  return windows;
}

function addWindows(windows: Windows, text: string, places: Example['places']): void {
  const reading = readText(text, /^\s*[{[]/.test(text));
  eachWindow(
    reading,
    (first, last, list, count) => {
      const slots: number[] = [];
      for (let sentence = first; sentence <= last; sentence++) eachSlot(reading, sentence, (slot) => slots.push(FEATURE_COUNT + slot));
      const window = new Int32Array(count + slots.length);
      window.set(list.subarray(0, count));
      window.set(slots, count);
      windows.push(window);
    },
    { always: places.map(conceptIndex) },
  );
}

function learnable(examples: readonly Example[]): Learnable[] {
  /** A text that is shown several times is read once. */
  const known = new Map<Example, Windows>();
  return examples
    .map((example) => {
      const windows = known.get(example) ?? windowsOf(example);
      known.set(example, windows);
      return { positive: example.positive, windows };
    })
    .filter(({ windows }) => windows.length > 0);
}

/** Both lists, evenly mixed. */
export function mix(examples: readonly Example[], others: readonly Example[]): Learnable[] {
  const [list, rest] = [learnable(examples), learnable(others)];
  const mixed: Learnable[] = [];
  let taken = 0;
  list.forEach((one, index) => {
    mixed.push(one);
    while (taken < ((index + 1) * rest.length) / list.length && taken < rest.length) mixed.push(rest[taken++] as Learnable);
  });
  return mixed;
}

/** The mean of several models, each trained on examples of its own: steadier than any of them. */
export function trainAll(
  seeds: readonly number[],
  make: (seed: number) => Example[],
  robust: Robustness,
  background: readonly Example[],
): Float32Array {
  const all = seeds.map((seed) => train(mix(make(seed), background), robust, seed));
  return (all[0] as Float32Array).map((_, index) => all.reduce((sum, one) => sum + (one[index] as number), 0) / all.length);
}

export function train(data: readonly Learnable[], robust: Robustness, seed: number): Float32Array {
  const random = seeded(seed);
  const weights = new Float32Array(ALL_FEATURES);
  const signs = Array.from({ length: ALL_FEATURES }, (_one, feature) => (feature < FEATURE_COUNT ? featureSign(feature) : 0));
  const reach = Float32Array.from(signs, (sign, feature) =>
    sign === undefined
      ? 0
      : feature < NEAR_FROM
        ? REACH.alone
        : feature < GROUP_FROM
          ? REACH.near
          : feature < ONLY_FROM
            ? REACH.group
            : feature < FINE_FROM
              ? REACH.only
              : feature < FEATURE_COUNT
                ? REACH.fine
                : REACH.word,
  );
  weights[0] = -2;
  /** What the weights of a window's features sum up to. */
  const scoreOf = (window: Int32Array): number => {
    let sum = 0;
    for (let at = 0; at < window.length; at++) sum += (weights[window[at] as number] as number) * (reach[window[at] as number] as number);
    return sum;
  };
  for (let round = 0; round < ROUNDS; round++) {
    const rate = STEP / (1 + round / 2);
    for (const { positive, windows } of data) {
      for (const window of worstOf(windows, positive ? 1 : WORST, scoreOf)) {
        const shown = positive ? window.filter((feature) => feature === 0 || !random.chance(LEFT_OUT)) : window;
        const chance = 1 / (1 + Math.exp(-scoreOf(shown)));
        const error = positive
          ? (1 - chance) * Math.max(chance, LEAST_CHANCE) ** robust.attack
          : -chance * Math.max(1 - chance, LEAST_CHANCE) ** robust.honest;
        for (let at = 0; at < shown.length; at++) {
          const feature = shown[at] as number;
          const weight = weights[feature] as number;
          const next = weight + rate * (error * (reach[feature] as number) - (feature === 0 ? 0 : RIDGE * weight));
          weights[feature] = signs[feature] === 1 ? Math.max(0, next) : signs[feature] === -1 ? Math.min(0, next) : next;
        }
      }
    }
  }
  return weights.map((weight, feature) => weight * (reach[feature] as number));
}

/** The windows of the highest scores, in that order. */
function worstOf(windows: Windows, most: number, scoreOf: (window: Int32Array) => number): Windows {
  if (windows.length <= 1) return windows;
  return windows
    .map((window) => ({ window, score: scoreOf(window) }))
    .sort((one, other) => other.score - one.score)
    .slice(0, most)
    .map(({ window }) => window);
}

/** The score of a text: that of its highest window. */
export function scoreExample(weights: Float32Array, example: Example): number {
  let best = -20;
  for (const window of windowsOf(example)) {
    let sum = 0;
    for (const feature of window) sum += weights[feature] as number;
    if (sum > best) best = sum;
  }
  return best;
}

/** The score that one in a hundred honest texts is above. */
export function pointOf(weights: Float32Array, honest: readonly Example[]): number {
  const scores = honest.map((example) => scoreExample(weights, example)).sort((one, other) => other - one);
  return scores[Math.floor(scores.length * 0.01)] ?? 0;
}

/** The part of texts above a score. */
export function recallAt(weights: Float32Array, examples: readonly Example[], point: number): number {
  return examples.filter((example) => scoreExample(weights, example) > point).length / examples.length;
}
