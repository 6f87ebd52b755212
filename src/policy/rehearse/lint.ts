// What looks wrong in a set of policies: rules that can never decide, that contradict each other or match nothing, tools that no rule lets anybody
// use, permissions that are wider than anybody writes on purpose. Each with a call as an example.
// "unreachable", "contradictory" and "never-matches" are proofs; "shadowed" says how many calls were tried.
import type { GivenCall } from '../../object/kind/policy-case.ts';
import type { DecideInput, Who } from '../decide-input.ts';
import type { PolicySet } from '../policy-set.ts';
import type { CompiledRule } from '../rule.ts';
import { BUILTIN } from '../verdict.ts';
import { covers } from './cover.ts';
import { asGiven, givenOf } from './given.ts';
import { neverMatches } from './never.ts';
import { matchesAlone, samplesOf, type World } from './space.ts';
import { variants } from './witness.ts';

/** Problems told. */
export const MAX_PROBLEMS = 500;
/** Calls tried for one rule. */
export const MAX_RULE_CALLS = 64;
/** Calls tried beyond those, with the values that the rules before it turn on. */
const MAX_BEYOND = 256;
/** Pairs of rules compared, beyond which earlier rules far away are not looked at. */
export const MAX_PAIRS = 5_000_000;

export interface LintProblem {
  kind: 'unreachable' | 'shadowed' | 'contradictory' | 'never-matches' | 'uncovered' | 'broad-allow';
  rule?: string;
  by?: string;
  message: string;
  example?: GivenCall;
}

export function lintPolicies(set: PolicySet, world: World): LintProblem[] {
  const problems: LintProblem[] = [];
  const reach = Math.max(1, Math.floor(MAX_PAIRS / Math.max(1, set.rules.length)));
  set.rules.forEach((rule, i) => {
    if (problems.length >= MAX_PROBLEMS) return;
    const found = lintRule(set, world, rule, set.rules.slice(Math.max(0, i - reach), i));
    if (found) problems.push(found);
    const broad = broadAllow(set, world, rule);
    if (broad && found?.kind !== 'unreachable') problems.push(broad);
  });
  problems.push(...uncovered(set, world));
  return problems.slice(0, MAX_PROBLEMS);
}

function lintRule(set: PolicySet, world: World, rule: CompiledRule, earlier: readonly CompiledRule[]): LintProblem | undefined {
  const never = neverMatches(rule, world);
  if (never !== undefined) return { kind: 'never-matches', rule: rule.id, message: `it matches no request: ${never}` };
  const calls = callsOf(set, world, rule);
  const [example] = calls;
  const shown = example ? { example: givenOf(example) } : {};
  const cover = earlier.find((one) => covers(one, rule));
  if (cover) {
    const contradicts = isSame(cover, rule) && cover.effect !== rule.effect;
    if (contradicts)
      return {
        kind: 'contradictory',
        rule: rule.id,
        by: cover.id,
        message: `it says ${rule.effect} of what rule ${cover.id} says ${cover.effect} of; the earlier one decides`,
        ...shown,
      };
    return {
      kind: 'unreachable',
      rule: rule.id,
      by: cover.id,
      message: `rule ${cover.id} matches everything before it (${cover.effect})`,
      ...shown,
    };
  }
  return shadowed(set, world, rule, calls);
}

/** Of the calls tried, does it decide any? */
function shadowed(set: PolicySet, world: World, rule: CompiledRule, calls: readonly DecideInput[]): LintProblem | undefined {
  const takers = new Map<string, number>();
  let other: { input: DecideInput; rule: string } | undefined;
  for (const input of calls) {
    const decision = set.decide(input);
    if (decision.rule === rule.id) return undefined;
    takers.set(decision.rule, (takers.get(decision.rule) ?? 0) + 1);
    other ??= { input, rule: decision.rule };
  }
  if (!other || decidesBeyond(set, world, rule, calls, takers)) return undefined;
  const by = [...takers].sort((one, two) => two[1] - one[1]).map(([id]) => id);
  return {
    kind: 'shadowed',
    rule: rule.id,
    by: other.rule,
    message: `of ${calls.length} calls that it matches, earlier rules decide all: ${by.slice(0, 5).join(', ')}`,
    example: givenOf(other.input),
  };
}

/** Does it decide a call that lies just outside of what earlier rules take? */
function decidesBeyond(
  set: PolicySet,
  world: World,
  rule: CompiledRule,
  calls: readonly DecideInput[],
  takers: ReadonlyMap<string, number>,
): boolean {
  let left = MAX_BEYOND;
  for (const taker of set.rules)
    for (const call of takers.has(taker.id) ? calls : [])
      for (const changed of variants(taker, call, world.names)) {
        if (left-- === 0) return false;
        const input = asGiven(changed);
        if (matchesAlone(rule, input, set.tags) && set.decide(input).rule === rule.id) return true;
      }
  return false;
}

/** Calls as they can be written down, which the rule matches taken by itself. */
function callsOf(set: PolicySet, world: World, rule: CompiledRule): DecideInput[] {
  const calls: DecideInput[] = [];
  for (const made of samplesOf(rule, world, set.tags)) {
    const input = asGiven(made);
    if (matchesAlone(rule, input, set.tags)) calls.push(input);
    if (calls.length === MAX_RULE_CALLS) break;
  }
  return calls;
}

function isSame(one: CompiledRule, other: CompiledRule): boolean {
  return covers(one, other) && covers(other, one);
}

function broadAllow(set: PolicySet, world: World, rule: CompiledRule): LintProblem | undefined {
  if (rule.effect !== 'allow' || rule.onCall) return undefined;
  const { match } = rule.source;
  const isAll = (globs: readonly string[] | undefined): boolean => globs === undefined || globs.includes('*');
  if (!isAll(match.server) || match.tags || match.kind || match.method) return undefined;
  const names = [match.tool, match.prompt, match.resource].filter((globs) => globs !== undefined);
  if (names.length > 0 && !names.some((globs) => globs.includes('*'))) return undefined;
  const everybody = !rule.ofAgent && !rule.ofTeam && [match.agent, match.class, match.team, match.role, match.user].every(isAll);
  const [call] = callsOf(set, world, rule);
  const whom = everybody ? 'everybody' : 'whom it names';
  return {
    kind: 'broad-allow',
    rule: rule.id,
    message: `it lets ${whom} use everything on every server, whatever it does; name servers, tools or intents`,
    ...(call ? { example: givenOf({ ...call, intent: { intent: 'destructive', category: undefined } }) } : {}),
  };
}

/** Tools about which no rule says anything, whoever asks: denied because nobody thought of them. */
function uncovered(set: PolicySet, { principals, servers }: World): LintProblem[] {
  const found: LintProblem[] = [];
  for (const { name: server, tools } of servers) {
    for (const tool of tools.keys()) {
      const capability = { kind: 'tool' as const, name: tool };
      const asked = (who: Who): DecideInput => ({
        principal: { ...who, inScope: undefined },
        kind: 'call',
        method: 'tools/call',
        server,
        capability,
      });
      const isCovered = (who: Who): boolean => set.visible(who, server, capability) || set.decide(asked(who)).rule !== BUILTIN.default;
      const [somebody] = principals;
      if (!somebody || found.length >= MAX_PROBLEMS) return found;
      if (principals.some(isCovered)) continue;
      const message = `no rule says anything about tool "${tool}" of server "${server}", whoever calls it`;
      found.push({ kind: 'uncovered', message, example: givenOf(asked(somebody)) });
    }
  }
  return found;
}
