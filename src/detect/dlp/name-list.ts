// Given names and family names, read once when first needed from person-name.txt: names of the 1990 US census (public domain) and of the
// locales of @faker-js/faker and of Faker for Python (MIT), folded to lower-case letters, and common names of the world. Lines: given names, given
// names that are also words or places, family names, family names that are also words, then Chinese, Japanese and Korean family names.
// A hint, never the only evidence: most findings come from keys and from what stands around a name.
import { readFileSync } from 'node:fs';
import { isNotName } from './name-word.ts';

/** What a word of a name is, as bits; the two lowest pairs are the numbers that `family` and `given` return. */
export const TRAIT = {
  /** Looks like a name in capitals and is none. */
  notName: 1 << 4,
  /** de, van, bin. */
  particle: 1 << 5,
  /** A capital and letters. */
  word: 1 << 6,
  /** A capital and small letters, or all in capitals. */
  shaped: 1 << 7,
  /** d'Alba, al-Masri. */
  joined: 1 << 8,
  /** Towns and countries begin so. */
  place: 1 << 9,
} as const;

export interface NameList {
  /** Bits of TRAIT and both scores. */
  traits(word: string): number;
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
  const heads = new Set(
    [...given.keys(), ...family.keys()].filter(({ length }) => length > MAX_KNOWN_CHARS).map((name) => name.slice(0, 3)),
  );
  // Words of one language repeat: what was looked up once is known.
  const known = new Map<string, number>();
  const score = (word: string): number => {
    const cached = known.get(word);
    if (cached !== undefined) return cached;
    if (word.length > MAX_KNOWN_CHARS && !mayBeLong(word, heads)) return 0;
    const folded = fold(word);
    const both = look(given, folded) * 4 + look(family, folded);
    if (word.length > MAX_KNOWN_CHARS) return both;
    if (known.size >= KNOWN_WORDS) known.clear();
    known.set(word, both);
    return both;
  };
  return {
    traits: (word) => {
      const bits = score(word);
      if (bits & SHAPE_KNOWN) return bits;
      const all = bits | shapeOf(word) | SHAPE_KNOWN;
      if (word.length <= MAX_KNOWN_CHARS) known.set(word, all);
      return all;
    },
    given: (word) => (score(word) >> 2) & 3,
    family: (word) => score(word) & 3,
    isFamilyFirst: (text) => [1, 2, 3].some((count) => text.length > count && eastern.has(text.slice(0, count))),
  };
}

const KNOWN_WORDS = 20_000;
/** A longer word would keep the text in memory that it was cut from. */
const MAX_KNOWN_CHARS = 12;
/** No name of the list is longer. */
const MAX_NAME_CHARS = 40;
/** Few names are that long; what two of them make with a hyphen, and what has marks, is looked for in any case. */
function mayBeLong(word: string, heads: ReadonlySet<string>): boolean {
  if (word.length > MAX_NAME_CHARS || /[\d_]/.test(word)) return false;
  return !/^[A-Za-z]+$/.test(word) || heads.has(word.slice(0, 3).toLowerCase());
}

/** Shapes are told when somebody asks. */
const SHAPE_KNOWN = 1 << 15;

const PARTICLES = new Set(
  'de da do dos das del della di du des la le los las el al bin ibn bint abu ben van von der den het ten ter te zu zum zur af av y e i und of mac san st d o'.split(
    ' ',
  ),
);
const WORD = /^\p{Lu}[\p{L}\p{M}'’.-]*$/u;
const SHAPED = /^(?:\p{Lu}[\p{Ll}'’-]+(?:\p{Lu}[\p{Ll}'’-]+){0,2}|\p{Lu}[\p{Lu}'’-]{3,})$/u;
const JOINED = /^(?:[dDlLoO]['’]|[aA]l-|[eE]l-|ben-|de|van|von|la)\p{Lu}/u;
/** San José, Costa Rica, Mount Lavinia: towns and countries begin so, people hardly. */
const BEGINS_PLACE =
  /^(?:San|Santa|Santo|Saint|Sainte|Sankt|St\.?|Isla|Costa|Sri|Puerto|Porto|Los|Las|Fort|Mount|Monte|Rio|Buenos|S[ãa]o|Cape|Lake|Port|Villa|Bad|Castel)$/;

function shapeOf(word: string): number {
  return (
    (isNotName(word) ? TRAIT.notName : 0) |
    (PARTICLES.has(word.toLowerCase()) ? TRAIT.particle : 0) |
    (WORD.test(word) ? TRAIT.word : 0) |
    (SHAPED.test(word) ? TRAIT.shaped : 0) |
    (JOINED.test(word) ? TRAIT.joined : 0) |
    (BEGINS_PLACE.test(word) ? TRAIT.place : 0)
  );
}

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
