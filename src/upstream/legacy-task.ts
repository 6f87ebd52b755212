// A tool that only runs as a task (2025-11-25 basic/utilities/tasks, `execution.taskSupport: required`), called by an agent that must not see tasks:
// the gateway makes the task and waits for its result, and cancels it when the agent leaves. Only after the server refused the plain call.
import { isObject, type JsonObject } from '../lib/json.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import type { Sending } from './link.ts';

/** Longest silence of a server that works on a task. */
export const TASK_SILENCE_MS = 600_000;
/** How long the server is asked to keep the task. */
export const TASK_TTL_MS = 3_600_000;

/** Did the server refuse a plain call because the tool needs a task? */
export function needsTask(connection: LegacyConnection, method: string, response: RpcResponse): boolean {
  if (method !== 'tools/call' || (response.error?.code !== METHOD_NOT_FOUND && !isRefusedInWords(response.result))) return false;
  const { tasks } = connection.serverCapabilities;
  const requests = isObject(tasks) ? tasks.requests : undefined;
  const tools = isObject(requests) ? requests.tools : undefined;
  return isObject(tools) && tools.call !== undefined;
}

/** Servers written with the official TypeScript SDK say the same error as the text of a failed call. */
function isRefusedInWords(result: JsonObject | undefined): boolean {
  if (result?.isError !== true || !Array.isArray(result.content) || result.content.length !== 1) return false;
  const [part] = result.content;
  return isObject(part) && typeof part.text === 'string' && REFUSAL.test(part.text);
}

const REFUSAL = /^MCP error -32601: Tool [^\n]{1,200} requires task augmentation/;

/** The call as a task, to its end: the result of the task, or the error it ended with. */
export async function callAsTask(connection: LegacyConnection, call: Sending): Promise<RpcResponse> {
  const started = await connection.request({ ...call, params: { ...call.params, task: { ttl: TASK_TTL_MS } }, paramsText: undefined });
  const task = started.result?.task;
  if (!isObject(task) || typeof task.taskId !== 'string') return started;
  const { taskId } = task;
  const cancel = () => void connection.errand('tasks/cancel', { taskId });
  call.signal?.addEventListener('abort', cancel, { once: true });
  try {
    const params = { taskId };
    return await connection.request({ ...call, method: 'tasks/result', params, paramsText: undefined, timeoutMs: TASK_SILENCE_MS });
  } finally {
    call.signal?.removeEventListener('abort', cancel);
  }
}
