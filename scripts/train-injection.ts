// Trains the injection model on texts from our own grammar and writes src/detect/injection/weight.ts. Deterministic: the same grammar gives the same
// weights. Never reads a public or held-out set. Use: npm run -s node -- scripts/train-injection.ts [--check] [--quick] [--writers] [--families [NAME…]]
// --writers: what is found of each writer's attacks when nothing of theirs was trained on, which is what a change is judged by; writes nothing.
// --families: the same for families of attacks of the grammar.
import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { knownWords } from '../bench/words.ts';
import { FEATURE_COUNT } from '../src/detect/injection/feature.ts';
import { DEFINITION_FAMILIES, type Example, makeBackground, makeDefinitions, makeResults, RESULT_FAMILIES } from './injection/corpus.ts';
import { DEFINITIONS, mix, pointOf, RESULTS, type Robustness, recallAt, train, trainAll } from './injection/fit.ts';
import { JUDGED } from './injection/server-packages.ts';
import { readServers } from './injection/server-text.ts';
import { readWritten, type Shown, WRITERS, withWritten } from './injection/written.ts';

knownWords('node -- scripts/train-injection.ts', ['--check', '--quick', '--writers', '--families', 'NAME…']);

const EXAMPLES = 12_000;
const BACKGROUND = 60_000;
const SEEDS = process.argv.includes('--quick') ? [11] : [11, 13, 17];
/** What people wrote by hand weighs more than what the grammar makes. */
const SHOWN: Readonly<Record<Kind, Shown>> = { definition: { attack: 30, honest: 10 }, result: { attack: 20, honest: 10 } };
/** Sizes where every family is trained without. */
const FAMILY_EXAMPLES = 5_000;
const FAMILY_BACKGROUND = 12_000;

type Make = typeof makeDefinitions;
type Kind = 'definition' | 'result';
const MAKE: Readonly<Record<Kind, Make>> = { definition: makeDefinitions, result: makeResults };

const families = process.argv.indexOf('--families');
if (process.argv.includes('--writers')) judgeWriters();
else if (families > 0) judgeFamilies(process.argv.slice(families + 1));
else writeWeights(!process.argv.includes('--check'));

function writeWeights(keep: boolean): void {
  const background = makeBackground(5, BACKGROUND);
  const make = (kind: Kind, seed: number): Example[] => withWritten(MAKE[kind](seed, EXAMPLES), readWritten(kind), SHOWN[kind], seed);
  const definitions = trainAll(SEEDS, (seed) => make('definition', seed), DEFINITIONS, background);
  const results = trainAll(SEEDS, (seed) => make('result', seed), RESULTS, background);
  tell('definitions, seen templates', definitions, makeDefinitions(21, 2000));
  tell('results, seen templates', results, makeResults(22, 2000));
  console.log(`definitions of servers that were not trained on: 1 % are above ${pointOf(definitions, readServers(JUDGED)).toFixed(2)}`);
  if (!keep) return;
  const text = `// Written by scripts/train-injection.ts; do not edit. Log odds per feature, signed bytes of a sixteenth, base64.
// Trained on texts of our own grammar, on texts that four writers wrote for it, on our own prose and on texts of pinned packages, scripts/injection/.

export const DEFINITION_WEIGHTS = '${pack(definitions.subarray(0, FEATURE_COUNT))}';

export const RESULT_WEIGHTS = '${pack(results.subarray(0, FEATURE_COUNT))}';

// The same for words and pairs of words, by slot; deflated.
export const DEFINITION_WORDS = '${packWords(definitions)}';

export const RESULT_WORDS = '${packWords(results)}';
`;
  writeFileSync(new URL('../src/detect/injection/weight.ts', import.meta.url), text);
  console.log(`weight.ts: ${text.length} characters`);
}

function tell(name: string, weights: Float32Array, examples: readonly Example[]): void {
  const point = pointOf(
    weights,
    examples.filter(({ positive }) => !positive),
  );
  const attacks = examples.filter(({ positive }) => positive);
  console.log(`${name}: threshold ${point.toFixed(2)} at 1 %, recall ${recallAt(weights, attacks, point).toFixed(3)}`);
}

/** Each family against a model that saw none of it: recall at 1 % of honest texts, those of the grammar and the background. */
function judgeFamilies(names: readonly string[]): void {
  const background = makeBackground(5, FAMILY_BACKGROUND);
  const others = makeBackground(6, 2_000);
  const each = (kind: string, all: readonly string[], make: Make, robust: Robustness): void => {
    const chosen = all.filter((family) => names.length === 0 || names.includes(family));
    const rows = chosen.map((family): [string, number] => {
      const weights = train(mix(make(31, FAMILY_EXAMPLES, { without: family }), background), robust, 7);
      const honest = [...make(33, 1_500).filter(({ positive }) => !positive), ...others];
      return [
        family,
        recallAt(
          weights,
          make(32, 200, { only: family }).filter(({ positive }) => positive),
          pointOf(weights, honest),
        ),
      ];
    });
    if (rows.length === 0) return;
    console.log(`${kind}, trained without: mean ${(rows.reduce((sum, [, recall]) => sum + recall, 0) / rows.length).toFixed(3)}`);
    console.log(rows.map(([family, recall]) => `  ${recall.toFixed(2)} ${family}`).join('\n'));
  };
  each('definitions', DEFINITION_FAMILIES, makeDefinitions, DEFINITIONS);
  each('results', RESULT_FAMILIES, makeResults, RESULTS);
}

/** Each writer against a model that saw nothing of theirs: recall at 1 % of honest texts, those of the writer, of servers and the background. */
function judgeWriters(): void {
  const background = makeBackground(5, BACKGROUND / 2);
  const real = [...makeBackground(6, 2_000), ...readServers(JUDGED)];
  for (const kind of ['definition', 'result'] as const) {
    for (const writer of WRITERS) {
      const others = WRITERS.filter((one) => one !== writer);
      const shown = withWritten(MAKE[kind](31, EXAMPLES), readWritten(kind, others), SHOWN[kind], 7);
      const weights = train(mix(shown, background), kind === 'definition' ? DEFINITIONS : RESULTS, 7);
      const theirs = readWritten(kind, [writer]);
      const attacks = theirs.filter(({ positive }) => positive);
      const honest = theirs.filter(({ positive }) => !positive);
      const [all, least] = [pointOf(weights, [...honest, ...real]), pointOf(weights, real)];
      console.log(
        `${kind}s, trained without ${writer}: ${recallAt(weights, attacks, all).toFixed(2)} at 1 % of honest texts, theirs among them; ${recallAt(weights, attacks, least).toFixed(2)} at 1 % of the others, ${recallAt(weights, honest, least).toFixed(3)} of theirs flagged`,
      );
    }
  }
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
