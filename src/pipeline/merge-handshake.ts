// One introduction from many: capabilities are the union, instructions stand under their server's name, identity is the gateway's own.
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { MODERN_VERSIONS } from '../mcp/rev-2026-07-28/version.ts';

/** Instructions of all servers together, UTF-16 code units. */
export const MAX_INSTRUCTIONS_UNITS = 16_384;

/** Capabilities the aggregated surface can carry; extensions and experimental ones stay with the servers' own endpoints. */
const CARRIED = ['tools', 'prompts', 'resources', 'completions', 'logging'];

export function mergeHandshakes(
  method: string,
  protocolVersion: string,
  parts: readonly { server: string; result: JsonObject }[],
): JsonObject {
  const capabilities: JsonObject = {};
  for (const { result } of parts) {
    const offered = isObject(result.capabilities) ? result.capabilities : {};
    for (const key of CARRIED) if (isObject(offered[key])) capabilities[key] = union(capabilities[key], offered[key]);
  }
  const serverInfo: JsonObject = { name: 'sallyport', title: 'Sallyport', version: '0.1.0' };
  const text = instructions(parts);
  const merged: JsonObject = { capabilities, serverInfo, ...(text === '' ? {} : { instructions: text }) };
  if (method === 'initialize') return { protocolVersion, ...merged };
  return { supportedVersions: [...MODERN_VERSIONS], ...merged };
}

function union(before: Json | undefined, more: JsonObject): JsonObject {
  const merged: JsonObject = isObject(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(more)) if (merged[key] === undefined || merged[key] === false) merged[key] = value;
  return merged;
}

function instructions(parts: readonly { server: string; result: JsonObject }[]): string {
  const sections = parts.flatMap(({ server, result }) =>
    typeof result.instructions === 'string' ? [`## ${server}\n${result.instructions}`] : [],
  );
  const text = sections.join('\n\n');
  return text.length <= MAX_INSTRUCTIONS_UNITS ? text : `${text.slice(0, MAX_INSTRUCTIONS_UNITS).toWellFormed()}…`;
}
