// Labelled examples from the grammar. What is left out of training, a family at a time, judges how well what was learnt carries over to what was not seen.
import { readFileSync } from 'node:fs';
import type { Concept } from '../../src/detect/injection/concept.ts';
import { ACT_DEFINITIONS, ACT_HONEST, ACT_RESULTS, ACT_SLOTS, ACT_USAGE } from './act-attack.ts';
import { DEFINITION_ATTACKS } from './attack-definition.ts';
import { GOALS, RESULT_ATTACKS } from './attack-result.ts';
import { HEADS, PARAMETERS, USAGE } from './benign-definition.ts';
import { CARRIERS, RESULT_SLOTS } from './benign-result.ts';
import { fill, type Random, type Slots, seeded } from './grammar.ts';
import { HONEST_PARAMETERS, HONEST_USAGE } from './honest-definition.ts';
import { HONEST_TEXT, MORE_CARRIERS } from './honest-text.ts';
import { INJECT_PHRASING } from './inject-phrasing.ts';
import { pieceOf, readInstalled } from './installed.ts';
import { decorate, makeMarkup } from './markup.ts';
import { PHRASES } from './phrase.ts';
import { PLAIN_DEFINITIONS, PLAIN_RESULTS, PLAIN_SLOTS } from './plain-attack.ts';
import { PLAIN_HONEST_TEXT, PLAIN_HONEST_USAGE } from './plain-honest.ts';
import { POISON_PHRASING } from './poison-phrasing.ts';
import { QUIET_DEFINITIONS, QUIET_RESULTS, QUIET_SLOTS } from './quiet-attack.ts';
import { QUIET_TEXT, QUIET_USAGE } from './quiet-honest.ts';
import { TRAINED } from './server-packages.ts';
import { readServers } from './server-text.ts';
import { SLOTS } from './slots.ts';
import { WIDE_DEFINITIONS, WIDE_HONEST, WIDE_RESULTS, WIDE_SLOTS } from './wide-attack.ts';
import { STRONG_USAGE } from './wide-honest.ts';

export interface Example {
  text: string;
  positive: boolean;
  family: string;
  places: Concept[];
  /** Other texts of the same tool: an attack may stand in any of them. */
  more?: { text: string; places: Concept[] }[];
}

/** Attacks of all families, of all but one, or of one. */
export type Split = { without: string } | { only: string };

type Lists = Readonly<Record<string, readonly string[]>>;

/** Lists of the same name are one. */
function joined(...tables: Lists[]): Record<string, string[]> {
  const all: Record<string, string[]> = {};
  for (const table of tables) for (const [key, list] of Object.entries(table)) all[key] = [...(all[key] ?? []), ...list];
  return all;
}

const ALL_DEFINITION_ATTACKS = joined(DEFINITION_ATTACKS, POISON_PHRASING, WIDE_DEFINITIONS, ACT_DEFINITIONS, QUIET_DEFINITIONS);
const ALL_RESULT_ATTACKS = joined(RESULT_ATTACKS, INJECT_PHRASING, WIDE_RESULTS, ACT_RESULTS, QUIET_RESULTS);
const ALL_TEXT = joined(RESULT_SLOTS, HONEST_TEXT, PLAIN_HONEST_TEXT, WIDE_HONEST, ACT_HONEST, QUIET_TEXT);
const ALL_CARRIERS = [...CARRIERS, ...MORE_CARRIERS];
const ALL_USAGE = [
  ...USAGE,
  ...HONEST_USAGE,
  ...PLAIN_HONEST_USAGE,
  ...STRONG_USAGE,
  ...STRONG_USAGE,
  ...ACT_USAGE,
  ...ACT_USAGE,
  ...QUIET_USAGE,
  ...QUIET_USAGE,
];
const ALL_PARAMETERS = [...PARAMETERS, ...HONEST_PARAMETERS];

/** Part of the background that is text of published servers. */
const SERVERS = 0.35;
/** Part of the rest that is text of installed packages. */
const INSTALLED = 0.5;
/** Part of the attacks that is in the plainest words. */
const PLAIN = 0.25;

export const DEFINITION_FAMILIES = Object.keys({ ...ALL_DEFINITION_ATTACKS, ...PLAIN_DEFINITIONS });
export const RESULT_FAMILIES = Object.keys({ ...ALL_RESULT_ATTACKS, ...PLAIN_RESULTS });

function familiesOf(table: Lists, split: Split | undefined): (readonly [string, readonly string[]])[] {
  return Object.entries(table).filter(([family]) =>
    split === undefined ? true : 'only' in split ? family === split.only : family !== split.without,
  );
}

export function makeDefinitions(seed: number, count: number, split?: Split): Example[] {
  const random = seeded(seed);
  const attacks = familiesOf(ALL_DEFINITION_ATTACKS, split);
  const plain = familiesOf(PLAIN_DEFINITIONS, split);
  const usage = ALL_USAGE;
  const parameters = ALL_PARAMETERS;
  const slots = withGoals(SLOTS);
  const examples: Example[] = [];
  for (let index = 0; index < count; index++) {
    const places: Concept[] = random.chance(0.75) ? [] : random.chance(0.3) ? ['schema-value'] : ['schema-text'];
    const honest = places.length > 0 ? parameterText(parameters, usage, slots, random) : honestDefinition(usage, slots, random);
    examples.push({ text: disguise(honest, 0.01, random), positive: false, family: 'honest', places });
    const [family, templates] = pickFamily(attacks, plain, random);
    const attack = cut(fill(random.pick(templates), slots, random), random);
    const alone = random.chance(0.35);
    const head = fill(random.pick(HEADS), slots, random);
    const text = alone
      ? attack
      : places.length > 0
        ? `${fill(random.pick(parameters), slots, random)} ${attack}`
        : random.chance(0.4)
          ? insert(honestDefinition(usage, slots, random), attack, random)
          : `${head}${random.chance(0.3) ? '\n\n' : ' '}${attack}${random.chance(0.3) ? ` ${fill(random.pick(usage), slots, random)}` : ''}`;
    examples.push({ text: disguise(text, 0.12, random), positive: true, family, places });
  }
  return examples;
}

export function makeResults(seed: number, count: number, split?: Split): Example[] {
  const random = seeded(seed);
  const attacks = familiesOf(ALL_RESULT_ATTACKS, split);
  const plain = familiesOf(PLAIN_RESULTS, split);
  const slots = withGoals({ ...SLOTS, ...ALL_TEXT });
  const carriers = ALL_CARRIERS;
  const examples: Example[] = [];
  for (let index = 0; index < count; index++) {
    const carrier = random.chance(0.3) ? makeMarkup(random) : fill(random.pick(carriers), slots, random);
    examples.push({ text: disguise(carrier, 0.02, random), positive: false, family: 'honest', places: [] });
    const [family, templates] = pickFamily(attacks, plain, random);
    const attack = cut(fill(random.pick(templates), slots, random), random);
    examples.push({
      text: random.chance(0.4)
        ? disguise(attack, 0.2, random)
        : embed(
            random.chance(0.3) ? makeMarkup(random) : fill(random.pick(carriers), slots, random),
            disguise(attack, 0.05, random),
            random,
          ),
      positive: true,
      family,
      places: [],
    });
  }
  return examples;
}

type Family = readonly [string, readonly string[]];

function pickFamily(attacks: readonly Family[], plain: readonly Family[], random: Random): Family {
  const isPlain = random.chance(PLAIN);
  return random.pick((isPlain && plain.length > 0) || attacks.length === 0 ? plain : attacks);
}

function withGoals(slots: Slots): Slots {
  return {
    ...slots,
    ...PLAIN_SLOTS,
    ...WIDE_SLOTS,
    ...ACT_SLOTS,
    ...QUIET_SLOTS,
    ...PHRASES,
    goal: GOALS,
    goalC: GOALS.map((goal) => `${goal.startsWith('{') ? goal : (goal[0] as string).toUpperCase() + goal.slice(1)}.`),
  };
}

/** After a line or a sentence of the text. */
function insert(text: string, attack: string, random: Random): string {
  const places = [...text.matchAll(/[.!?](?=\s|$)|$/g)].map((match) => (match.index ?? 0) + match[0].length);
  const at = random.pick(places);
  return `${text.slice(0, at)}${random.chance(0.5) ? ' ' : '\n'}${attack}${text.slice(at)}`;
}

/** As authors lay them out: a few sentences, docstrings, sections, bullets, workflows. */
function honestDefinition(usage: readonly string[], slots: Slots, random: Random): string {
  const head = fill(random.pick(HEADS), slots, random);
  const said = (most: number): string[] =>
    Array.from({ length: 1 + Math.floor(random.next() * most) }, () => fill(random.pick(usage), slots, random));
  const fields = (most: number): string[] =>
    Array.from({ length: 1 + Math.floor(random.next() * most) }, () => fill(`{field}: ${random.pick(ALL_PARAMETERS)}`, slots, random));
  switch (Math.floor(random.next() * 7)) {
    case 0:
      return head;
    case 1:
      return `${head}\n\nArgs:\n    ${fields(8).join('\n    ')}\n\nReturns:\n    ${said(1).join('')}`;
    case 2:
      return `**Purpose:** ${head}\n\n**NOT for:** ${said(2).join(' ')}\n\n**Returns:** ${said(2).join(' ')}\n\n**When to use:**\n- ${said(5).join('\n- ')}`;
    case 3:
      return `${head}\n\nUse this tool when you need to:\n- ${said(4).join('\n- ')}\n\n<examples>\n${said(3).join('\n')}\n</examples>\n\n<hints>\n- ${said(4).join('\n- ')}\n</hints>`;
    case 4:
      return `${head}\n\nWorkflow:\n1. ${said(1).join('')}\n2. ${said(1).join('')}\n3. ${said(1).join('')}\n\nNotes:\n- ${said(6).join('\n- ')}\n\nParameters:\n- ${fields(6).join('\n- ')}`;
    default:
      return [head, ...said(5)].join(random.chance(0.3) ? '\n' : ' ');
  }
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

/** Honest texts: paragraphs of this project's own documents and comments, pieces of its own code, as they once were, the layouts of markup.ts, and
 * texts of published servers and installed packages. */
export function makeBackground(seed: number, count: number): Example[] {
  const random = seeded(seed);
  const paragraphs = ['prose.txt', 'code.txt'].flatMap((file) =>
    readFileSync(new URL(`./${file}`, import.meta.url), 'utf8')
      .split(/\n\s*\n/)
      .filter((text) => text.length > 30),
  );
  const installed = readInstalled();
  const servers = readServers(TRAINED);
  return Array.from({ length: count }, () => {
    const kind = random.next();
    if (random.chance(SERVERS)) return random.pick(servers);
    if (random.chance(INSTALLED)) {
      const text = random.chance(0.6) ? pieceOf(installed.pages, random) : random.pick(installed.comments);
      return { text, positive: false, family: 'installed', places: [] };
    }
    const text = kind < 0.45 ? random.pick(paragraphs) : kind < 0.6 ? decorate(random.pick(paragraphs), random) : makeMarkup(random);
    return { text, positive: false, family: 'background', places: [] };
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
