// Requests worth asking about: for each rule some that it matches, made of the names that exist, the names that rules spell, and the literals of
// conditions with what lies next to them. Deterministic and bounded; what it makes is checked, never believed.
import type { CapabilityRef } from '../../call.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { knownMethods, methodInfo } from '../../mcp/method-kind.ts';
import { type DecideInput, isUse, type Who } from '../decide-input.ts';
import { type CompiledRule, failedMatcher, failedOnCall, matchesAny } from '../rule.ts';
import type { TagsOf } from '../tags.ts';
import { valuesOf } from '../when/scope.ts';
import { atomsOf, pairsOf } from './atom.ts';
import { type CallerNames, callerVariants, NO_NAMES, withItsOwn } from './caller-variant.ts';
import { SOME_TIME_MS } from './next-time.ts';
import { holding, instanceOf, valueAt, withValue } from './variant.ts';

/** What is registered. */
export interface World {
  principals: readonly Who[];
  servers: readonly { name: string; tools: ReadonlyMap<string, JsonObject>; tags?: readonly string[] }[];
  /** Teams and roles, whether or not somebody has them. */
  names?: CallerNames;
}

/** Values of arguments that are tried for one condition. */
const MAX_ASSIGNMENTS = 48;
/** Names taken for one dimension. */
const MAX_NAMES = 4;
const USUAL = { tool: 'tools/call', prompt: 'prompts/get', resource: 'resources/read' } as const;

const SOMEBODY: Who = {
  org: 'case',
  agent: 'agent',
  agentClass: undefined,
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: undefined,
  token: undefined,
};

/** Requests that the rule matches, taken by itself. May be none. */
export function* samplesOf(rule: CompiledRule, world: World, tagsOf: TagsOf): Generator<DecideInput> {
  for (const principal of callersFor(rule, world)) {
    for (const base of targetsFor(rule, world, principal)) {
      for (const input of conditionsFor(rule, onCallFor(rule, base), world.names ?? NO_NAMES))
        if (matchesAlone(rule, input, tagsOf)) yield input;
    }
  }
}

export function matchesAlone(rule: CompiledRule, input: DecideInput, tagsOf: TagsOf): boolean {
  if (failedMatcher(rule, input, tagsOf) !== undefined) return false;
  try {
    return failedOnCall(rule, input, (condition) => condition.holds(valuesOf(input, tagsOf))) === undefined;
  } catch {
    return false;
  }
}

function callersFor(rule: CompiledRule, world: World): Who[] {
  const known = world.principals.filter((who) => namesFit(rule, who)).slice(0, MAX_NAMES);
  let made: DecideInput = { principal: SOMEBODY, kind: 'call', method: 'tools/call', server: undefined, capability: undefined };
  for (const matcher of ['tier', 'agent', 'class', 'team', 'role', 'user', 'environment'] as const)
    made = holding(rule, matcher, made)[0] ?? made;
  return [...known, made.principal];
}

function namesFit(rule: CompiledRule, { agent, agentClass }: Who): boolean {
  if (rule.ofAgent !== undefined && rule.ofAgent !== agent) return false;
  return (!rule.agent || matchesAny(rule.agent, agent)) && (!rule.class || matchesAny(rule.class, agentClass));
}

function* targetsFor(rule: CompiledRule, world: World, principal: Who): Generator<DecideInput> {
  const registered = world.servers.filter(({ name }) => !rule.server || matchesAny(rule.server, name));
  const spelt = (rule.source.match.server ?? []).map(instanceOf).filter((name) => !registered.some((one) => one.name === name));
  const servers = [
    ...registered.slice(0, MAX_NAMES),
    ...spelt.slice(0, MAX_NAMES).map((name) => ({ name, tools: new Map<string, JsonObject>() })),
  ];
  if (servers.length === 0) servers.push({ name: 'server', tools: new Map() });
  for (const { name: server, tools } of servers) {
    for (const capability of capabilitiesFor(rule, [...tools.keys()])) {
      const definition = capability?.kind === 'tool' ? tools.get(capability.name) : undefined;
      for (const method of methodsFor(rule, capability)) {
        const kind = methodInfo(method)?.kind ?? 'call';
        yield { principal, kind, method, server, capability, definition, ...(isUse(kind) ? { nowMs: SOME_TIME_MS } : {}) };
      }
    }
  }
}

function capabilitiesFor(rule: CompiledRule, tools: readonly string[]): (CapabilityRef | undefined)[] {
  const found: (CapabilityRef | undefined)[] = [];
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const globs = rule[kind];
    if (!globs) continue;
    const names = kind === 'tool' ? tools.filter((name) => matchesAny(globs, name)).slice(0, MAX_NAMES) : [];
    for (const { source } of globs) if (!names.includes(instanceOf(source))) names.push(instanceOf(source));
    found.push(...names.slice(0, 2 * MAX_NAMES).map((name) => ({ kind, name })));
  }
  if (found.length > 0) return found;
  const [some = 'tool'] = tools;
  return [{ kind: 'tool', name: some }, { kind: 'prompt', name: 'prompt' }, { kind: 'resource', name: 'file:///any' }, undefined];
}

function methodsFor(rule: CompiledRule, capability: CapabilityRef | undefined): string[] {
  const usual = capability ? [USUAL[capability.kind]] : ['tools/list', 'initialize', 'subscriptions/listen', 'elicitation/create'];
  const fits = (method: string): boolean =>
    (!rule.method || matchesAny(rule.method, method)) && (!rule.kind || rule.kind.has(methodInfo(method)?.kind ?? 'call'));
  const first = usual.filter(fits);
  return first.length > 0 ? first.slice(0, 2) : knownMethods().filter(fits).slice(0, 2);
}

function onCallFor(rule: CompiledRule, base: DecideInput): DecideInput {
  let made = base;
  for (const matcher of ['tags', 'intent', 'category', 'findings', 'riskAtLeast', 'time', 'source'] as const)
    if (rule.source.match[matcher] !== undefined) made = holding(rule, matcher, made)[0] ?? made;
  return made;
}

/** The request with values for what its condition reads: all that should hold, then one after the other changed. */
function* conditionsFor(rule: CompiledRule, base: DecideInput, known: CallerNames): Generator<DecideInput> {
  const condition = rule.onCall?.condition;
  if (!condition || 'broken' in condition) {
    yield base;
    return;
  }
  const choices = choicesOf(rule);
  let first = base;
  for (const [path, values] of choices) first = withValue(first, path, values[0] ?? null) ?? first;
  // Of two arguments that must be equal either may be the one about which more is said.
  const pairs = pairsOf(condition.root);
  const turned = equalled(
    first,
    pairs.map(([one, other]) => [other, one]),
  );
  first = withItsOwn(condition.root, equalled(first, pairs));
  yield first;
  if (pairs.length > 0) yield turned;
  let left = MAX_ASSIGNMENTS;
  for (const [path, values] of choices) {
    for (const value of values.slice(1)) {
      if (left-- === 0) return;
      const changed = withValue(first, path, value);
      if (changed) yield changed;
    }
  }
  for (const { input } of callerVariants(rule, first, known)) {
    if (left-- === 0) return;
    yield input;
  }
}

/** Each first path has the value of its second one; what neither has is the same in both. */
function equalled(input: DecideInput, pairs: readonly (readonly [string, string])[]): DecideInput {
  let made = input;
  for (const [one, other] of pairs) made = withValue(made, one, valueAt(made, other) ?? 'same') ?? made;
  for (const [one, other] of pairs) made = withValue(made, other, valueAt(made, one) ?? 'same') ?? made;
  return made;
}

/** What is tried of them: caller-variant.ts. */
const CALLER_SETS: ReadonlySet<string> = new Set(['principal.roles', 'principal.teams']);

/** By path: values worth trying, those first under which what must hold does. */
export function choicesOf(rule: CompiledRule): Map<string, Json[]> {
  const condition = rule.onCall?.condition;
  const choices = new Map<string, Json[]>();
  if (!condition || 'broken' in condition) return choices;
  const atoms = atomsOf(condition.root);
  for (const path of new Set(atoms.map(({ atom }) => atom.path))) {
    const about = atoms.filter(({ atom }) => atom.path === path);
    const values = about.flatMap(({ atom }) => [...atom.holdsFor, ...atom.failsFor]);
    const joined = about.filter((one) => one.joined);
    const meeting = values.filter((value) => joined.every(({ atom }) => atom.holds(value) === true));
    const fitting = values.filter((value) => joined.every(({ atom }) => atom.holds(value) !== false));
    choices.set(path, unique([...meeting, ...fitting, ...values]));
  }
  for (const path of condition.paths) if (!choices.has(path) && !CALLER_SETS.has(path)) choices.set(path, ['x', 1, true]);
  return choices;
}

function unique(values: readonly Json[]): Json[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    const text = JSON.stringify(value);
    return !seen.has(text) && seen.add(text);
  });
}
