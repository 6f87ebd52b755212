// Looks over a schema before anything else touches it: size, depth and count, with an explicit stack. Never recurses, never throws.
import type { Json } from '../lib/json.ts';
import { MAX_SCHEMA_CHARS, MAX_SCHEMA_DEPTH, MAX_SCHEMA_NODES } from './schema-limits.ts';

/** Why the schema is beyond the limits; undefined when it is within them. Stops at the first limit. */
export function vetSchema(schema: Json): string | undefined {
  const stack: Json[] = [schema];
  const depths: number[] = [1];
  let nodes = 0;
  let chars = 0;
  while (stack.length) {
    const value = stack.pop() as Json;
    const depth = depths.pop() as number;
    if (++nodes > MAX_SCHEMA_NODES) return `it has more than ${MAX_SCHEMA_NODES} values`;
    if (typeof value === 'string') chars += value.length;
    if (chars > MAX_SCHEMA_CHARS) return `it has more than ${MAX_SCHEMA_CHARS} characters`;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_SCHEMA_DEPTH) return `it is nested deeper than ${MAX_SCHEMA_DEPTH} levels`;
    if (Array.isArray(value)) {
      if (stack.length + value.length > MAX_SCHEMA_NODES) return `it has more than ${MAX_SCHEMA_NODES} values`;
      for (const item of value) {
        stack.push(item);
        depths.push(depth + 1);
      }
      continue;
    }
    for (const key of Object.keys(value)) {
      chars += key.length;
      if (stack.length > MAX_SCHEMA_NODES) return `it has more than ${MAX_SCHEMA_NODES} values`;
      stack.push(value[key] ?? null);
      depths.push(depth + 1);
    }
  }
  return undefined;
}

/** Is this JSON value nested at most so deep? Iterative. */
export function isWithinDepth(value: unknown, maxDepth: number): boolean {
  const stack: unknown[] = [value];
  const depths: number[] = [1];
  while (stack.length) {
    const item = stack.pop();
    const depth = depths.pop() as number;
    if (typeof item !== 'object' || item === null) continue;
    if (depth > maxDepth) return false;
    for (const child of Array.isArray(item) ? item : Object.values(item)) {
      if (typeof child !== 'object' || child === null) continue;
      stack.push(child);
      depths.push(depth + 1);
    }
  }
  return true;
}
