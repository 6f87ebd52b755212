// One policy rule, compiled: its matchers in the order in which they are tested, cheap ones first. Pure; knows nothing of other rules.
// What is not known of a call never lets it through: a matcher on it fails in a rule that allows and holds in one that denies or holds.
import type { CapabilityKind, CapabilityRef, MethodKind, Obligations } from '../call.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { PolicyRule, PolicySpec } from '../object/kinds.ts';
import { type DecideInput, isUse, type Who } from './decide-input.ts';
import { compileNetworks } from './network.ts';
import type { TagsOf } from './tags.ts';
import { compileWindow } from './time-window.ts';
import { type Condition, compileCondition } from './when/condition.ts';
import { WhenProblem } from './when/syntax.ts';

export type Matcher = keyof PolicyRule['match'] | 'tier' | 'when';

export interface CompiledRule {
  /** Place in the order of all rules. */
  readonly position: number;
  /** `policy/rule`. */
  readonly id: string;
  readonly tier: Tier;
  /** As it was written. */
  readonly source: PolicyRule;
  readonly effect: PolicyRule['effect'];
  readonly reason: string | undefined;
  readonly obligations: Obligations | undefined;
  /** Of tiers team and agent. */
  readonly ofTeam: string | undefined;
  readonly ofAgent: string | undefined;
  readonly agent: Globs;
  readonly class: Globs;
  readonly team: Globs;
  readonly role: Globs;
  readonly user: Globs;
  readonly environment: Globs;
  readonly server: Globs;
  readonly tool: Globs;
  readonly prompt: Globs;
  readonly resource: Globs;
  readonly method: Globs;
  readonly kind: ReadonlySet<MethodKind> | undefined;
  readonly tags: Globs;
  /** The first capability matcher it has; undefined when it has none. */
  readonly firstCapability: CapabilityKind | undefined;
  /** What is known only during a call; undefined when the rule has nothing of that kind. */
  readonly onCall: OnCall | undefined;
}

type Globs = readonly Glob[] | undefined;
export type Tier = NonNullable<PolicySpec['tier']> | 'grant';

interface OnCall {
  readonly category: Globs;
  readonly intent: ReadonlySet<string> | undefined;
  readonly findings: Globs;
  readonly riskAtLeast: number | undefined;
  readonly time: ((nowMs: number) => boolean) | undefined;
  readonly source: ((address: string) => boolean | undefined) | undefined;
  readonly condition: Condition | { readonly broken: string } | undefined;
}

export interface RuleOwner {
  policy: string;
  tier: Tier;
  team?: string | undefined;
  agent?: string | undefined;
}

/** Never throws: a condition that cannot be compiled is an error of every call that reaches the rule. */
export function compileRule(owner: RuleOwner, rule: PolicyRule, position: number): CompiledRule {
  const { match } = rule;
  return {
    position,
    id: `${owner.policy}/${rule.name}`,
    tier: owner.tier,
    source: rule,
    effect: rule.effect,
    reason: rule.reason,
    obligations: rule.obligations,
    ofTeam: owner.team,
    ofAgent: owner.agent,
    agent: compileAll(match.agent),
    class: compileAll(match.class),
    team: compileAll(match.team),
    role: compileAll(match.role),
    user: compileAll(match.user),
    environment: compileAll(match.environment),
    server: compileAll(match.server),
    tool: compileAll(match.tool),
    prompt: compileAll(match.prompt),
    resource: compileAll(match.resource),
    method: compileAll(match.method),
    kind: match.kind && new Set(match.kind),
    tags: compileAll(match.tags),
    firstCapability: match.tool ? 'tool' : match.prompt ? 'prompt' : match.resource ? 'resource' : undefined,
    onCall: compileOnCall(rule),
  };
}

function compileOnCall({ match, when }: PolicyRule): OnCall | undefined {
  const { category, intent, findings, riskAtLeast, time, source } = match;
  const parts = [category, intent, findings, riskAtLeast, time, source, when];
  if (parts.every((part) => part === undefined)) return undefined;
  return {
    category: compileAll(category),
    intent: intent && new Set(intent),
    findings: compileAll(findings),
    riskAtLeast,
    time: time && compileWindow(time),
    source: source && compileNetworks(source),
    condition: when === undefined ? undefined : compiled(when),
  };
}

function compiled(source: string): OnCall['condition'] {
  try {
    return compileCondition(source);
  } catch (error) {
    return { broken: error instanceof WhenProblem ? error.message : 'the condition cannot be compiled' };
  }
}

/**
 * The first matcher that fails of those that are known before a call is made; undefined when all hold. Order: server, tier, agent, class, team, role,
 * user, environment, tool | prompt | resource, method, kind, tags. Tool, prompt and resource matchers are alternatives: the one for the kind of the
 * capability decides, and a call without a capability (or with one of a kind that the rule does not name) fails them.
 */
export function failedMatcher(rule: CompiledRule, input: DecideInput, tagsOf: TagsOf): Matcher | undefined {
  if (rule.server && !matchesAny(rule.server, input.server)) return 'server';
  const who = failedPrincipalMatcher(rule, input.principal);
  if (who) return who;
  if (rule.firstCapability) {
    const failed = failedCapability(rule, rule.firstCapability, input.capability);
    if (failed) return failed;
  }
  if (rule.method && !matchesAny(rule.method, input.method)) return 'method';
  if (rule.kind && !rule.kind.has(input.kind)) return 'kind';
  // Only what is used can be put to a person, and only of that can a condition say anything.
  if ((rule.effect === 'hold' || rule.onCall?.condition) && !isUse(input.kind)) return 'kind';
  if (rule.tags && !anyMatches(rule.tags, input.tags ?? tagsOf(input.server, input.capability))) return 'tags';
  return undefined;
}

function failedCapability(rule: CompiledRule, first: CapabilityKind, capability: CapabilityRef | undefined): Matcher | undefined {
  const globs = capability && rule[capability.kind];
  if (!capability || !globs) return first;
  return matchesAny(globs, capability.name) ? undefined : capability.kind;
}

export function failedPrincipalMatcher(rule: CompiledRule, principal: Who): Matcher | undefined {
  if (rule.ofAgent !== undefined && rule.ofAgent !== principal.agent) return 'tier';
  if (rule.ofTeam !== undefined && !principal.teams.includes(rule.ofTeam)) return 'tier';
  if (rule.agent && !matchesAny(rule.agent, principal.agent)) return 'agent';
  if (rule.class && !matchesAny(rule.class, principal.agentClass)) return 'class';
  if (rule.team && !anyMatches(rule.team, principal.teams)) return 'team';
  if (rule.role && !anyMatches(rule.role, principal.roles)) return 'role';
  if (rule.user && !matchesAny(rule.user, principal.user)) return 'user';
  if (rule.environment && !matchesAny(rule.environment, principal.environment)) return 'environment';
  return undefined;
}

/** A rule whose condition could not be evaluated. `message` is for the operator and holds no value of the call. */
export class RuleFailed extends Error {
  readonly rule: CompiledRule;
  constructor(rule: CompiledRule, message: string) {
    super(message);
    this.rule = rule;
  }
}

/**
 * The same for what is known only during the call, in the order category, intent, findings, riskAtLeast, time, source, when. Throws RuleFailed.
 * INVARIANT: what is not known lets nothing through (test/cases/policy/unknown.yaml).
 */
export function failedOnCall(rule: CompiledRule, input: DecideInput, evaluate: (condition: Condition) => boolean): Matcher | undefined {
  const { onCall } = rule;
  if (!onCall) return undefined;
  const failed = failedFact(onCall, input, rule.effect !== 'allow');
  if (failed || !onCall.condition) return failed;
  if ('broken' in onCall.condition) throw new RuleFailed(rule, onCall.condition.broken);
  try {
    return evaluate(onCall.condition) ? undefined : 'when';
  } catch (error) {
    throw new RuleFailed(rule, error instanceof Error ? error.message : 'it could not be evaluated');
  }
}

/** `unknown`: what a matcher comes to when its fact is not known. What does not apply to a request at all never holds. */
function failedFact(onCall: OnCall, input: DecideInput, unknown: boolean): Matcher | undefined {
  const { category, intent, findings, riskAtLeast, time, source } = onCall;
  const isCall = input.method === 'tools/call';
  if (category && !(isCall && (input.intent ? matchesAny(category, input.intent.category) : unknown))) return 'category';
  if (intent && !(isCall && (input.intent ? intent.has(input.intent.intent) : unknown))) return 'intent';
  if (findings && !(isUse(input.kind) && (input.findings?.some(({ type }) => matchesAny(findings, type)) ?? unknown))) return 'findings';
  if (riskAtLeast !== undefined && !(isCall && (input.risk === undefined ? unknown : input.risk >= riskAtLeast))) return 'riskAtLeast';
  if (time && !(input.nowMs === undefined ? unknown : time(input.nowMs))) return 'time';
  if (source && !((input.source === undefined ? undefined : source(input.source)) ?? unknown)) return 'source';
  return undefined;
}

export function matchesAny(globs: readonly Glob[], name: string | undefined): boolean {
  if (name === undefined) return false;
  for (const glob of globs) if (glob.test(name)) return true;
  return false;
}

function anyMatches(globs: readonly Glob[], names: readonly string[]): boolean {
  for (const name of names) if (matchesAny(globs, name)) return true;
  return false;
}

function compileAll(sources: readonly string[] | undefined): Glob[] | undefined {
  return sources?.map((source) => compileGlob(source));
}
