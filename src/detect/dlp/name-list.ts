// Given names and family names, read once when first needed from person-name.txt: names of the 1990 US census (public domain) and of the
// locales of @faker-js/faker and of Faker for Python (MIT), folded to lower-case letters, and common names of the world. Lines: given names, given
// names that are also words or places, family names, family names that are also words, then Chinese, Japanese and Korean family names.
// A hint, never the only evidence: most findings come from keys and from what stands around a name.
import { readFileSync } from 'node:fs';

export interface NameList {
  /** 0 no name; 1 a name that is also a word; 2 a name. */
  given(word: string): number;
  family(word: string): number;
  /** Chinese, Japanese or Korean letters that begin with a family name. */
  isFamilyFirst(text: string): boolean;
}

let list: NameList | undefined;

export function nameList(): NameList {
  list ??= load();
  return list;
}

function load(): NameList {
  const lines = readFileSync(new URL('./person-name.txt', import.meta.url), 'utf8').split('\n');
  const given = new Map<string, number>();
  const family = new Map<string, number>();
  for (const [index, names] of lines.slice(0, 4).entries())
    for (const name of names.split(' ')) (index < 2 ? given : family).set(name, index % 2 === 0 ? 2 : 1);
  const eastern = new Set(lines.slice(4, 7).flatMap((names) => names.split(' ')));
  // Words of one language repeat: what was looked up once is known.
  const known = new Map<string, number>();
  const score = (word: string): number => {
    const cached = known.get(word);
    if (cached !== undefined) return cached;
    const folded = fold(word);
    const both = look(given, folded) * 4 + look(family, folded);
    if (known.size >= KNOWN_WORDS) known.clear();
    known.set(word, both);
    return both;
  };
  return {
    given: (word) => score(word) >> 2,
    family: (word) => score(word) & 3,
    isFamilyFirst: (text) => [1, 2, 3].some((count) => text.length > count && eastern.has(text.slice(0, count))),
  };
}

const KNOWN_WORDS = 20_000;

function look(names: ReadonlyMap<string, number>, folded: string): number {
  const whole = names.get(folded);
  if (whole !== undefined) return whole;
  // Marie-Claire, García-López
  const dash = folded.indexOf('-');
  return dash > 1 ? Math.min(names.get(folded.slice(0, dash)) ?? 0, names.get(folded.slice(dash + 1)) ?? 0) : 0;
}

function fold(word: string): string {
  const lower = word.toLowerCase();
  return /^[a-z-]+$/.test(lower) ? lower : lower.normalize('NFKD').replace(/[\u0300-\u036f'’]/g, '');
}
