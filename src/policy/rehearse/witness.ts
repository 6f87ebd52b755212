// Two sets of policies: what changed between them, and calls that they decide differently. A witness was decided under both; that none was found is
// no proof, so the number of calls that were tried stands beside it.
import type { Json } from '../../lib/json.ts';
import type { GivenCall } from '../../object/kind/policy-case.ts';
import type { DecideInput } from '../decide-input.ts';
import type { PolicySet } from '../policy-set.ts';
import type { CompiledRule } from '../rule.ts';
import { type CallerNames, callerVariants, NO_NAMES } from './caller-variant.ts';
import { asGiven, givenOf } from './given.ts';
import { choicesOf, samplesOf, type World } from './space.ts';
import { failing, holding, withValue } from './variant.ts';

/** Calls decided under both sets. */
export const MAX_TRIED = 20_000;
/** Calls shown that come out differently, each by another pair of rules. */
export const MAX_WITNESSES = 10;
/** Calls made for one rule by itself. */
const MAX_SAMPLES = 64;

export interface Side {
  /** `hide` for what is hidden. */
  effect: string;
  rule: string;
}

export interface Witness {
  call: GivenCall;
  a: Side;
  b: Side;
}

export interface PolicyDifference {
  rules: { rule: string; change: 'added' | 'removed' | 'changed' | 'moved' }[];
  witnesses: Witness[];
  tried: number;
  /** false: there was more to try. */
  complete: boolean;
}

/** INVARIANT: every witness is really decided differently (test/property/rehearse.test.ts). */
export function comparePolicies(a: PolicySet, b: PolicySet, world: World): PolicyDifference {
  const rules = changedRules(a.rules, b.rules);
  const search = new WitnessSearch(a, b);
  const touched = new Set(rules.map(({ rule }) => rule));
  const all = [...a.rules, ...b.rules];
  // What changed first; then everything, because a rule that changed lets through to those after it.
  const ordered = [...all.filter(({ id }) => touched.has(id)), ...all.filter(({ id }) => !touched.has(id))];
  const samples: { rule: CompiledRule; input: DecideInput }[] = [];
  for (const rule of ordered) {
    let left = MAX_SAMPLES;
    for (const input of samplesOf(rule, world, b.tags)) {
      if (left-- === 0 || search.isOver) break;
      search.try(input);
      samples.push({ rule, input });
    }
  }
  for (const { input } of samples)
    for (const rule of ordered) {
      if (search.isOver) return { rules, ...search.result };
      for (const changed of variants(rule, input, world.names)) search.try(changed);
    }
  return { rules, ...search.result };
}

/** The request as one more rule would have it, and as it would not. */
export function* variants(rule: CompiledRule, input: DecideInput, known: CallerNames = NO_NAMES): Generator<DecideInput> {
  for (const matcher of Object.keys(rule.source.match) as (keyof CompiledRule['source']['match'])[]) {
    if (matcher === 'tool' || matcher === 'prompt' || matcher === 'resource' || matcher === 'method' || matcher === 'kind') continue;
    yield* holding(rule, matcher, input);
    yield* failing(rule, matcher, input);
  }
  for (const [path, values] of choicesOf(rule))
    for (const value of values as Json[]) {
      const changed = withValue(input, path, value);
      if (changed) yield changed;
    }
  for (const { input: changed } of callerVariants(rule, input, known)) yield changed;
}

class WitnessSearch {
  readonly #a: PolicySet;
  readonly #b: PolicySet;
  readonly #witnesses: Witness[] = [];
  readonly #pairs = new Set<string>();
  #tried = 0;

  constructor(a: PolicySet, b: PolicySet) {
    this.#a = a;
    this.#b = b;
  }

  get isOver(): boolean {
    return this.#tried >= MAX_TRIED || this.#witnesses.length >= MAX_WITNESSES;
  }

  get result(): { witnesses: Witness[]; tried: number; complete: boolean } {
    return { witnesses: this.#witnesses, tried: this.#tried, complete: !this.isOver };
  }

  try(made: DecideInput): void {
    if (this.isOver) return;
    this.#tried++;
    const input = asGiven(made);
    const [a, b] = [sideOf(this.#a, input), sideOf(this.#b, input)];
    if (a.effect === b.effect) return;
    const pair = `${a.rule} ${a.effect} ${b.rule} ${b.effect}`;
    if (this.#pairs.has(pair)) return;
    this.#pairs.add(pair);
    this.#witnesses.push({ call: givenOf(input), a, b });
  }
}

export function sideOf(set: PolicySet, input: DecideInput): Side {
  const { effect, rule, hidden } = set.decide(input);
  return { effect: hidden ? 'hide' : effect, rule };
}

function changedRules(a: readonly CompiledRule[], b: readonly CompiledRule[]): PolicyDifference['rules'] {
  const text = ({ source, tier, ofAgent, ofTeam }: CompiledRule): string => JSON.stringify([source, tier, ofAgent, ofTeam]);
  const [before, after] = [new Map(a.map((rule) => [rule.id, rule])), new Map(b.map((rule) => [rule.id, rule]))];
  const changes: PolicyDifference['rules'] = [];
  for (const { id } of a) if (!after.has(id)) changes.push({ rule: id, change: 'removed' });
  const both = a.filter(({ id }) => after.has(id)).map(({ id }) => id);
  const place = new Map(both.map((id, i) => [id, i]));
  let i = 0;
  for (const rule of b) {
    const old = before.get(rule.id);
    if (!old) changes.push({ rule: rule.id, change: 'added' });
    else {
      if (text(old) !== text(rule)) changes.push({ rule: rule.id, change: 'changed' });
      else if (place.get(rule.id) !== i) changes.push({ rule: rule.id, change: 'moved' });
      i++;
    }
  }
  return changes;
}
