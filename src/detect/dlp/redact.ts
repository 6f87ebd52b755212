// Puts something in the place of what was found: in a text, or in the text of a JSON value so that it stays JSON. Places come from scan.ts.
// Knows nothing of calls; what is done about each find comes from the plan.

import { atOnce } from '../../lib/turn.ts';
import type { Match } from './finding-kind.ts';
import { findingName } from './finding-name.ts';
import { JsonNumbers, type NumberPlace, numberAround, type Place } from './json-number.ts';
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
  const numbers = new JsonNumbers(text);
  for (const { match, action } of ruled) {
    if (!CHANGING.has(action) || match.end <= done) continue;
    const by = replacement(match, action, text.slice(match.start, match.end), replacer);
    const number = numbers.holds(match);
    out += text.slice(done, number?.start ?? match.start) + (number ? number.quote + by + number.quote : by);
    done = number?.end ?? match.end;
    if (++replaced % STEP_VALUES === 0) yield;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** How a value of JSON is replaced where a schema may object: as the plan says, by something of the same shape, by something of the same length, too. */
export type Manner = 'planned' | 'shaped' | 'fitted';

/** What is walked over in one step, characters: less than a millisecond. */
const STEP_CHARS = 131_072;
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
  const strings = new Strings(text);
  const numbers = new JsonNumbers(text);
  let replaced = 0;
  for (const [index, { match, action }] of ruled.entries()) {
    if (!CHANGING.has(action) || match.end <= done) continue;
    for (let to = strings.at + stepChars; to < match.start; to += stepChars) {
      strings.walk(to);
      yield;
    }
    if (++replaced % STEP_VALUES === 0) yield;
    const literal = !strings.holds(match.start);
    for (const { start, end } of placesOf(text, match, literal)) {
      const plain = unescaped(text.slice(start, end));
      const manner = manners?.[index] ?? 'planned';
      let by =
        manner === 'planned'
          ? replacement(match, action, plain, replacer)
          : standIn(ruled[index] as Ruled, plain, literal, manner, replacer);
      const number = literal ? { ...numberAround(text, { start, end }), quote: '"' } : numberInString(numbers.holds({ start, end }));
      if (number && manner === 'planned') by = number.quote + by + number.quote;
      else if (isKey(text, end)) by = `${by}#${++keys}`;
      out += text.slice(done, number?.start ?? start) + by;
      done = number?.end ?? end;
    }
  }
  return done === 0 ? text : out + text.slice(done);
}

/** A number of the JSON that a string holds. A quote with as many backslashes as make pairs would end the string. */
function numberInString(number: NumberPlace | undefined): NumberPlace | undefined {
  return number && (number.quote.length % 2 === 0 || number.quote.endsWith("'")) ? number : undefined;
}

/**
 * A find that reaches over several strings, as a private key in as many as it has lines: what stands in each of them, but for the names of members
 * between them. Quotes and commas stay where they are.
 */
function placesOf(text: string, match: Match, literal: boolean): Place[] {
  if (literal) {
    const number = /^[\w.+-]+/.exec(text.slice(match.start, match.end))?.[0];
    return [{ start: match.start, end: number === undefined ? match.end : match.start + number.length }];
  }
  const places: Place[] = [];
  let inside = true;
  let from = match.start;
  const close = (end: number): void => {
    const between = places.length > 0 && (end < match.end || match.type === 'PRIVATE_KEY');
    if (inside && end > from && !(between && isKey(text, end))) places.push({ start: from, end });
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

/** Walks over JSON text once, forwards, to tell what stands in strings. */
class Strings {
  readonly #text: string;
  at = 0;
  #inside = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** Does `offset`, not before the last one asked for, stand in a string? */
  holds(offset: number): boolean {
    this.walk(offset);
    return this.#inside;
  }

  walk(offset: number): void {
    while (this.at < offset) {
      const code = this.#text.charCodeAt(this.at);
      if (this.#inside && code === 0x5c) this.at++;
      else if (code === 0x22) this.#inside = !this.#inside;
      this.at++;
    }
  }
}

/** Does the string that goes on at `end` turn out to be the key of a member? */
function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  at++;
  while (text.charCodeAt(at) <= 0x20) at++;
  return text.charCodeAt(at) === 0x3a;
}
