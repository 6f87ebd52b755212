// What a rule saw of a call: the values of its matchers and of the paths its condition reads. For explanations only, never on the path of a call.
import { isObject, type Json } from '../lib/json.ts';
import type { DecideInput } from './decide-input.ts';
import type { CompiledRule, Matcher } from './rule.ts';
import type { TagsOf } from './tags.ts';
import { valuesOf } from './when/scope.ts';

const ON_CALL = ['category', 'intent', 'findings', 'riskAtLeast', 'time', 'source'] as const;

/** By matcher or path; null stands for what is unknown or absent. `failedOn`: what the rule failed on, undefined when it matched or broke. */
export function valuesSeen(rule: CompiledRule, input: DecideInput, tagsOf: TagsOf, failedOn: Matcher | undefined): Record<string, Json> {
  const seen: Record<string, Json> = Object.create(null);
  const isOnCall = failedOn === undefined || failedOn === 'when' || (ON_CALL as readonly string[]).includes(failedOn);
  if (failedOn !== undefined && failedOn !== 'when') seen[failedOn] = fact(failedOn, input, tagsOf);
  if (!isOnCall || !rule.onCall) return { ...seen };
  for (const matcher of ON_CALL) if (rule.onCall[matcher] !== undefined) seen[matcher] = fact(matcher, input, tagsOf);
  const { condition } = rule.onCall;
  if (condition && 'paths' in condition) {
    const values = valuesOf(input, tagsOf);
    for (const path of condition.paths) seen[path] = valueAt(path, values);
  }
  return { ...seen };
}

function valueAt(path: string, values: (variable: string) => Json | undefined): Json {
  const [variable = '', ...members] = path.split('.');
  let at: Json | undefined = values(variable);
  for (const member of members) at = isObject(at) && Object.hasOwn(at, member) ? at[member] : undefined;
  return at ?? null;
}

function fact(matcher: Matcher, input: DecideInput, tagsOf: TagsOf): Json {
  const { principal, capability } = input;
  switch (matcher) {
    case 'agent':
    case 'user':
    case 'environment':
      return principal[matcher] ?? null;
    case 'class':
      return principal.agentClass ?? null;
    case 'team':
      return [...principal.teams];
    case 'role':
      return [...principal.roles];
    case 'tier':
      return { agent: principal.agent, teams: [...principal.teams] };
    case 'tool':
    case 'prompt':
    case 'resource':
      return capability ? { kind: capability.kind, name: capability.name } : null;
    case 'server':
    case 'method':
    case 'kind':
      return input[matcher] ?? null;
    case 'tags':
      return [...(input.tags ?? tagsOf(input.server, capability))];
    default:
      return callFact(matcher, input);
  }
}

function callFact(matcher: Matcher, input: DecideInput): Json {
  switch (matcher) {
    case 'category':
      return input.intent?.category ?? null;
    case 'intent':
      return input.intent?.intent ?? null;
    case 'findings':
      return input.findings?.map(({ type }) => type) ?? null;
    case 'riskAtLeast':
      return input.risk ?? null;
    case 'time':
      return input.nowMs === undefined ? null : new Date(input.nowMs).toISOString();
    case 'source':
      return input.source ?? null;
    default:
      return null;
  }
}
