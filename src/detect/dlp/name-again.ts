// A name once found is found again wherever it stands in the same text, whole or as one of its words. Linear in the text and in the names.
import { partsOf } from './character.ts';
import { coverOf } from './cover.ts';
import type { Match } from './finding-kind.ts';
import { nameList, TRAIT } from './name-list.ts';
import { isUncased } from './uncased-name.ts';

/** A word that begins with a capital, and what the list of names says of it (TRAIT). */
export interface Word {
  text: string;
  start: number;
  end: number;
  traits: number;
}

/** Names that are looked for again, and places of one that are taken, at most. */
const MAX_AGAIN = 200;
const MAX_UNCASED_AGAIN = 8;

/** Of a longer word, of a firm, of a street. */
const GOES_ON = /^(?:[\w@-]| ?& ?\p{Lu}| (?:Street|St|Road|Ave|Avenue|Inc|Ltd|GmbH|LLC|Corp)\b)/u;

/** Every other place of the found names, and of their parts. */
export function addAgain(text: string, words: readonly Word[], found: Match[]): void {
  const cover = coverOf(found, text.length);
  const { whole, parts, uncased } = namesToFind(text, found);
  const add = (start: number, end: number): void => {
    if (!cover.isFree(start, end) || GOES_ON.test(text.slice(end, end + 8))) return;
    cover.take(start, end);
    found.push({ type: 'PERSON', start, end, confidence: 0.7, rule: 'name-again' });
  };
  let capitals: Set<string> | undefined;
  // Who speaks in a transcript.
  const speaks = (word: string): boolean => {
    capitals ??= new Set([...parts].map((part) => part.toUpperCase()));
    return capitals.has(word);
  };
  for (const word of words) {
    const full = nameAt(text, word.start, whole.get(word.text));
    if (full !== undefined) add(word.start, word.start + full.length);
    else if (parts.has(word.text) || (text.charCodeAt(word.end) === 0x3a && speaks(word.text))) add(word.start, word.end);
  }
  for (const name of uncased) {
    let hits = 0;
    for (let at = text.indexOf(name); at >= 0 && hits++ < MAX_AGAIN; at = text.indexOf(name, at + name.length)) add(at, at + name.length);
  }
}

function nameAt(text: string, start: number, names: readonly string[] = []): string | undefined {
  for (const name of names) if (text.startsWith(name, start)) return name;
  return undefined;
}

/** Whole names by their first word; single words of names; names in scripts without capitals. */
function namesToFind(text: string, found: readonly Match[]): { whole: Map<string, string[]>; parts: Set<string>; uncased: Set<string> } {
  const whole = new Map<string, string[]>();
  const parts = new Set<string>();
  const uncased = new Set<string>();
  for (const match of found.slice(0, MAX_AGAIN)) {
    const name = text.slice(match.start, match.end);
    if (isUncased(name)) {
      if (uncased.size < MAX_UNCASED_AGAIN) uncased.add(name);
      continue;
    }
    const words = partsOf(name);
    const first = words[0] as string;
    const known = whole.get(first);
    if (known === undefined) whole.set(first, [name]);
    else if (!known.includes(name)) known.push(name);
    if (words.length > 1)
      for (const word of words)
        if (word.length > 2 && (nameList().traits(word) & (TRAIT.shaped | TRAIT.notName)) === TRAIT.shaped) parts.add(word);
  }
  return { whole, parts, uncased };
}
