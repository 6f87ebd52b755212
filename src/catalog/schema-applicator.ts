// Keywords that apply other schemas to the same value. JSON Schema 2020-12 core §8.2.3, §10.2. Dynamic references are not supported: a schema
// that uses them is unusable.
import type { Json } from '../lib/json.ts';
import { type Keyword, schemaListOf } from './schema-keyword.ts';
import { mergeSeen, newSeen, type Run, type SchemaNode, type Seen } from './schema-run.ts';
import { Unusable } from './schema-scope.ts';

export const applicatorKeywords: Readonly<Record<string, Keyword>> = {
  $ref: (value, context) => {
    if (typeof value !== 'string') throw new Unusable('"$ref" must be a string');
    const node = context.reference(value);
    return (found, run, seen) => run.check(node, found, seen);
  },
  $dynamicRef: () => {
    throw new Unusable('"$dynamicRef" is not supported');
  },
  $recursiveRef: () => {
    throw new Unusable('"$recursiveRef" is not supported');
  },
  allOf: (value, context) => {
    const nodes = schemaListOf(value, 'allOf').map((schema) => context.here(schema, 'allOf'));
    return (found, run, seen) => {
      let fits = true;
      for (const node of nodes) if (!run.check(node, found, seen)) fits = false;
      return fits;
    };
  },
  anyOf: (value, context) => {
    const nodes = schemaListOf(value, 'anyOf').map((schema) => context.here(schema, 'anyOf'));
    const [only] = nodes;
    if (only && nodes.length === 1) return (found, run, seen) => run.check(only, found, seen);
    return (found, run, seen) => {
      let fits = false;
      for (const node of nodes) {
        if (probe(node, found, run, seen)) fits = true;
        // With tracking every alternative that fits counts.
        if (fits && !seen) return true;
      }
      return fits || run.fail(`fits none of the ${nodes.length} alternatives`);
    };
  },
  oneOf: (value, context) => {
    const nodes = schemaListOf(value, 'oneOf').map((schema) => context.here(schema, 'oneOf'));
    const [only] = nodes;
    if (only && nodes.length === 1) return (found, run, seen) => run.check(only, found, seen);
    return (found, run, seen) => {
      let count = 0;
      for (const node of nodes) if (probe(node, found, run, seen)) count++;
      if (count === 0) return run.fail(`fits none of the ${nodes.length} alternatives`);
      return count === 1 || run.fail(`fits ${count} alternatives where exactly one is allowed`);
    };
  },
  not: (value, context) => {
    const node = context.here(value, 'not');
    return (found, run, seen) => !run.probe(node, found, seen && newSeen()) || run.fail('must not be of the form that is excluded here');
  },
  if: (value, context) => {
    const condition = context.here(value, 'if');
    const { schema } = context;
    const then = schema.then === undefined ? undefined : context.here(schema.then, 'then');
    const otherwise = schema.else === undefined ? undefined : context.here(schema.else, 'else');
    if (!then && !otherwise) return (found, run, seen) => (seen && probe(condition, found, run, seen)) || true;
    return (found, run, seen) => {
      const branch = probe(condition, found, run, seen) ? then : otherwise;
      return !branch || run.check(branch, found, seen);
    };
  },
};

/** An alternative: what it saw counts only when it fits. */
function probe(node: SchemaNode, found: Json, run: Run, seen: Seen | undefined): boolean {
  if (!seen) return run.probe(node, found, undefined);
  const own = newSeen();
  if (!run.probe(node, found, own)) return false;
  mergeSeen(seen, own);
  return true;
}
