// Where a reading stands: the sentence that is being read, and what was read before it. Scratch space of one thread, used from one text to the next.
import { CONCEPTS, type Concept, conceptIndex } from './concept.ts';

/** Longest sentence, words; a longer one is cut. */
export const MAX_SENTENCE_WORDS = 48;
/** Concepts that are kept of one sentence. */
export const MAX_SENTENCE_HITS = 64;

const START_SENTENCES = 256;
const START_HITS = 1024;

/** Sentences with at least one concept, in their order. */
export interface Reading {
  count: number;
  start: Int32Array;
  end: Int32Array;
  /** Words of the text before the sentence, and its own. */
  wordFrom: Int32Array;
  words: Int32Array;
  /** Hits of sentence n: from `hitFrom[n]` to `hitFrom[n + 1]`. */
  hitFrom: Int32Array;
  hits: Uint8Array;
  /** Word of the sentence in which the hit is. */
  places: Uint8Array;
  /** Hashes of the words of sentence n: from `wordsFrom[n]` to `wordsFrom[n + 1]`. */
  wordsFrom: Int32Array;
  hashes: Int32Array;
}

/** Index of every concept by name. */
export const C = Object.fromEntries(CONCEPTS.map((concept) => [concept, conceptIndex(concept)])) as Readonly<Record<Concept, number>>;

export const reading: Reading = {
  count: 0,
  start: new Int32Array(START_SENTENCES),
  end: new Int32Array(START_SENTENCES),
  wordFrom: new Int32Array(START_SENTENCES),
  words: new Int32Array(START_SENTENCES),
  hitFrom: new Int32Array(START_SENTENCES + 1),
  hits: new Uint8Array(START_HITS),
  places: new Uint8Array(START_HITS),
  wordsFrom: new Int32Array(START_SENTENCES + 1),
  hashes: new Int32Array(START_HITS),
};

/** Words of the sentence so far, whether a clause begins here, the words at which something was negated, told and marked, and whether a
 * word of the text stands turned by thirteen letters or backwards. */
export const state = { sentenceWords: 0, clauseStart: true, notAt: -9, tellAt: -9, markerAt: -9, sawTurned: false };

/** Markup that is open: where its tag began, the quote around the attribute and whether it holds words, and where the words and the target of a picture end. */
export const markup = { tagAt: -1, quote: 0, holdsWords: false, wordsEnd: -1, targetEnd: -1 };

let hitCount = 0;
let sentenceHits = 0;
let sentenceStart = 0;
let textWords = 0;
let hashCount = 0;

export function startReading(): void {
  reading.count = 0;
  state.sawTurned = false;
  markup.tagAt = -1;
  markup.quote = 0;
  markup.wordsEnd = -1;
  hitCount = 0;
  textWords = 0;
  hashCount = 0;
  begin(0);
}

export function endReading(at: number): Reading {
  finish(at);
  reading.hitFrom[reading.count] = hitCount;
  reading.wordsFrom[reading.count] = hashCount;
  return reading;
}

/** Did the newest reading see a word that stands turned by thirteen letters, or backwards? */
export function sawTurned(): boolean {
  return state.sawTurned;
}

export function finish(at: number): void {
  textWords += state.sentenceWords;
  if (sentenceHits > 0) {
    const index = reading.count;
    reading.start[index] = sentenceStart;
    reading.end[index] = at;
    reading.words[index] = state.sentenceWords;
    reading.wordFrom[index] = textWords - state.sentenceWords;
    reading.count = index + 1;
    if (reading.count + 1 >= reading.hitFrom.length - 1) growSentences();
  } else hashCount = reading.wordsFrom[reading.count] as number;
  begin(at);
}

export function hit(concept: number): void {
  if (sentenceHits >= MAX_SENTENCE_HITS) return;
  if (hitCount === reading.hits.length) growHits();
  reading.hits[hitCount] = concept;
  reading.places[hitCount++] = state.sentenceWords;
  sentenceHits++;
}

function begin(at: number): void {
  sentenceStart = at;
  sentenceHits = 0;
  state.sentenceWords = 0;
  state.clauseStart = true;
  state.notAt = -9;
  state.tellAt = -9;
  state.markerAt = -9;
  reading.hitFrom[reading.count] = hitCount;
  reading.wordsFrom[reading.count] = hashCount;
}

/** One more word of the sentence, as its hash. */
export function noteWord(hash: number): void {
  state.sentenceWords++;
  if (hashCount === reading.hashes.length) growHashes();
  reading.hashes[hashCount++] = hash;
}

function growHashes(): void {
  const next = new Int32Array(reading.hashes.length * 2);
  next.set(reading.hashes);
  reading.hashes = next;
}

function growSentences(): void {
  for (const key of ['start', 'end', 'wordFrom', 'words', 'hitFrom', 'wordsFrom'] as const) {
    const next = new Int32Array(reading[key].length * 2);
    next.set(reading[key]);
    reading[key] = next;
  }
}

function growHits(): void {
  for (const key of ['hits', 'places'] as const) {
    const next = new Uint8Array(reading[key].length * 2);
    next.set(reading[key]);
    reading[key] = next;
  }
}
