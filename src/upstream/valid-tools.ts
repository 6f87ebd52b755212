// A client must leave out tools whose x-mcp-header declarations are invalid (2026-07-28 basic/transports/streamable-http, x-mcp-header),
// and towards a modern server the gateway is one. Removes whole tools; never mends one.
import { isObject, type JsonObject } from '../lib/json.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { edit, payload } from '../mcp/raw-json.ts';
import { invalidHeaderTools } from '../mcp/translate/tool-list.ts';

/** Of the tools left out, how many the operator's log names. */
const MAX_NAMED_TOOLS = 20;

/** A modern server's answer to tools/list without what no client may use. Every other byte stays. */
export function leaveOutInvalidTools(response: RpcResponse, report: (event: string, detail: JsonObject) => void): RpcResponse {
  const tools = response.result?.tools;
  if (!response.result || !Array.isArray(tools)) return response;
  const invalid = invalidHeaderTools(tools.filter(isObject));
  if (invalid.size === 0) return response;
  const named = [...invalid].slice(0, MAX_NAMED_TOOLS).map(([name, why]) => `${name.slice(0, 128)}: ${why}`);
  report('tools_left_out', { count: invalid.size, tools: named });
  const kept = tools.filter((tool) => !isObject(tool) || !invalid.has(String(tool.name)));
  const own = edit(payload(response.result, response.resultText), ['tools'], kept);
  return { ...response, result: own.value, resultText: own.text };
}
