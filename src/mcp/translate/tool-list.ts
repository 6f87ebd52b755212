// tools/list across eras: what a modern client must not see of a legacy server's tools, and what a legacy client cannot use of a modern one's.
// Removes members and tools; never rewrites schemas.
import type { JsonObject } from '../../lib/json.ts';
import type { Payload } from '../raw-json.ts';

/** For a modern client: `execution` removed (2025-11-25 tasks do not cross), tools with invalid x-mcp-header dropped. */
export function toModernToolList(_result: Payload): Payload {
  throw new Error('not written yet');
}

/** For a legacy client: `execution` removed. */
export function toLegacyToolList(_result: Payload): Payload {
  throw new Error('not written yet');
}

/** Same-era modern: tools whose x-mcp-header declarations are invalid, by name, with the reason. */
export function invalidHeaderTools(_tools: readonly JsonObject[]): ReadonlyMap<string, string> {
  throw new Error('not written yet');
}
