// Keywords about objects. JSON Schema 2020-12 core §10.3.2, §10.2.2.4, §11.3, validation §6.5; `dependencies` from draft-07.
// Only own members count, whatever they are called (`__proto__`, `constructor`).
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import type { SafePattern } from './safe-pattern.ts';
import { brief, type Keyword, type KeywordContext, membersOf, namesOf, naturalOf } from './schema-keyword.ts';
import { addKey, type Check, type Run, type SchemaNode, type Seen } from './schema-run.ts';

export const objectKeywords: Readonly<Record<string, Keyword>> = {
  required: (value) => {
    const names = namesOf(value, 'required');
    return (found, run) => {
      if (!isObject(found)) return true;
      let fits = true;
      for (const name of names) if (!Object.hasOwn(found, name)) fits = run.fail(`must have the member ${brief(name)}`);
      return fits;
    };
  },
  maxProperties: (value) => {
    const max = naturalOf(value, 'maxProperties');
    return (found, run) => !isObject(found) || Object.keys(found).length <= max || run.fail(`must have at most ${max} members`);
  },
  minProperties: (value) => {
    const min = naturalOf(value, 'minProperties');
    return (found, run) => !isObject(found) || Object.keys(found).length >= min || run.fail(`must have at least ${min} members`);
  },
  properties: (_value, context) => members(context),
  patternProperties: (_value, context) => (context.schema.properties === undefined ? members(context) : undefined),
  additionalProperties: (_value, context) =>
    context.schema.properties === undefined && context.schema.patternProperties === undefined ? members(context) : undefined,
  propertyNames: (value, context) => {
    const node = context.below(value, 'propertyNames');
    return (found, run) => {
      if (!isObject(found)) return true;
      let fits = true;
      for (const key of Object.keys(found))
        if (!run.probeAt(node, key)) fits = run.fail(`must not have a member of this name: ${brief(key)}`, key);
      return fits;
    };
  },
  dependentRequired: (value) => {
    const checks = membersOf(value, 'dependentRequired').map(([name, needed]) => needs(name, namesOf(needed, 'dependentRequired')));
    return (found, run) => all(checks, found, run, undefined);
  },
  dependentSchemas: (value, context) => {
    const checks = membersOf(value, 'dependentSchemas').map(([name, schema]) => applies(name, context.here(schema, 'dependentSchemas')));
    return (found, run, seen) => all(checks, found, run, seen);
  },
  dependencies: (value, context) => {
    const checks = membersOf(value, 'dependencies').map(([name, schema]) =>
      Array.isArray(schema) ? needs(name, namesOf(schema, 'dependencies')) : applies(name, context.here(schema, 'dependencies')),
    );
    return (found, run, seen) => all(checks, found, run, seen);
  },
};

/** Runs after everything else that applies to the same object. */
export const unevaluatedProperties: Keyword = (value, context) => {
  const node = context.below(value, 'unevaluatedProperties');
  return (found, run, seen) => {
    if (!isObject(found) || !seen || seen.everyKey) return true;
    let fits = true;
    for (const key of Object.keys(found)) {
      if (seen.keys?.has(key)) continue;
      if (value === false) fits = run.fail('is not a member that is allowed here', key);
      else if (!run.checkAt(node, found[key] ?? null, key)) fits = false;
    }
    if (fits) seen.everyKey = true;
    return fits;
  };
};

/** `properties`, `patternProperties` and `additionalProperties` in one pass over the members. */
function members({ schema, below, pattern }: KeywordContext): Check {
  const named = new Map<string, SchemaNode>();
  for (const [name, value] of membersOf(schema.properties ?? {}, 'properties')) named.set(name, below(value, 'properties'));
  const patterns: [SafePattern, SchemaNode][] = [];
  for (const [source, value] of membersOf(schema.patternProperties ?? {}, 'patternProperties')) {
    patterns.push([pattern(source), below(value, 'patternProperties')]);
  }
  const rest = schema.additionalProperties;
  const restNode = rest === undefined ? undefined : below(rest, 'additionalProperties');
  return (found, run, seen) => {
    if (!isObject(found)) return true;
    let fits = true;
    for (const key of Object.keys(found)) {
      run.spend(1);
      const item = found[key] ?? null;
      const node = named.get(key);
      let isNamed = node !== undefined;
      if (node && !run.checkAt(node, item, key)) fits = false;
      for (const [matcher, matched] of patterns) {
        if (!matcher.found(key, run)) continue;
        isNamed = true;
        if (!run.checkAt(matched, item, key)) fits = false;
      }
      if (!isNamed && restNode && !additional(rest, restNode, item, key, run)) fits = false;
      if (seen && (isNamed || restNode)) addKey(seen, key);
      if (!fits && run.isDone) return false;
    }
    return fits;
  };
}

function additional(rest: Json | undefined, node: SchemaNode, item: Json, key: string, run: Run): boolean {
  return rest === false ? run.fail('is not a member that is allowed here', key) : run.checkAt(node, item, key);
}

type ObjectCheck = (found: JsonObject, run: Run, seen: Seen | undefined) => boolean;

function needs(name: string, needed: readonly string[]): ObjectCheck {
  return (found, run) => {
    if (!Object.hasOwn(found, name)) return true;
    let fits = true;
    for (const other of needed)
      if (!Object.hasOwn(found, other)) fits = run.fail(`must have the member ${brief(other)} because it has ${brief(name)}`);
    return fits;
  };
}

function applies(name: string, node: SchemaNode): ObjectCheck {
  return (found, run, seen) => !Object.hasOwn(found, name) || run.check(node, found, seen);
}

function all(checks: readonly ObjectCheck[], found: Json, run: Run, seen: Seen | undefined): boolean {
  if (!isObject(found)) return true;
  let fits = true;
  for (const check of checks) if (!check(found, run, seen)) fits = false;
  return fits;
}
