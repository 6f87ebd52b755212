// What a set of policies must pass before it comes into force: conditions that parse and fit the tools they can be about, and cases that come out
// as expected. Pure; what is in force stays in force when there is a problem.
import type { JsonObject } from '../lib/json.ts';
import type { Kind, PolicyRule, StoredObject } from '../object/kinds.ts';
import { runCase } from './case.ts';
import { compilePolicies } from './compile.ts';
import type { PolicySet } from './policy-set.ts';
import { coveredRules } from './rehearse/covered.ts';
import { compileRule, matchesAny } from './rule.ts';
import { checkWhen, type Finding } from './when/check.ts';
import { scopeOf } from './when/scope.ts';
import { type Node, parseWhen, WhenProblem } from './when/syntax.ts';

/** Tools one condition is checked against. */
export const MAX_CHECKED_TOOLS = 1_000;

export interface ActivationProblem {
  /** Name of the policy. */
  policy: string;
  message: string;
  /** Where in the object. */
  path: readonly (string | number)[];
  /** Where in the text that stands there, UTF-16 code units. */
  offset?: number | undefined;
}

export interface ActivationInput {
  /** All objects as they will be. */
  objects: readonly StoredObject[];
  /** Names of the policies that are new or changed: their conditions are checked. */
  changed: ReadonlySet<string>;
  /** Tools that are known of a server, by name: their definitions. */
  toolsOf(server: string): ReadonlyMap<string, JsonObject>;
}

export function checkActivation(input: ActivationInput): { problems: ActivationProblem[]; warnings: ActivationProblem[] } {
  const { problems, warnings } = checkConditions(input);
  if (problems.length > 0) return { problems, warnings };
  const set = compilePolicies(input.objects, 0);
  problems.push(...failedCases(input, set));
  if (problems.length === 0) warnings.push(...neverDeciding(input, set));
  return { problems, warnings };
}

/** The conditions alone: for policies that are looked at and not put into force. */
export function checkConditions(input: ActivationInput): { problems: ActivationProblem[]; warnings: ActivationProblem[] } {
  const problems: ActivationProblem[] = [];
  const warnings: ActivationProblem[] = [];
  const servers = input.objects.filter((object) => isKind(object, 'server')).map(({ metadata }) => metadata.name);
  for (const object of input.objects) {
    if (!isKind(object, 'policy') || !input.changed.has(object.metadata.name)) continue;
    object.spec.rules.forEach((rule, i) => {
      if (rule.when === undefined) return;
      const at = { policy: object.metadata.name, path: ['spec', 'rules', i, 'when'] };
      const found = checkRule(rule, rule.when, servers, input.toolsOf);
      for (const { message, offset } of found.problems) problems.push({ ...at, message: `rule "${rule.name}": ${message}`, offset });
      for (const { message, offset } of found.warnings) warnings.push({ ...at, message: `rule "${rule.name}": ${message}`, offset });
    });
  }
  return { problems, warnings };
}

/** Rules of the changed policies that an earlier rule takes everything from: they are in force and do nothing. */
function neverDeciding({ objects, changed }: ActivationInput, set: PolicySet): ActivationProblem[] {
  const places = new Map<string, { policy: string; path: readonly (string | number)[] }>();
  for (const object of objects) {
    if (!isKind(object, 'policy') || !changed.has(object.metadata.name)) continue;
    const policy = object.metadata.name;
    for (const [i, { name }] of (object.spec.rules as readonly PolicyRule[]).entries())
      places.set(`${policy}/${name}`, { policy, path: ['spec', 'rules', i, 'name'] });
  }
  return coveredRules(set, ({ id }) => places.has(id)).flatMap(({ rule, by }) => {
    const place = places.get(rule.id);
    if (!place) return [];
    const next = by.id.startsWith(`${place.policy}/`)
      ? 'Put it before that rule, or narrow that one'
      : 'Give the policy a smaller order than that one has (spec.order) or an earlier tier, or narrow that rule';
    const message = `rule "${rule.id.slice(place.policy.length + 1)}" never decides: rule ${by.id} (${by.effect}) is asked before it and matches everything it matches. ${next}`;
    return [{ ...place, message }];
  });
}

/** Cases of policies that come out in another way than they say. */
export function failingCases(objects: readonly StoredObject[]): ActivationProblem[] {
  const has = objects.some((object) => isKind(object, 'policy') && (object.spec.cases ?? []).length > 0);
  return has ? failedCases({ objects }, compilePolicies(objects, 0)) : [];
}

function failedCases({ objects }: Pick<ActivationInput, 'objects'>, set: PolicySet): ActivationProblem[] {
  return objects.flatMap((object) => {
    if (!isKind(object, 'policy')) return [];
    return (object.spec.cases ?? []).flatMap((one, i) => {
      // Cases of a policy that only watches are about the set in which it decides.
      const failure = runCase(object.spec.mode === 'shadow' ? (set.shadow ?? set) : set, one);
      return failure ? [{ policy: object.metadata.name, message: failure.message, path: ['spec', 'cases', i] }] : [];
    });
  });
}

function checkRule(rule: PolicyRule, when: string, servers: readonly string[], toolsOf: ActivationInput['toolsOf']) {
  let root: Node;
  try {
    root = parseWhen(when).root;
  } catch (error) {
    if (!(error instanceof WhenProblem)) throw error;
    return { problems: [{ message: error.message, offset: error.offset }], warnings: [] };
  }
  const found = { problems: new Map<string, Finding>(), warnings: new Map<string, Finding>() };
  const note = (list: Map<string, Finding>, { message, offset }: Finding, about: string): void => {
    const key = `${offset} ${message}`;
    if (!list.has(key)) list.set(key, { message: message + about, offset });
  };
  const targets = targetsOf(rule, servers, toolsOf);
  for (const { schema, about } of targets.length > 0 ? targets : [{ schema: undefined, about: '' }]) {
    const checked = checkWhen(root, scopeOf(schema));
    for (const one of checked.problems) note(found.problems, one, about);
    for (const one of checked.warnings) note(found.warnings, one, about);
  }
  return { problems: [...found.problems.values()], warnings: [...found.warnings.values()] };
}

interface Target {
  schema: JsonObject[string] | undefined;
  about: string;
}

/** The tools a rule can be about, as far as they are known. */
function targetsOf(rule: PolicyRule, servers: readonly string[], toolsOf: ActivationInput['toolsOf']): Target[] {
  const { server, tool, firstCapability } = compileRule({ policy: '', tier: 'default' }, { ...rule, when: undefined }, 0);
  if (firstCapability !== undefined && !tool) return [];
  const targets: Target[] = [];
  for (const name of servers) {
    if (server && !matchesAny(server, name)) continue;
    for (const [toolName, definition] of toolsOf(name)) {
      if (tool && !matchesAny(tool, toolName)) continue;
      if (targets.length === MAX_CHECKED_TOOLS) return targets;
      targets.push({ schema: definition.inputSchema, about: ` (tool "${toolName}" of server "${name}")` });
    }
  }
  return targets;
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
