// tools/list across eras: what a modern client must not see of a legacy server's tools, and what a legacy client cannot use of a modern one's.
// Removes members and tools; never rewrites schemas.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { paramHeaderSpec } from '../headers.ts';
import { elementTexts } from '../json-text.ts';
import { memberRanges, type Payload, payload, removeMember, setMember } from '../raw-json.ts';
import { without } from '../rev-2025-11-25/capability.ts';

/** For a modern client: `execution` removed (2025-11-25 tasks do not cross), tools with invalid x-mcp-header dropped. */
export function toModernToolList(result: Payload): Payload {
  return mapTools(result, (tool) => (headerProblem(tool.value) === undefined ? withoutExecution(tool) : undefined));
}

/** For a legacy client: `execution` removed. Tools with invalid x-mcp-header are gone since the modern server's answer was read. */
export function toLegacyToolList(result: Payload): Payload {
  return mapTools(result, withoutExecution);
}

/** Tools whose x-mcp-header declarations are invalid, by name, with the reason: a client must leave them out. */
export function invalidHeaderTools(tools: readonly JsonObject[]): ReadonlyMap<string, string> {
  const invalid = new Map<string, string>();
  for (const tool of tools) {
    const problem = headerProblem(tool);
    if (problem !== undefined) invalid.set(String(tool['name']), problem);
  }
  return invalid;
}

/** Maps the tools with their exact texts; the very same payload when no tool changed. */
function mapTools(result: Payload, map: (tool: Payload) => Payload | undefined): Payload {
  const { tools } = result.value;
  const range = memberRanges(result.text).get('tools');
  if (!Array.isArray(tools) || range === undefined) return result;
  const texts = elementTexts(result.text.slice(range.start, range.end));
  const values: Json[] = [];
  const kept: string[] = [];
  let changed = false;
  for (const [index, value] of tools.entries()) {
    const text = texts[index] ?? '';
    const tool = isObject(value) ? payload(value, text) : undefined;
    const mapped = tool === undefined ? undefined : map(tool);
    if (tool !== undefined && mapped !== tool) changed = true;
    if (tool !== undefined && mapped === undefined) continue;
    values.push(mapped?.value ?? value);
    kept.push(mapped?.text ?? text);
  }
  return changed ? { value: { ...result.value, tools: values }, text: setMember(result.text, 'tools', `[${kept.join(',')}]`) } : result;
}

function withoutExecution(tool: Payload): Payload {
  return Object.hasOwn(tool.value, 'execution')
    ? { value: without(tool.value, ['execution']), text: removeMember(tool.text, 'execution') }
    : tool;
}

function headerProblem(tool: JsonObject): string | undefined {
  const { inputSchema } = tool;
  return isObject(inputSchema) ? paramHeaderSpec(inputSchema).invalid : undefined;
}
