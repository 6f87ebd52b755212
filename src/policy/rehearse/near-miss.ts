// What would have passed: one thing about the request that, changed, lets it through. Each is found by changing the request and deciding again,
// so none is told that is not true. Pure; bounded; never on the path of a call that is let through.
import type { DecisionEffect } from '../../call.ts';
import type { Json } from '../../lib/json.ts';
import type { DecideInput } from '../decide-input.ts';
import type { PolicySet } from '../policy-set.ts';
import { type CompiledRule, compileRule, failedMatcher, type Matcher } from '../rule.ts';
import { atomsOf } from './atom.ts';
import { type CallerNames, callerVariants, NO_NAMES } from './caller-variant.ts';
import { atTime, marksOfCondition } from './next-time.ts';
import { matchesAlone } from './space.ts';
import { failing, holding, valueAt, withValue } from './variant.ts';

/** Near misses told of one request. */
export const MAX_NEAR_MISSES = 10;
/** Decisions made in search of them. */
export const MAX_TRIES = 400;
/** The same for what an agent is told, on every denial. */
export const MAX_PUBLIC_TRIES = 24;
/** Values of each of two matchers that are tried together. */
const MAX_PAIR_VALUES = 4;
/** Times at which conditions are looked at: a few of them through a week. */
export const MAX_CLOCK_LOOKS = 8_000;

export interface NearMiss {
  /** What would have to hold: `args.amount <= 500`. */
  condition: string;
  /** What would then come out, and by which rule. */
  effect: Exclude<DecisionEffect, 'deny'>;
  rule: string;
}

/** For operators: over everything about the request and its caller. Empty when it was let through. `known`: teams and roles that there are. */
export function nearMisses(set: PolicySet, input: DecideInput, known: CallerNames = NO_NAMES): NearMiss[] {
  const search = new Search(set, input, MAX_TRIES);
  if (search.isAllowed) return [];
  for (const rule of set.rules) {
    if (search.isOver) break;
    if (failedMatcher(rule, input, set.tags) === undefined) {
      search.byCondition(rule, () => true);
      search.byCaller(rule, known);
      search.byClock(rule);
    }
    search.byMatcher(rule);
  }
  if (search.found.length > 0) return search.found;
  for (const rule of set.rules) {
    if (search.isOver) break;
    search.byTwo(rule);
  }
  return search.found;
}

/**
 * For the agent: over its own arguments only, of a capability that its lists show. INVARIANT: says nothing of any other capability, nothing
 * about a name that may not exist, and nothing of who else may: of no role, team, user, agent or network (test/property/rehearse.test.ts).
 */
export function publicNearMiss(set: PolicySet, input: DecideInput): string | undefined {
  const { principal, server, capability } = input;
  if (input.method !== 'tools/call' || server === undefined || !capability || !set.visible(principal, server, capability)) return undefined;
  const search = new Search(set, input, MAX_PUBLIC_TRIES);
  for (const rule of set.rules) {
    if (search.isOver || search.found.some(passes)) break;
    // A rule that hides has no condition.
    if (!rule.onCall?.condition || failedMatcher(rule, input, set.tags) !== undefined) continue;
    search.byCondition(rule, (path) => path.startsWith('args.'));
  }
  return search.found.find(passes)?.condition;
}

function passes({ effect }: NearMiss): boolean {
  return effect === 'allow';
}

class Search {
  readonly found: NearMiss[] = [];
  readonly isAllowed: boolean;
  readonly #set: PolicySet;
  readonly #input: DecideInput;
  readonly #before: DecisionEffect;
  #left: number;
  #looks = MAX_CLOCK_LOOKS;

  constructor(set: PolicySet, input: DecideInput, tries: number) {
    this.#set = set;
    this.#input = input;
    this.#left = tries;
    this.#before = set.decide(input).effect;
    this.isAllowed = this.#before === 'allow';
  }

  get isOver(): boolean {
    return this.#left <= 0 || this.found.length >= MAX_NEAR_MISSES;
  }

  /** The comparisons of a rule whose matchers hold: each turned round, then all that fail at once. `asIf`: of the request changed so already. */
  byCondition(rule: CompiledRule, mayChange: (path: string) => boolean, asIf?: { input: DecideInput; text: string }): void {
    const from = asIf?.input ?? this.#input;
    const also = asIf ? `${asIf.text} and ` : '';
    const condition = rule.onCall?.condition;
    if (!condition || 'broken' in condition) return;
    const atoms = atomsOf(condition.root).filter(({ atom }) => mayChange(atom.path));
    let together: DecideInput | undefined = from;
    const texts: string[] = [];
    for (const { atom, joined } of atoms) {
      const now = atom.holds(valueAt(from, atom.path));
      if (now !== true) this.#tryValues(from, atom.path, atom.holdsFor, also + atom.text);
      if (now !== false) this.#tryValues(from, atom.path, atom.failsFor, also + atom.opposite);
      if (!joined || now === true) continue;
      texts.push(atom.text);
      const [value] = atom.holdsFor;
      together = together && value !== undefined ? withValue(together, atom.path, value) : undefined;
    }
    if (texts.length > 1 && together) this.#try(together, also + texts.join(' and '));
  }

  /** Teams and roles that the condition of a rule asks for, whose matchers hold. */
  byCaller(rule: CompiledRule, known: CallerNames): void {
    for (const { input, text } of callerVariants(rule, this.#input, known)) {
      if (this.isOver) return;
      this.#try(input, text);
    }
  }

  /** The next time at which the condition of a rule, whose matchers hold, comes out otherwise. */
  byClock(rule: CompiledRule): void {
    const condition = rule.onCall?.condition;
    if (!condition || 'broken' in condition || !condition.uses.has('now') || this.isOver) return;
    const now = this.#matches(rule);
    const isOther = (nowMs: number): boolean => this.#looks-- > 0 && this.#matches(rule, { ...this.#input, nowMs }) !== now;
    for (const input of atTime(this.#input, isOther, marksOfCondition(condition.root)))
      this.#try(input, `another time${timeText('time', input)}`);
  }

  /**
   * Matchers that alone stand in the way: of a rule that lets through, the one that fails; of one that does not, or that holds what is held,
   * one that holds.
   */
  byMatcher(rule: CompiledRule): void {
    const matches = this.#matches(rule);
    const lets = !matches;
    if (rule.effect === 'allow' ? matches : rule.effect === 'hold' ? matches && this.#before !== 'hold' : !matches) return;
    // What two matchers stand in the way of, none alone does.
    const names = lets ? this.#failed(rule) : matchersOf(rule);
    if (lets && names.length !== 1) return;
    for (const name of names) {
      if (this.isOver) return;
      // Another capability would be another request.
      if (WHAT_IS_ASKED.has(name)) continue;
      if (lets && !this.#matchesWithout(rule, [name])) continue;
      const changed = lets ? holding(rule, name, this.#input) : failing(rule, name, this.#input);
      const says = (input: DecideInput) => `${lets ? '' : 'not '}${matcherText(rule, name)}${timeText(name, input)}`;
      for (const input of changed) if (this.#try(input, says(input))) break;
    }
  }

  #matches(rule: CompiledRule, input = this.#input): boolean {
    return matchesAlone(rule, input, this.#set.tags);
  }

  /**
   * Two matchers on the caller that only together stand in the way of a rule that would let through or hold, or one and the condition. For where no
   * single change would do.
   */
  byTwo(rule: CompiledRule): void {
    if ((rule.effect !== 'allow' && rule.effect !== 'hold') || this.#matches(rule)) return;
    const failed = this.#failed(rule);
    const [one, other] = failed;
    if (one === undefined || failed.length > 2 || !failed.every((name) => ABOUT_CALLER.has(name))) return;
    if (other !== undefined) {
      if (this.#matchesWithout(rule, [one, other])) this.#tryPair(rule, [one, other]);
    } else if (rule.onCall?.condition !== undefined && this.#matchesWithout(rule, [one, 'when'])) {
      for (const input of holding(rule, one, this.#input).slice(0, MAX_PAIR_VALUES))
        this.byCondition(rule, () => true, { input, text: matcherText(rule, one) });
    }
  }

  #tryPair(rule: CompiledRule, [one, other]: readonly [Matcher, Matcher]): void {
    const text = `${matcherText(rule, one)} and ${matcherText(rule, other)}`;
    for (const half of holding(rule, one, this.#input).slice(0, MAX_PAIR_VALUES))
      for (const input of holding(rule, other, half).slice(0, MAX_PAIR_VALUES)) if (this.isOver || this.#try(input, text)) return;
  }

  /** Matchers that do not hold. */
  #failed(rule: CompiledRule): Matcher[] {
    return matchersOf(rule).filter((name) => !this.#matchesOnly(rule, name));
  }

  /** Without its condition, which costs more to compile than all matchers together. */
  #matchesOnly(rule: CompiledRule, matcher: Matcher): boolean {
    const { match } = rule.source;
    const name = matcher as keyof typeof match;
    const owner = { policy: 'only', tier: rule.tier, ...(matcher === 'tier' ? { team: rule.ofTeam, agent: rule.ofAgent } : {}) };
    const source = { ...rule.source, match: matcher === 'tier' ? {} : { [name]: match[name] }, when: undefined };
    return this.#matches(compileRule(owner, source, 0));
  }

  #matchesWithout(rule: CompiledRule, without: readonly (Matcher | 'when')[]): boolean {
    const isLeft = ([name]: [string, unknown]): boolean => !without.includes(name as Matcher);
    const match = Object.fromEntries(Object.entries(rule.source.match).filter(isLeft)) as typeof rule.source.match;
    const source = { ...rule.source, match, ...(without.includes('when') ? { when: undefined } : {}) };
    const owner = { policy: 'without', tier: rule.tier, ...(without.includes('tier') ? {} : { team: rule.ofTeam, agent: rule.ofAgent }) };
    return this.#matches(compileRule(owner, source, 0));
  }

  #tryValues(from: DecideInput, path: string, values: readonly Json[], text: string): void {
    for (const value of values) {
      if (this.isOver) return;
      const changed = withValue(from, path, value);
      if (changed && this.#try(changed, text)) return;
    }
  }

  /** Is it let through so, or nearer to it than before? */
  #try(input: DecideInput, condition: string): boolean {
    if (this.#left-- <= 0) return false;
    const { effect, rule } = this.#set.decide(input);
    if (effect === 'deny' || effect === this.#before) return false;
    if (!this.found.some((one) => one.condition === condition)) this.found.push({ condition, effect, rule });
    return true;
  }
}

function matchersOf(rule: CompiledRule): Matcher[] {
  const { match } = rule.source;
  return [...(Object.keys(match) as (keyof typeof match)[]), ...(rule.ofAgent || rule.ofTeam ? (['tier'] as const) : [])];
}

const ABOUT_CALLER: ReadonlySet<string> = new Set(['tier', 'agent', 'class', 'team', 'role', 'user', 'environment', 'source']);
const WHAT_IS_ASKED: ReadonlySet<string> = new Set(['server', 'tool', 'prompt', 'resource', 'method', 'kind']);

function matcherText(rule: CompiledRule, matcher: Matcher): string {
  if (matcher === 'tier') return rule.ofAgent === undefined ? `team ${rule.ofTeam}` : `agent ${rule.ofAgent}`;
  const value = rule.source.match[matcher as keyof typeof rule.source.match];
  if (matcher === 'riskAtLeast') return `risk >= ${String(value)}`;
  if (matcher === 'time' && rule.source.match.time) return `time ${windowText(rule.source.match.time)}`;
  return `${matcher} ${Array.isArray(value) ? value.join(' or ') : JSON.stringify(value)}`;
}

function windowText({ weekdays, from, to, zone }: NonNullable<CompiledRule['source']['match']['time']>): string {
  const hours = from === undefined && to === undefined ? [] : [`${from ?? '00:00'}–${to ?? '24:00'}`];
  return [...(weekdays ? [weekdays.join(', ')] : []), ...hours, zone].join(' ');
}

function timeText(matcher: Matcher, { nowMs }: DecideInput): string {
  return matcher === 'time' && nowMs !== undefined ? `, for example at ${new Date(nowMs).toISOString()}` : '';
}
