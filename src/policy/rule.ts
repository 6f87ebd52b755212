// One policy rule, compiled: its matchers in the order in which they are tested. Pure; knows nothing of other rules.
import type { CapabilityKind, CapabilityRef, Principal } from '../call.ts';
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { PolicyRule } from '../object/kinds.ts';

export interface MatchInput {
  principal: Principal;
  method: string;
  /** undefined: the request is towards no single server. */
  server: string | undefined;
  capability: CapabilityRef | undefined;
}

export type Matcher = 'agent' | 'class' | 'role' | 'environment' | 'server' | 'tool' | 'prompt' | 'resource' | 'method';

export interface CompiledRule {
  /** Place in the order of all rules. */
  readonly position: number;
  /** `policy/rule`. */
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly reason: string | undefined;
  readonly agent: readonly Glob[] | undefined;
  readonly class: readonly Glob[] | undefined;
  /** Roles of which the principal has at least one. */
  readonly role: readonly Glob[] | undefined;
  readonly environment: readonly Glob[] | undefined;
  readonly server: readonly Glob[] | undefined;
  readonly tool: readonly Glob[] | undefined;
  readonly prompt: readonly Glob[] | undefined;
  readonly resource: readonly Glob[] | undefined;
  readonly method: readonly Glob[] | undefined;
  /** The first capability matcher it has; undefined when it has none. */
  readonly firstCapability: CapabilityKind | undefined;
}

export function compileRule(policy: string, rule: PolicyRule, position: number): CompiledRule {
  const { match } = rule;
  return {
    position,
    id: `${policy}/${rule.name}`,
    effect: rule.effect,
    reason: rule.reason,
    agent: compileAll(match.agent),
    class: compileAll(match.class),
    role: undefined,
    environment: compileAll(match.environment),
    server: compileAll(match.server),
    tool: compileAll(match.tool),
    prompt: compileAll(match.prompt),
    resource: compileAll(match.resource),
    method: compileAll(match.method),
    firstCapability: match.tool ? 'tool' : match.prompt ? 'prompt' : match.resource ? 'resource' : undefined,
  };
}

/**
 * The first matcher that fails, in the order server, agent, class, role, environment, tool | prompt | resource, method; undefined when all hold.
 * Tool, prompt and resource matchers are alternatives: the one for the kind of the capability decides, and a call without a capability
 * (or with one of a kind that the rule does not name) fails them.
 */
export function failedMatcher(rule: CompiledRule, input: MatchInput): Matcher | undefined {
  if (rule.server && !matchesAny(rule.server, input.server)) return 'server';
  const who = failedPrincipalMatcher(rule, input.principal);
  if (who) return who;
  if (rule.firstCapability) {
    const { capability } = input;
    const globs = capability && rule[capability.kind];
    if (!capability || !globs) return rule.firstCapability;
    if (!matchesAny(globs, capability.name)) return capability.kind;
  }
  if (rule.method && !matchesAny(rule.method, input.method)) return 'method';
  return undefined;
}

export function failedPrincipalMatcher(rule: CompiledRule, principal: Principal): Matcher | undefined {
  if (rule.agent && !matchesAny(rule.agent, principal.agent)) return 'agent';
  if (rule.class && !matchesAny(rule.class, principal.agentClass)) return 'class';
  const { role } = rule;
  if (role && !principal.roles.some((name) => matchesAny(role, name))) return 'role';
  if (rule.environment && !matchesAny(rule.environment, principal.environment)) return 'environment';
  return undefined;
}

export function matchesAny(globs: readonly Glob[], name: string | undefined): boolean {
  if (name === undefined) return false;
  for (const glob of globs) if (glob.test(name)) return true;
  return false;
}

function compileAll(sources: readonly string[] | undefined): Glob[] | undefined {
  return sources?.map((source) => compileGlob(source));
}
