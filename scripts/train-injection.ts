// Trains the injection model on texts from our own grammar and writes src/detect/injection/weight.ts. Deterministic: the same grammar gives the same
// weights. Never reads a public or held-out set. Use: npm run -s node -- scripts/train-injection.ts [--check] [--folds]
import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { conceptIndex } from '../src/detect/injection/concept.ts';
import { FEATURE_COUNT, FINE_FROM, featureSign, GROUP_FROM, NEAR_FROM } from '../src/detect/injection/feature.ts';
import { eachSlot, LEXICAL_SLOTS } from '../src/detect/injection/lexical.ts';
import { eachWindow } from '../src/detect/injection/model.ts';
import { readText } from '../src/detect/injection/reading.ts';
import { type Example, makeBackground, makeDefinitions, makeResults } from './injection/corpus.ts';
import { seeded } from './injection/grammar.ts';

const ROUNDS = 3;
const STEP = 0.05;
const RIDGE = 0.003;
/** How freely a kind of feature may grow: concepts, kinds of pairs near each other, kinds that meet, single pairs. */
const REACH = { alone: 1, near: 1.5, group: 0.3, fine: 0.35, word: Number(process.env.WORD ?? 0.5) };
/** Part of the features that an attack is shown without, so that few signs are enough. */
const LEFT_OUT = 0.4;
/** Windows of an honest text that are trained on, the worst ones. */
const WORST = 3;
const EXAMPLES = 12_000;
const BACKGROUND = 44_000;
/** Models that are trained on examples of their own; what counts is their mean, which is steadier than any of them. */
const SEEDS = process.argv.includes('--quick') ? [11] : [11, 13];

/**
 * How much what the model is far off at counts less. Our grammar has more honest texts that look like attacks, and more attacks that look like nothing,
 * than there are in the world: those must not bend what tells the others apart.
 */
interface Robustness {
  honest: number;
  attack: number;
}
const DEFINITIONS: Robustness = { honest: 0.5, attack: 0.3 };
const RESULTS: Robustness = { honest: 0, attack: 0 };
const LEAST_CHANCE = 0.02;
/** Concepts first, then slots of words. */
const ALL_FEATURES = FEATURE_COUNT + LEXICAL_SLOTS;

type Windows = Int32Array[];
type Learnable = { positive: boolean; windows: Windows };

function windowsOf({ text, places }: Example): Windows {
  const windows: Windows = [];
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
  return windows;
}

function learnable(examples: readonly Example[]): Learnable[] {
  return examples
    .map((example) => ({ positive: example.positive, windows: windowsOf(example) }))
    .filter(({ windows }) => windows.length > 0);
}

/** Both lists, evenly mixed. */
function mix(examples: readonly Example[], others: readonly Example[]): Learnable[] {
  const [list, rest] = [learnable(examples), learnable(others)];
  const mixed: Learnable[] = [];
  let taken = 0;
  list.forEach((one, index) => {
    mixed.push(one);
    while (taken < ((index + 1) * rest.length) / list.length && taken < rest.length) mixed.push(rest[taken++] as Learnable);
  });
  return mixed;
}

/** The mean of several models. */
function trainAll(make: (seed: number) => Example[], robust: Robustness, background: readonly Example[]): Float32Array {
  const all = SEEDS.map((seed) => train(mix(make(seed), background), robust, seed));
  return (all[0] as Float32Array).map((_, index) => all.reduce((sum, one) => sum + (one[index] as number), 0) / all.length);
}

function train(data: readonly Learnable[], robust: Robustness, seed: number): Float32Array {
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
          : feature < FINE_FROM
            ? REACH.group
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

function evaluate(name: string, weights: Float32Array, examples: readonly Example[]): void {
  const scored = examples.map((example) => ({
    example,
    score: windowsOf(example).reduce(
      (best, window) =>
        Math.max(
          best,
          window.reduce((sum, feature) => sum + (weights[feature] as number), 0),
        ),
      -20,
    ),
  }));
  const negatives = scored.filter(({ example }) => !example.positive).sort((one, other) => other.score - one.score);
  const threshold = negatives[Math.floor(negatives.length * 0.01)]?.score ?? 0;
  const families = new Map<string, [number, number]>();
  for (const { example, score } of scored.filter((one) => one.example.positive)) {
    const counts = families.get(example.family) ?? [0, 0];
    families.set(example.family, [counts[0] + (score > threshold ? 1 : 0), counts[1] + 1]);
  }
  const all = [...families.values()].reduce(([hits, n], [h, m]) => [hits + h, n + m], [0, 0]);
  console.log(
    `${name}: threshold ${threshold.toFixed(2)} at 1 %, recall ${(all[0] / all[1]).toFixed(3)}`,
    [...families].map(([family, [h, m]]) => `${family} ${(h / m).toFixed(2)}`).join('  '),
  );
}

/** What words weigh, packed: nearly all of them nothing. */
function packWords(weights: Float32Array): string {
  return deflateRawSync(Buffer.from(pack(weights.subarray(FEATURE_COUNT)), 'base64'), { level: 9 }).toString('base64');
}

/** Whole weights of 1/16: one byte each, most of them zero. */
function pack(weights: Float32Array): string {
  const bytes = Buffer.alloc(weights.length);
  for (const [index, weight] of weights.entries()) bytes.writeInt8(Math.max(-127, Math.min(127, Math.round(weight * 16))), index);
  return bytes.toString('base64');
}

const background = makeBackground(5, BACKGROUND);
const definitionWeights = trainAll((seed) => makeDefinitions(seed, EXAMPLES), DEFINITIONS, background);
const resultWeights = trainAll((seed) => makeResults(seed, EXAMPLES), RESULTS, background);
evaluate('definitions, seen templates', definitionWeights, makeDefinitions(21, 2000));
evaluate('results, seen templates', resultWeights, makeResults(22, 2000));
for (const fold of process.argv.includes('--folds') ? [0, 1, 2] : []) {
  evaluate(
    `definitions, held-back templates ${fold}`,
    train(mix(makeDefinitions(31, 4000, { fold, part: 'train' }), background), DEFINITIONS, 7),
    makeDefinitions(32, 1500, { fold, part: 'judge' }),
  );
  evaluate(
    `results, held-back templates ${fold}`,
    train(mix(makeResults(41, 4000, { fold, part: 'train' }), background), RESULTS, 7),
    makeResults(42, 1500, { fold, part: 'judge' }),
  );
}
if (!process.argv.includes('--check')) {
  const text = `// Written by scripts/train-injection.ts; do not edit. Log odds per feature, signed bytes of a sixteenth, base64.
// Trained on texts of our own grammar and on our own prose, scripts/injection/; on nothing else.

export const DEFINITION_WEIGHTS = '${pack(definitionWeights.subarray(0, FEATURE_COUNT))}';

export const RESULT_WEIGHTS = '${pack(resultWeights.subarray(0, FEATURE_COUNT))}';

// The same for words and pairs of words, by slot; deflated.
export const DEFINITION_WORDS = '${packWords(definitionWeights)}';

export const RESULT_WORDS = '${packWords(resultWeights)}';
`;
  writeFileSync(new URL('../src/detect/injection/weight.ts', import.meta.url), text);
  console.log(`weight.ts: ${text.length} characters`);
}
