// Task ids: agents see our own sealed ids, which carry server, tool and owner, so that follow-ups are routed and owned without a table.
// The same task of the same owner keeps the sealed id it was first given. Covers the tasks extension (flat) and 2025-11-25 tasks (nested).
import type { CallReply } from '../call.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';

const PURPOSE = 'task';

export interface TaskRef {
  server: string;
  /** Upstream name of the tool whose call made the task; empty when it is not known. */
  tool: string;
  id: string;
}

export function sealTask(flight: Flight, ref: TaskRef): string {
  const { principal } = flight.call;
  if (!principal) throw new Error('a task without an owner');
  const owner = ownerOf(flight);
  return `task_${flight.ports.sealer.sealText(principal.org, PURPOSE, JSON.stringify([ref.server, ref.tool, ref.id, owner]))}`;
}

/** undefined: forged, foreign or malformed; all alike. */
export function openTask(flight: Flight, sealed: string): TaskRef | undefined {
  const { principal } = flight.call;
  if (!principal || !sealed.startsWith('task_')) return undefined;
  const text = flight.ports.sealer.openText(principal.org, PURPOSE, sealed.slice(5));
  if (text === undefined) return undefined;
  const [server, tool, id, owner] = JSON.parse(text) as string[];
  if (server === undefined || tool === undefined || id === undefined || owner !== ownerOf(flight)) return undefined;
  flight.ports.taskIds.set(taskKey(flight, server, id), sealed);
  return { server, tool, id };
}

/** Replaces upstream task ids in a server's answer. */
export function ownTaskIds(flight: Flight, answer: CallReply): CallReply {
  if (answer.type !== 'result' || !flight.call.target) return answer;
  const { result } = answer;
  // A server of the session era may use that name for anything.
  const isTask = result.resultType === 'task' && flight.call.client.era === 'modern';
  const next = isTask || flight.sealedTaskId !== undefined ? flat(flight, result) : nested(flight, result);
  return next === result ? answer : { ...answer, result: next, resultText: undefined };
}

/**
 * Params of a task notification with our own id; `'foreign'` for a task that nobody knows to be this principal's: it is not to be heard.
 * undefined when the notification is about no task.
 */
export function ownTaskNotification(
  flight: Flight,
  server: string,
  method: string,
  params: JsonObject | undefined,
): JsonObject | 'foreign' | undefined {
  if (!params || !(method === 'notifications/tasks' || method === 'notifications/tasks/status')) return undefined;
  if (typeof params.taskId !== 'string') return 'foreign';
  const own = ownTaskId(flight, server, params.taskId);
  return own === undefined ? 'foreign' : { ...params, taskId: own };
}

/** Our own id of a task of this principal; undefined when nobody knows it to be theirs. */
export function ownTaskId(flight: Flight, server: string, upstreamId: string): string | undefined {
  const known = flight.ports.taskIds.get(taskKey(flight, server, upstreamId));
  // A task may speak before the answer of the call that made it arrives.
  return known ?? (flight.call.method === 'tools/call' ? ownId(flight, upstreamId) : undefined);
}

function flat(flight: Flight, holder: JsonObject): JsonObject {
  const own = ownId(flight, holder.taskId);
  return own === undefined ? holder : { ...holder, taskId: own };
}

function nested(flight: Flight, result: JsonObject): JsonObject {
  if (flight.call.client.era !== 'legacy') return result;
  if (flight.call.method === 'tools/call' && isObject(result.task)) return { ...result, task: flat(flight, result.task) };
  if (flight.call.method === 'tasks/list' && Array.isArray(result.tasks)) {
    return { ...result, tasks: result.tasks.flatMap((task) => ownTask(flight, task)) };
  }
  return result;
}

/**
 * A server that knows its callers by one credential lists the tasks of them all. INVARIANT: only those made through the gateway by this very
 * principal are shown, or the list would hand out everybody's (test/scenario/attack-bypass-streams.test.ts).
 */
function ownTask(flight: Flight, task: Json): JsonObject[] {
  const server = flight.call.target?.server;
  if (!isObject(task) || typeof task.taskId !== 'string' || server === undefined) return [];
  const known = flight.ports.taskIds.get(taskKey(flight, server, task.taskId));
  return known === undefined ? [] : [{ ...task, taskId: known }];
}

function ownId(flight: Flight, upstreamId: Json | undefined): string | undefined {
  if (typeof upstreamId !== 'string') return undefined;
  const { call, sealedTaskId } = flight;
  if (sealedTaskId !== undefined) return sealedTaskId;
  const server = call.target?.server;
  if (server === undefined) return undefined;
  const key = taskKey(flight, server, upstreamId);
  const known = flight.ports.taskIds.get(key);
  if (known !== undefined) return known;
  const capability = call.target?.capability;
  const sealed = sealTask(flight, { server, tool: capability?.kind === 'tool' ? capability.name : '', id: upstreamId });
  flight.ports.taskIds.set(key, sealed);
  return sealed;
}

function taskKey(flight: Flight, server: string, id: string): string {
  return JSON.stringify([flight.call.principal?.org, ownerOf(flight), server, id]);
}

export function ownerOf(flight: Flight): string {
  const { principal } = flight.call;
  return principal?.user === undefined ? (principal?.agent ?? '') : `${principal.agent}/${principal.user}`;
}
