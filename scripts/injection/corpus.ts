// Labelled examples from the grammar. Held-back templates (one in three) judge how well what was learnt carries over to wording that was not seen.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Concept } from '../../src/detect/injection/concept.ts';
import { DEFINITION_ATTACKS } from './attack-definition.ts';
import { GOALS, RESULT_ATTACKS } from './attack-result.ts';
import { HEADS, PARAMETERS, USAGE } from './benign-definition.ts';
import { CARRIERS, RESULT_SLOTS } from './benign-result.ts';
import { fill, type Random, type Slots, seeded } from './grammar.ts';
import { SLOTS } from './slots.ts';

export interface Example {
  text: string;
  positive: boolean;
  family: string;
  places: Concept[];
}

export interface Split {
  fold: number;
  part: 'train' | 'judge';
}

export function makeDefinitions(seed: number, count: number, split?: Split): Example[] {
  const random = seeded(seed);
  const attacks = Object.entries(DEFINITION_ATTACKS).map(([family, list]) => [family, part(list, split)] as const);
  const usage = part(USAGE, split);
  const parameters = part(PARAMETERS, split);
  const slots = withGoals(SLOTS);
  const examples: Example[] = [];
  for (let index = 0; index < count; index++) {
    const places: Concept[] = random.chance(0.75) ? [] : random.chance(0.3) ? ['schema-value'] : ['schema-text'];
    const honest = places.length > 0 ? parameterText(parameters, usage, slots, random) : honestDefinition(usage, slots, random);
    examples.push({ text: disguise(honest, 0.01, random), positive: false, family: 'honest', places });
    const [family, templates] = random.pick(attacks);
    const attack = cut(fill(random.pick(templates), slots, random), random);
    const alone = random.chance(0.35);
    const head = fill(random.pick(HEADS), slots, random);
    const text = alone
      ? attack
      : places.length > 0
        ? `${fill(random.pick(parameters), slots, random)} ${attack}`
        : `${head}${random.chance(0.3) ? '\n\n' : ' '}${attack}${random.chance(0.3) ? ` ${fill(random.pick(usage), slots, random)}` : ''}`;
    examples.push({ text: disguise(text, 0.12, random), positive: true, family, places });
  }
  return examples;
}

export function makeResults(seed: number, count: number, split?: Split): Example[] {
  const random = seeded(seed);
  const attacks = Object.entries(RESULT_ATTACKS).map(([family, list]) => [family, part(list, split)] as const);
  const slots = withGoals({ ...SLOTS, ...Object.fromEntries(Object.entries(RESULT_SLOTS).map(([key, list]) => [key, part(list, split)])) });
  const carriers = CARRIERS;
  const examples: Example[] = [];
  for (let index = 0; index < count; index++) {
    const carrier = fill(random.pick(carriers), slots, random);
    examples.push({ text: disguise(carrier, 0.02, random), positive: false, family: 'honest', places: [] });
    const [family, templates] = random.pick(attacks);
    const attack = cut(fill(random.pick(templates), slots, random), random);
    examples.push({
      text: random.chance(0.4)
        ? disguise(attack, 0.2, random)
        : embed(fill(random.pick(carriers), slots, random), disguise(attack, 0.05, random), random),
      positive: true,
      family,
      places: [],
    });
  }
  return examples;
}

function withGoals(slots: Slots): Slots {
  return {
    ...slots,
    goal: GOALS,
    goalC: GOALS.map((goal) => `${goal.startsWith('{') ? goal : (goal[0] as string).toUpperCase() + goal.slice(1)}.`),
  };
}

function part<T>(list: readonly T[], split: Split | undefined): T[] {
  return list.filter((_one, index) => split === undefined || (index % 3 === split.fold) === (split.part === 'judge'));
}

function honestDefinition(usage: readonly string[], slots: Slots, random: Random): string {
  const sentences = [fill(random.pick(HEADS), slots, random)];
  for (let left = Math.floor(random.next() * 6); left > 0; left--) sentences.push(fill(random.pick(usage), slots, random));
  return sentences.join(random.chance(0.3) ? '\n' : ' ');
}

function parameterText(parameters: readonly string[], usage: readonly string[], slots: Slots, random: Random): string {
  return fill(random.pick(random.chance(0.7) ? parameters : usage), slots, random);
}

/** Sentences in their written form: the first letter is a capital most of the time. */
function cut(text: string, random: Random): string {
  return random.chance(0.75) ? text.charAt(0).toUpperCase() + text.slice(1) : random.chance(0.15) ? text.toUpperCase() : text;
}

/** Inside of the carrier: at its start, its end, or after one of its sentences, escaped where the carrier is JSON. */
function embed(carrier: string, attack: string, random: Random): string {
  const isJson = /^\s*[{[]/.test(carrier);
  const text = isJson ? JSON.stringify(attack).slice(1, -1) : attack;
  const glue = isJson ? random.pick([' ', '\\n', '\\n\\n']) : random.pick([' ', '\n', '\n\n', ' <!-- ', '\n> ']);
  const places = [...carrier.matchAll(/[.!?](?=[\s"\\<])/g)].map((match) => (match.index ?? 0) + 1);
  if (!isJson) places.push(0, carrier.length);
  if (places.length === 0) return isJson ? carrier : `${carrier}\n${text}`;
  const at = random.pick(places);
  return at === 0 ? `${text}\n${carrier}` : `${carrier.slice(0, at)}${glue}${text}${glue === ' <!-- ' ? ' -->' : ''}${carrier.slice(at)}`;
}

const MAX_PARAGRAPH_CHARS = 900;

/** Paragraphs of honest technical prose: the read-me files of our locked dependencies, read where they are and not kept. */
export function makeBackground(seed: number, count: number): Example[] {
  const random = seeded(seed);
  const paragraphs = [...new Set(readmes('node_modules', 0).flatMap((file) => readFileSync(file, 'utf8').split(/\n\s*\n/)))]
    .filter((text) => text.length > 30)
    .map((text) => text.slice(0, MAX_PARAGRAPH_CHARS));
  return Array.from({ length: Math.min(count, paragraphs.length) }, () => ({
    text: random.pick(paragraphs),
    positive: false,
    family: 'background',
    places: [],
  }));
}

function readmes(folder: string, depth: number): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return depth < 6 ? readmes(path, depth + 1) : [];
      return /\.md$/i.test(entry.name) && !/license|changelog|notice/i.test(entry.name) ? [path] : [];
    });
}

const LOOKS: Readonly<Record<string, string>> = { a: 'а', e: 'е', o: 'о', c: 'с', p: 'р', i: 'і' };
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };

/** Some texts come in disguise: imitated letters, digits for letters, spread letters, hidden characters, accents. */
function disguise(text: string, probability: number, random: Random): string {
  if (!random.chance(probability)) return text;
  switch (Math.floor(random.next() * 5)) {
    case 0:
      return text.replace(/[aeocpi]/g, (letter) => (random.chance(0.4) ? (LOOKS[letter] as string) : letter));
    case 1:
      return text.replace(/[aeiost]/gi, (letter) => LEET[letter.toLowerCase()] as string);
    case 2:
      return [...text].join(' ');
    case 3:
      return text.replace(/(\w)(\w)/g, (pair, one: string, other: string) => (random.chance(0.2) ? `${one}\u200b${other}` : pair));
    default:
      return text.replace(/[aeiou]/g, (letter) => `${letter}\u0301`.normalize('NFC'));
  }
}
