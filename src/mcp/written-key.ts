// How many keys a JSON value holds. A key that an object repeats is written twice but held once, so that the number betrays it.
import type { Json } from '../lib/json.ts';

/** Instead of a number of keys. */
export const NOT_FINITE = -1;

/** Keys held by a value of checked depth, at every level; NOT_FINITE when it holds a number out of range. */
export function countKeys(value: Json): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : NOT_FINITE;
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) {
      const inner = countKeys(item);
      if (inner < 0) return inner;
      count += inner;
    }
    return count;
  }
  for (const key of Object.keys(value)) {
    const inner = countKeys(value[key] ?? null);
    if (inner < 0) return inner;
    count += inner + 1;
  }
  return count;
}
