// Keywords about arrays. JSON Schema 2020-12 core §10.3.1, §11.2, validation §6.4; array form of `items` with `additionalItems` from draft-07.
import type { Json } from '../lib/json.ts';
import { type Keyword, type KeywordContext, listOf, naturalOf, paidKey } from './schema-keyword.ts';
import { addItem, type Check } from './schema-run.ts';
import { Unusable } from './schema-scope.ts';

/** What putting an element into a set counts for, beside its text. */
const SET_STEPS = 3;

export const arrayKeywords: Readonly<Record<string, Keyword>> = {
  maxItems: (value) => {
    const max = naturalOf(value, 'maxItems');
    return (found, run) => !Array.isArray(found) || found.length <= max || run.fail(`must have at most ${max} elements`);
  },
  minItems: (value) => {
    const min = naturalOf(value, 'minItems');
    return (found, run) => !Array.isArray(found) || found.length >= min || run.fail(`must have at least ${min} elements`);
  },
  uniqueItems: (value) => {
    if (typeof value !== 'boolean') throw new Unusable('"uniqueItems" must be true or false');
    if (!value) return undefined;
    return (found, run) => {
      if (!Array.isArray(found)) return true;
      // Texts are compared as they are, everything else by what it would be written as.
      const keys = new Set<string>();
      const texts = new Set<string>();
      // Paid for as they come: a set of a million texts costs more than anybody may wait for.
      for (const item of found) {
        run.spend(SET_STEPS);
        const isText = typeof item === 'string';
        if (isText) run.spend(1 + (item.length >> 2));
        const among = isText ? texts : keys;
        const known = among.size;
        if (among.add(isText ? item : paidKey(item, run)).size === known) return run.fail('must not have equal elements');
      }
      return true;
    };
  },
  prefixItems: (value, context) => elements(listOf(value, 'prefixItems'), context.schema.items, 'items', context),
  items: (value, context) => {
    if (context.schema.prefixItems !== undefined) return undefined;
    if (Array.isArray(value)) return elements(value, context.schema.additionalItems, 'additionalItems', context);
    return elements([], value, 'items', context);
  },
  contains: (value, context) => {
    const { schema } = context;
    const node = context.below(value, 'contains');
    const min = schema.minContains === undefined ? 1 : naturalOf(schema.minContains, 'minContains');
    const max = schema.maxContains === undefined ? Number.POSITIVE_INFINITY : naturalOf(schema.maxContains, 'maxContains');
    return (found, run, seen) => {
      if (!Array.isArray(found)) return true;
      let count = 0;
      for (let i = 0; i < found.length; i++) {
        if (!run.probeAt(node, found[i] as Json)) continue;
        count++;
        if (seen) addItem(seen, i);
      }
      if (count < min) return run.fail(`must contain at least ${min} elements of the stated form, has ${count}`);
      return count <= max || run.fail(`must contain at most ${max} elements of the stated form, has ${count}`);
    };
  },
};

/** Runs after everything else that applies to the same array. */
export const unevaluatedItems: Keyword = (value, context) => {
  const node = context.below(value, 'unevaluatedItems');
  return (found, run, seen) => {
    if (!Array.isArray(found) || !seen || seen.everyItem) return true;
    let fits = true;
    for (let i = 0; i < found.length; i++) {
      if (seen.items?.has(i)) continue;
      if (value === false) fits = run.fail('is one element too many', i);
      else if (!run.checkAt(node, found[i] as Json, i)) fits = false;
    }
    if (fits) seen.everyItem = true;
    return fits;
  };
};

function elements(prefix: readonly Json[], rest: Json | undefined, keyword: string, context: KeywordContext): Check {
  const nodes = prefix.map((schema) => context.below(schema, 'prefixItems'));
  const restNode = rest === undefined ? undefined : context.below(rest, keyword);
  return (found, run, seen) => {
    if (!Array.isArray(found)) return true;
    let fits = true;
    const end = restNode ? found.length : Math.min(found.length, nodes.length);
    for (let i = 0; i < end; i++) {
      const node = nodes[i] ?? restNode;
      if (node && !run.checkAt(node, found[i] as Json, i)) fits = false;
      if (seen && !restNode) addItem(seen, i);
      if (!fits && run.isDone) return false;
    }
    if (seen && restNode) seen.everyItem = true;
    return fits;
  };
}
