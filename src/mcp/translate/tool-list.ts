// tools/list across eras: what a modern client must not see of a legacy server's tools, and what a legacy client cannot use of a modern one's.
// Removes members and tools; never rewrites schemas.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { paramHeaderSpec } from '../headers.ts';
import { edit, type Payload } from '../raw-json.ts';

/** For a modern client: `execution` removed (2025-11-25 tasks do not cross), tools with invalid x-mcp-header dropped. */
export function toModernToolList(result: Payload): Payload {
  const { tools } = result.value;
  if (!Array.isArray(tools)) return result;
  const invalid = invalidHeaderTools(tools.filter(isObject));
  const kept = tools.filter((tool) => !isObject(tool) || !invalid.has(String(tool['name'])));
  const next = kept.map(withoutExecution);
  return next.length === tools.length && next.every((tool, at) => tool === tools[at]) ? result : edit(result, ['tools'], next);
}

/** For a legacy client: `execution` removed. */
export function toLegacyToolList(result: Payload): Payload {
  const { tools } = result.value;
  if (!Array.isArray(tools)) return result;
  const next = tools.map(withoutExecution);
  return next.every((tool, at) => tool === tools[at]) ? result : edit(result, ['tools'], next);
}

/** Same-era modern: tools whose x-mcp-header declarations are invalid, by name, with the reason. */
export function invalidHeaderTools(tools: readonly JsonObject[]): ReadonlyMap<string, string> {
  const invalid = new Map<string, string>();
  for (const tool of tools) {
    const schema = tool['inputSchema'];
    const spec = paramHeaderSpec(isObject(schema) ? schema : undefined);
    if (spec.invalid !== undefined) invalid.set(String(tool['name']), spec.invalid);
  }
  return invalid;
}

function withoutExecution(tool: Json): Json {
  if (!isObject(tool) || !Object.hasOwn(tool, 'execution')) return tool;
  const { execution: _execution, ...rest } = tool;
  return rest;
}
