// Reads the JSON of a request to the admin side: exactly as it says, or not at all. The engine's JSON.parse takes the last of two equal keys, and
// gives an escaped key the name of an unrelated one it saw in an earlier text (V8 13.6), which another request may have been.
import type { Json } from '../lib/json.ts';
import { isWithin, readValue } from '../mcp/json-text.ts';

/** Levels of nesting in a body. */
export const MAX_BODY_DEPTH = 64;

export function parseStrictly(text: string): { value: Json } | { problem: string } {
  try {
    JSON.parse(text);
  } catch {
    return { problem: 'The body is not JSON.' };
  }
  if (!isWithin(text, MAX_BODY_DEPTH, Number.POSITIVE_INFINITY))
    return { problem: `The body is nested deeper than ${MAX_BODY_DEPTH} levels.` };
  const value = readValue(text);
  return value === undefined ? { problem: 'The body repeats a key within one object.' } : { value };
}
