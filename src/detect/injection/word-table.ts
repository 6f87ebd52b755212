// Which concepts a word stands for: one look-up by hash, without making a string. Built once from the lexicons.
import { type Concept, conceptIndex } from './concept.ts';
import { foldText, isUnspaced } from './glyph.ts';
import { ENGLISH_VERBS, ENGLISH_WORDS } from './lexicon-english.ts';
import { DISGUISED_WORDS, WORLD_WORDS } from './lexicon-world.ts';
import { MORE_WORLD_WORDS } from './lexicon-world-more.ts';

/** FNV-1a over folded code units, 32 bits. */
export const HASH_START = 0x811c9dc5 | 0;

export function hashStep(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

export function hashWord(word: string): number {
  let hash = HASH_START;
  for (let index = 0; index < word.length; index++) hash = hashStep(hash, word.charCodeAt(index));
  return hash;
}

/** Longest word of an unspaced script, code units. */
export const MAX_UNSPACED_UNITS = 10;
/** Concepts of one word. */
const MAX_CONCEPTS = 3;
const BITS = 7;
const MASK = (1 << BITS) - 1;
const SLOTS = 16_384;

const keys = new Int32Array(SLOTS);
const values = new Int32Array(SLOTS);

for (const [concept, words] of Object.entries(ENGLISH_VERBS))
  for (const word of words.split(/\s+/)) for (const form of verbForms(word)) addWord(form, concept as Concept);
for (const [concept, words] of Object.entries(ENGLISH_WORDS))
  for (const word of words.split(/\s+/)) addWithPlural(word, concept as Concept);
for (const table of [WORLD_WORDS, MORE_WORLD_WORDS])
  for (const [concept, words] of Object.entries(table)) for (const word of words.split(/\s+/)) addWord(word, concept as Concept);
for (const word of DISGUISED_WORDS.split(' ')) {
  addWord(rot13(word), 'disguised');
  addWord([...word].reverse().join(''), 'disguised');
}

/** Up to three concepts, packed; 0 for a word that stands for none. Read with `conceptAt`. */
export function conceptsOf(hash: number): number {
  for (let slot = hash & (SLOTS - 1); values[slot] !== 0; slot = (slot + 1) & (SLOTS - 1))
    if (keys[slot] === hash) return values[slot] as number;
  return 0;
}

/** The n-th concept of a packed word, or -1. */
export function conceptAt(packed: number, n: number): number {
  return ((packed >>> (n * BITS)) & MASK) - 1;
}

export function hasConcept(packed: number, concept: number): boolean {
  return conceptAt(packed, 0) === concept || conceptAt(packed, 1) === concept || conceptAt(packed, 2) === concept;
}

/** Longest word that is looked for in a run of letters. */
const MAX_LETTERS = 14;

/** A run of letters as the words in it, the longest known one at each place; linear. */
export function wordsOfLetters(letters: string): string {
  const run = foldText(letters);
  const words: string[] = [];
  let rest = '';
  for (let at = 0; at < run.length; ) {
    let hash = HASH_START;
    let bestEnd = -1;
    for (let end = at; end < run.length && end < at + MAX_LETTERS; end++) {
      hash = hashStep(hash, run.charCodeAt(end));
      if (end - at >= 1 && conceptsOf(hash) !== 0) bestEnd = end + 1;
    }
    if (bestEnd < 0 || bestEnd - at < 3) {
      rest += run[at++];
      continue;
    }
    if (rest !== '') words.push(rest);
    rest = '';
    words.push(run.slice(at, bestEnd));
    at = bestEnd;
  }
  if (rest !== '') words.push(rest);
  return words.join(' ');
}

function addWithPlural(word: string, concept: Concept): void {
  addWord(word, concept);
  if (/^[a-z]{4,}[^s]$/.test(word)) addWord(`${word}s`, concept);
}

function addWord(word: string, concept: Concept): void {
  const folded = foldText(word).replaceAll('_', '');
  // A word with a mark inside is read as its parts.
  if (/[-.]/.test(folded) || folded.length < (isUnspaced(folded.charCodeAt(0)) ? 1 : 2)) return;
  const hash = hashWord(folded);
  let slot = hash & (SLOTS - 1);
  while (values[slot] !== 0 && keys[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
  keys[slot] = hash;
  const packed = values[slot] as number;
  const index = conceptIndex(concept);
  if (hasConcept(packed, index)) return;
  for (let n = 0; n < MAX_CONCEPTS; n++) {
    if (conceptAt(packed, n) !== -1) continue;
    values[slot] = packed | ((index + 1) << (n * BITS));
    return;
  }
}

function verbForms(verb: string): string[] {
  if (verb.includes('-')) return [verb];
  const stem = verb.endsWith('e') ? verb.slice(0, -1) : verb;
  const doubled = /[^aeiou][aeiou][bdgmnprt]$/.test(verb) ? [`${verb}${verb.at(-1)}ed`, `${verb}${verb.at(-1)}ing`] : [];
  const third =
    verb.endsWith('y') && !/[aeiou]y$/.test(verb)
      ? [`${verb.slice(0, -1)}ies`, `${verb.slice(0, -1)}ied`]
      : /(?:s|sh|ch|x)$/.test(verb)
        ? [`${verb}es`]
        : [`${verb}s`];
  return [verb, ...third, `${stem}ed`, `${stem}ing`, ...doubled];
}

export function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (letter) => {
    const first = letter >= 'a' ? 97 : 65;
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
  });
}
