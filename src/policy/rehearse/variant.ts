// A request with one thing about it changed: what near misses and the search for examples are made from.
// Pure; never changes the request it was given.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { DecideInput } from '../decide-input.ts';
import type { CompiledRule, Matcher } from '../rule.ts';
import { atTime, marksOfWindow } from './next-time.ts';
import { otherCallers, withMember } from './other-caller.ts';

const INTENTS = ['read', 'write', 'destructive', 'exfiltrative'] as const;
/** Addresses kept for documentation, and one of a private network. */
const ELSEWHERE = ['192.0.2.1', '2001:db8::1', '198.51.100.1', '10.0.0.1'];

/** A path of a condition set to a value; undefined when the path is about something that a request cannot bring along. `null` takes it away. */
export function withValue(input: DecideInput, path: string, value: Json): DecideInput | undefined {
  const [variable, ...members] = path.split('.');
  if (members.length === 0) return undefined;
  switch (variable) {
    case 'args':
      return { ...input, args: setAt(input.args ?? {}, members, value) };
    case 'facts':
      return { ...input, facts: setAt(input.facts ?? {}, members, value) };
    case 'principal':
      return withPrincipal(input, members, value);
    case 'tool':
      return withDefinition(input, members, value);
    default:
      return undefined;
  }
}

/** Whether the caller is in a role or team is at a path of its own, `principal.roles.NAME`: true or false. */
export function valueAt(input: DecideInput, path: string): Json | undefined {
  const [variable, ...members] = path.split('.');
  let at: Json | undefined = variable === 'args' ? input.args : variable === 'facts' ? input.facts : undefined;
  if (variable === 'principal') {
    at = { ...(input.principal as unknown as JsonObject), class: input.principal.agentClass ?? null };
    const [set, ...name] = members;
    if ((set === 'roles' || set === 'teams') && name.length > 0) return input.principal[set].includes(name.join('.'));
  }
  for (const member of members) at = isObject(at) && Object.hasOwn(at, member) ? at[member] : undefined;
  return at;
}

function withPrincipal(input: DecideInput, members: readonly string[], value: Json): DecideInput | undefined {
  const [member, label] = members;
  const { principal } = input;
  const text = value === null ? undefined : String(value);
  if ((member === 'roles' || member === 'teams') && label !== undefined)
    return typeof value === 'boolean' ? withMember(input, member, members.slice(1).join('.'), value) : undefined;
  if (member === 'labels' && label !== undefined && members.length === 2) {
    const { [label]: _, ...rest } = principal.labels;
    return { ...input, principal: { ...principal, labels: text === undefined ? rest : { ...rest, [label]: text } } };
  }
  if (member === 'class') return { ...input, principal: { ...principal, agentClass: text } };
  if (member === 'environment' || member === 'user') return { ...input, principal: { ...principal, [member]: text } };
  if (member === 'agent' && text !== undefined) return { ...input, principal: { ...principal, agent: text } };
  return undefined;
}

function withDefinition(input: DecideInput, members: readonly string[], value: Json): DecideInput | undefined {
  const [member, ...rest] = members;
  if (member === undefined || member === 'name') return undefined;
  return { ...input, definition: setAt(input.definition ?? {}, [member === 'meta' ? '_meta' : member, ...rest], value) };
}

function setAt(object: JsonObject, [member, ...rest]: readonly string[], value: Json): JsonObject {
  if (member === undefined) return object;
  const others = Object.entries(object).filter(([key]) => key !== member);
  if (rest.length === 0 && value === null) return Object.fromEntries(others);
  const at = object[member];
  const next = rest.length === 0 ? value : setAt(isObject(at) ? at : {}, rest, value);
  return Object.fromEntries([...others, [member, next]]);
}

/** Something a glob matches; the shortest that is not empty. */
export function instanceOf(glob: string): string {
  const text = glob.replaceAll('*', '').replaceAll('?', 'x');
  return text === '' ? 'any' : text;
}

/** Requests in which a matcher of the rule holds; several where it has several ways to. Empty when it cannot be changed. */
export function holding(rule: CompiledRule, matcher: Matcher, input: DecideInput): DecideInput[] {
  const { match } = rule.source;
  const { principal } = input;
  const each = (globs: readonly string[] | undefined, make: (name: string) => DecideInput): DecideInput[] =>
    (globs ?? []).map((glob) => make(instanceOf(glob)));
  const who = (changes: Partial<DecideInput['principal']>): DecideInput => ({ ...input, principal: { ...principal, ...changes } });
  switch (matcher) {
    case 'agent':
      return each(match.agent, (agent) => who({ agent }));
    case 'class':
      return each(match.class, (agentClass) => who({ agentClass }));
    case 'team':
      return each(match.team, (team) => who({ teams: [...principal.teams, team] }));
    case 'role':
      return each(match.role, (role) => who({ roles: [...principal.roles, role] }));
    case 'user':
      return each(match.user, (user) => who({ user }));
    case 'environment':
      return each(match.environment, (environment) => who({ environment }));
    case 'tier':
      if (rule.ofAgent !== undefined) return [who({ agent: rule.ofAgent })];
      return rule.ofTeam === undefined ? [] : [who({ teams: [...principal.teams, rule.ofTeam] })];
    case 'server':
      return each(match.server, (server) => ({ ...input, server }));
    case 'tool':
    case 'prompt':
    case 'resource':
      return each(match[matcher], (name) => ({ ...input, capability: { kind: matcher, name } }));
    case 'tags':
      return each(match.tags, (tag) => ({ ...input, tags: [...(input.tags ?? []), tag] }));
    default:
      return holdingOnCall(rule, matcher, input);
  }
}

function holdingOnCall(rule: CompiledRule, matcher: Matcher, input: DecideInput): DecideInput[] {
  const { match } = rule.source;
  const intent = input.intent ?? { intent: 'read' as const, category: undefined };
  switch (matcher) {
    case 'category':
      return (match.category ?? []).map((glob) => ({ ...input, intent: { ...intent, category: instanceOf(glob) } }));
    case 'intent':
      return (match.intent ?? []).map((one) => ({ ...input, intent: { ...intent, intent: one } }));
    case 'findings':
      return (match.findings ?? []).map((glob) => ({ ...input, findings: [...(input.findings ?? []), { type: instanceOf(glob) }] }));
    case 'riskAtLeast':
      return match.riskAtLeast === undefined ? [] : [{ ...input, risk: match.riskAtLeast }];
    case 'time':
      return atTime(input, (nowMs) => rule.onCall?.time?.(nowMs) === true, marksOfWindow(rule));
    case 'source':
      return (match.source ?? []).map((network) => ({ ...input, source: network.split('/')[0] ?? network }));
    default:
      return [];
  }
}

/** Requests in which a matcher on the caller or the call does not hold. Empty when it cannot be changed. */
export function failing(rule: CompiledRule, matcher: Matcher, input: DecideInput): DecideInput[] {
  const { match } = rule.source;
  switch (matcher) {
    case 'intent':
      return INTENTS.filter((one) => !match.intent?.includes(one)).map((one) => ({
        ...input,
        intent: { intent: one, category: input.intent?.category },
      }));
    case 'category':
      return [{ ...input, intent: { intent: input.intent?.intent ?? 'read', category: undefined } }];
    case 'findings':
      return [{ ...input, findings: [] }];
    case 'riskAtLeast':
      return match.riskAtLeast === undefined || match.riskAtLeast === 0 ? [] : [{ ...input, risk: match.riskAtLeast - 1 }];
    case 'time':
      return atTime(input, (nowMs) => rule.onCall?.time?.(nowMs) === false, marksOfWindow(rule));
    case 'source':
      return ELSEWHERE.filter((one) => rule.onCall?.source?.(one) === false)
        .slice(0, 2)
        .map((source) => ({ ...input, source }));
    default:
      return otherCallers(rule, matcher, input);
  }
}
