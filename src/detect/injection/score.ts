// The trained model at its operating point: at most 1 % of real, honest texts are above it. Scores are 0 to 1; 0.5 is the operating point.
import { type Concept, conceptIndex } from './concept.ts';
import { FEATURE_COUNT } from './feature.ts';
import { unpackTable } from './lexical.ts';
import { eachWindow } from './model.ts';
import { orderFloors } from './order.ts';
import { readText } from './reading.ts';
import { DEFINITION_WEIGHTS, DEFINITION_WORDS, RESULT_WEIGHTS, RESULT_WORDS } from './weight.ts';

export type Place = 'definition' | 'schema-text' | 'schema-value' | 'result' | 'disguised-definition' | 'disguised-result';

/** Log odds at which a text counts. Chosen on real definitions and results: see docs/injection.md. */
export const DEFINITION_POINT = 2.3;
export const RESULT_POINT = 2.2;

/** Weights are whole steps of this part of a log odd. */
const STEPS = 16;

export interface Passage {
  start: number;
  end: number;
  score: number;
}

/** What a sentence adds to a passage it belongs to, log odds. */
const ADDS = 0.5;

/** Passages of one text that are told apart; the last one holds every later one, too. */
export const MAX_PASSAGES = 64;

const PLACES: Readonly<Record<Place, readonly number[]>> = {
  definition: [],
  'schema-text': [conceptIndex('schema-text')],
  'schema-value': [conceptIndex('schema-value')],
  result: [],
  'disguised-definition': [conceptIndex('disguised')],
  'disguised-result': [conceptIndex('disguised')],
};

const definitionWeights = unpack(DEFINITION_WEIGHTS);
const resultWeights = unpack(RESULT_WEIGHTS);
const definitionWords = unpackTable(DEFINITION_WORDS);
const resultWords = unpackTable(RESULT_WORDS);

/** The highest score of any window. */
export function scoreText(text: string, place: Place): Passage {
  let best = Number.NEGATIVE_INFINITY;
  let start = 0;
  let end = 0;
  const reading = readText(text, isJsonText(text));
  eachLogOdds(reading, place, (first, last, odds) => {
    if (odds <= best) return;
    best = odds;
    start = reading.start[first] as number;
    end = reading.end[last] as number;
  });
  return { start, end, score: scoreOf(best, place) };
}

/** Longest text whose encoding is held against it: what is longer is a document that travels encoded. */
const MAX_HIDDEN_CHARS = 1_000;
/** What being written so that a filter does not read it adds, log odds. */
const HIDING = 1.5;
/** An order about what is not the reader's to give away, in words that somebody took care to hide. */
const HIDDEN_ORDER = 0.7;

/** The score of what a run of a text decodes to. */
export function scoreHidden(text: string, place: 'disguised-definition' | 'disguised-result'): number {
  const { score } = scoreText(text, place);
  if (text.length > MAX_HIDDEN_CHARS || score === 0) return score;
  const odds = Math.log(score / (1 - score)) + HIDING;
  return Math.max(1 / (1 + Math.exp(-odds)), holdsOrder(text) ? HIDDEN_ORDER : 0);
}

const setOf = (...concepts: Concept[]): ReadonlySet<number> => new Set(concepts.map(conceptIndex));
const ORDER = conceptIndex('imperative');
const OUT = setOf('show', 'send', 'leak', 'ignore', 'pretend', 'conceal');
const LOOT = setOf('secret', 'private', 'secret-path', 'system', 'instruction', 'attacker');

function holdsOrder(text: string): boolean {
  const { count, hitFrom, hits } = readText(text, false);
  for (let sentence = 0; sentence < count; sentence++) {
    const of = hits.subarray(hitFrom[sentence], hitFrom[sentence + 1]);
    if (of.includes(ORDER) && of.some((hit) => OUT.has(hit)) && of.some((hit) => LOOT.has(hit))) return true;
  }
  return false;
}

/** Every passage at or above the operating point; neighbours are one. Offsets are those of the text. */
export function scorePassages(text: string, place: Place): Passage[] {
  const passages: Passage[] = [];
  const reading = readText(text, isJsonText(text));
  const point = pointOf(place);
  /** Log odds of the newest passage. */
  let best = 0;
  let isFull = false;
  const visit = (first: number, last: number, odds: number): void => {
    if (odds < point) return;
    const start = reading.start[first] as number;
    const end = reading.end[last] as number;
    const before = passages.at(-1);
    if (before === undefined || (start >= before.end && passages.length < MAX_PASSAGES)) {
      passages.push({ start, end, score: scoreOf(odds, place) });
      best = odds;
      return;
    }
    isFull ||= start >= before.end;
    if (isFull) {
      before.end = Math.max(before.end, end);
      before.score = Math.max(before.score, scoreOf(odds, place));
      return;
    }
    // A sentence that adds to it belongs to it; one without which it is as strong does not.
    if (end > before.end && odds > best + ADDS) before.end = end;
    if (start > before.start && odds >= best - ADDS) before.start = start;
    if (odds > best) before.score = scoreOf(odds, place);
    best = Math.max(best, odds);
  };
  eachLogOdds(reading, place, visit, point);
  return passages;
}

function eachLogOdds(
  reading: ReturnType<typeof readText>,
  place: Place,
  visit: (first: number, last: number, odds: number) => void,
  least?: number,
): void {
  const weights = isResult(place) ? resultWeights : definitionWeights;
  const floors = orderFloors(reading, isResult(place));
  for (let sentence = 0; sentence < reading.count; sentence++) floors[sentence] = ((floors[sentence] as number) + pointOf(place)) * STEPS;
  eachWindow(reading, (first, last, _list, _count, sum) => visit(first, last, sum / STEPS), {
    always: PLACES[place],
    weights,
    words: isResult(place) ? resultWords : definitionWords,
    least: least === undefined ? undefined : least * STEPS,
    floors,
  });
}

function isResult(place: Place): boolean {
  return place === 'result' || place === 'disguised-result';
}

function pointOf(place: Place): number {
  return isResult(place) ? RESULT_POINT : DEFINITION_POINT;
}

function scoreOf(odds: number, place: Place): number {
  return odds === Number.NEGATIVE_INFINITY ? 0 : 1 / (1 + Math.exp(pointOf(place) - odds));
}

export function isJsonText(text: string): boolean {
  for (let at = 0; at < text.length && at < 64; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 123 || unit === 91) return /^\s*(?:\{\s*["}]|\[\s*[["{\]\d-])/.test(text.slice(at, at + 64));
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) return false;
  }
  return false;
}

function unpack(text: string): Int8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== FEATURE_COUNT)
    throw new Error(`weight.ts has ${bytes.length} weights for ${FEATURE_COUNT} features: run scripts/train-injection.ts`);
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
