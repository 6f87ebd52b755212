// Puts something in the place of what was found: in a text, or in the text of a JSON value so that it stays JSON. Places come from scan.ts.
// Knows nothing of calls; what is done about each find comes from the plan.

import { atOnce } from '../../lib/turn.ts';
import type { Match } from './finding-kind.ts';
import { findingName } from './finding-name.ts';
import { JsonText, numberAround, type Place, STEP_CHARS } from './json-number.ts';
import { fitted, hashed, isStandIn, masked, partlyMasked, shaped } from './mask.ts';
import type { DlpAction, DlpPlan } from './model.ts';
import { isOwn, ownPlaces } from './own-place.ts';
import { ADDRESS_OF_TOKEN, MAX_TOKEN_VALUE } from './token.ts';

/** Makes what the plan asks for in the place of one value. */
export interface Replacer {
  mac(text: string): string;
  /** The token for a value; undefined when there can be none. */
  token(match: Match, value: string): string | undefined;
}

export interface Ruled {
  match: Match;
  action: DlpAction;
  rule: string;
}

/** What the plan says about each match; what it does not speak of, or allows, is left out. */
export function ruleOn(matches: readonly Match[], text: string, plan: DlpPlan): Ruled[] {
  if (matches.length === 0) return [];
  const ruled: Ruled[] = [];
  const own = ownPlaces(text);
  let next = 0;
  for (const match of matches) {
    while (next < own.length && (own[next]?.end ?? 0) <= match.start) next++;
    if (isOwn(match, own, next)) continue;
    // "1111" is nobody's by itself; as a piece of a card it is what the card says.
    if (match.layer !== 'pieces' && isStandIn(match.type, text.slice(match.start, match.end))) continue;
    const ruling = plan.rule(match);
    if (ruling !== undefined && ruling.action !== 'allow') ruled.push({ match, ...ruling });
  }
  return ruled;
}

export const CHANGING: ReadonlySet<DlpAction> = new Set(['mask', 'partial', 'hash', 'tokenize']);

export function changes(ruled: readonly Ruled[]): boolean {
  return ruled.some(({ action }) => CHANGING.has(action));
}

/** The text with every find replaced that the plan wants replaced. The same text when there is none. */
export function redactText(text: string, ruled: readonly Ruled[], replacer: Replacer): string {
  return atOnce(redactTextInSteps(text, ruled, replacer));
}

/** The same, so many values a step. */
export function* redactTextInSteps(text: string, ruled: readonly Ruled[], replacer: Replacer): Generator<void, string, void> {
  let out = '';
  let done = 0;
  let replaced = 0;
  const json = new JsonText(text);
  for (const { match, action } of ruled) {
    if (!CHANGING.has(action) || match.end <= done) continue;
    const number = yield* json.numberAt(match);
    const { start, end } = valueAt(match, number, action);
    const by = replacement(match, action, text.slice(start, end), replacer);
    out += text.slice(done, number?.start ?? match.start) + (number ? number.quote + by + number.quote : by);
    done = number?.end ?? match.end;
    if (++replaced % STEP_VALUES === 0) yield;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** How a value of JSON is replaced where a schema may object: as the plan says, by something of the same shape, by something of the same length, too. */
export type Manner = 'planned' | 'shaped' | 'fitted';

/** Values replaced in one step. */
const STEP_VALUES = 64;

/**
 * The same for the text of a JSON value: a number becomes a string (or a number), a key keeps apart from its neighbours. In steps. `manners`: of each find;
 * as the plan says unless given.
 */
export function* redactJsonInSteps(
  text: string,
  ruled: readonly Ruled[],
  replacer: Replacer,
  manners?: readonly Manner[],
  stepChars = STEP_CHARS,
): Generator<void, string, void> {
  let out = '';
  let done = 0;
  let keys = 0;
  const json = new JsonText(text, stepChars);
  const names = new Keys(text, stepChars);
  let replaced = 0;
  for (const [index, one] of ruled.entries()) {
    const { match, action } = one;
    if (!CHANGING.has(action) || match.end <= done) continue;
    if (++replaced % STEP_VALUES === 0) yield;
    const manner = manners?.[index] ?? 'planned';
    for (const { start, end, literal } of placesOf(text, match, yield* json.inString(match.start))) {
      const inner = literal || manner !== 'planned' ? undefined : yield* json.numberAt({ start, end });
      const number = literal ? { ...numberAround(text, { start, end }), quote: manner === 'planned' ? '"' : '' } : inner;
      const value = valueAt({ start, end }, number, action);
      const plain = unescaped(text.slice(value.start, value.end));
      let by = manner === 'planned' ? replacement(match, action, plain, replacer) : standIn(one, plain, literal, manner, replacer);
      if (!literal && (yield* names.endsAt(end))) by = `${by}#${++keys}`;
      if (number) by = number.quote + by + number.quote;
      out += text.slice(done, number?.start ?? start) + by;
      done = number?.end ?? end;
    }
  }
  return done === 0 ? text : out + text.slice(done);
}

/** What turns back into the value is made of all that it takes the place of; what stands for it, of what was found. */
function valueAt(found: Place, number: Place | undefined, action: DlpAction): Place {
  return number && action === 'tokenize' ? number : found;
}

interface JsonPlace extends Place {
  /** It stands in no string. */
  literal: boolean;
}

/**
 * What of a find stands in strings, as a private key in as many as it has lines, and the numbers among them: what else was found there is part of this find
 * now. Quotes and commas stay where they are, and so do the names of members between strings that are nothing but names.
 */
function placesOf(text: string, match: Match, inString: boolean): JsonPlace[] {
  const places: JsonPlace[] = [];
  let inside = inString;
  let from = match.start;
  const close = (end: number): void => {
    const between = places.length > 0 && (end < match.end || match.type === 'PRIVATE_KEY');
    if (!inside) places.push(...literalsIn(text, from, end, from === match.start || end === match.end ? LITERAL : LITERAL_NUMBER));
    else if (end > from && !(between && isKey(text, end) && PLAIN_NAME.test(text.slice(from, end))))
      places.push({ start: from, end, literal: false });
    inside = !inside;
    from = end + 1;
  };
  for (let at = match.start; at < match.end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) close(at);
  }
  close(match.end);
  return places;
}

const LITERAL = /[\w.+-]+/g;
const LITERAL_NUMBER = /-?\d[\d.eE+-]*/g;
const PLAIN_NAME = /^[\p{L}_$][\p{L}_$.-]{0,39}\d{0,3}$/u;

function literalsIn(text: string, from: number, to: number, literal: RegExp): JsonPlace[] {
  return [...text.slice(from, to).matchAll(literal)].map(({ 0: { length }, index }) => ({
    start: from + index,
    end: from + index + length,
    literal: true,
  }));
}

function standIn({ match, action }: Ruled, value: string, literal: boolean, manner: 'shaped' | 'fitted', replacer: Replacer): string {
  if (literal) return manner === 'shaped' ? '0' : value.replace(/\D/g, '').replace(/\d/g, '1') || '0';
  const token = manner === 'shaped' && action === 'tokenize' && match.type === 'EMAIL' && value.length <= MAX_TOKEN_VALUE;
  const made = token ? replacer.token(match, value) : undefined;
  if (made !== undefined) return `${made}${ADDRESS_OF_TOKEN}`;
  return JSON.stringify(manner === 'shaped' ? shaped(match.type, value) : fitted(value)).slice(1, -1);
}

function replacement(match: Match, action: DlpAction, value: string, replacer: Replacer): string {
  const finding = findingName(match);
  // The last four digits of each piece would be all of it.
  if (action === 'partial') return match.layer === 'pieces' ? masked(finding) : partlyMasked(match.type, value, finding);
  if (action === 'hash') return hashed(finding, value, (text) => replacer.mac(text));
  if (action === 'tokenize' && value.length <= MAX_TOKEN_VALUE) return replacer.token(match, value) ?? masked(finding);
  return masked(finding);
}

function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  try {
    return JSON.parse(`"${value}"`) as string;
  } catch {
    return value;
  }
}

/** Tells which strings of JSON are keys of members: each is read to its end once, whatever is found in it. In steps. */
class Keys {
  readonly #text: string;
  readonly #stepChars: number;
  /** Of the string that was read last. */
  #from = 0;
  #end = -1;
  #isKey = false;

  constructor(text: string, stepChars: number) {
    this.#text = text;
    this.#stepChars = stepChars;
  }

  /** Does the string that goes on at `offset` turn out to be the key of a member? */
  *endsAt(offset: number): Generator<void, boolean, void> {
    if (offset >= this.#from && offset <= this.#end) return this.#isKey;
    let at = offset;
    for (let step = at + this.#stepChars; at < this.#text.length; at += this.#text.charCodeAt(at) === 0x5c ? 2 : 1) {
      if (this.#text.charCodeAt(at) === 0x22) break;
      if (at < step) continue;
      step = at + this.#stepChars;
      yield;
    }
    this.#from = offset;
    this.#end = at;
    this.#isKey = isKey(this.#text, at);
    return this.#isKey;
  }
}

/** Is the string whose closing quote stands at `quote` the key of a member? */
function isKey(text: string, quote: number): boolean {
  let at = quote + 1;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x3a;
}
