// What of a listed capability is pinned: the part that reads the same in both eras. Never used for what an agent is shown.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/**
 * Without `execution` (2025-11-25 tasks), which does not cross eras: the pin of a definition must not depend on the era of the agent that
 * happened to list it.
 */
export function pinnedParts(items: readonly Json[]): JsonObject[] {
  return items.filter(isObject).map((item) => {
    if (!Object.hasOwn(item, 'execution')) return item;
    const { execution: _execution, ...rest } = item;
    return rest;
  });
}
