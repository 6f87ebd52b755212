// Which task a message belongs to (`_meta`, Tasks, revision 2025-11-25): an agent reads our own id of it there, as in `taskId`, and a server its own.
// INVARIANT: an agent can match what belongs to a task with the task that it knows (test/scenario/related-task.test.ts).
import type { CallReply } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';
import { openTask, ownTaskId, ownTaskIds, ownTaskNotification } from './task.ts';

const RELATED_TASK = 'io.modelcontextprotocol/related-task';

/** A server's answer with our own ids of its tasks. */
export function withOwnTasks(flight: Flight, reply: CallReply): CallReply {
  const answer = ownTaskIds(flight, reply);
  const server = flight.call.target?.server;
  if (answer.type !== 'result' || server === undefined) return answer;
  const result = withOwnTask(flight, server, answer.result);
  return result === answer.result ? answer : { ...answer, result, resultText: undefined };
}

/** A message of `server` as the agent reads it. Of a task that is not known to be this principal's it stays as it is: nobody can ask for it. */
export function withOwnTask<T extends JsonObject | undefined>(flight: Flight, server: string, message: T): T {
  return renamed(message, (id) => ownTaskId(flight, server, id));
}

/** A notification of `server` as the agent reads it; 'foreign' when it is about a task that is not known to be this principal's. */
export function noticeWithOwnTask(
  flight: Flight,
  server: string,
  method: string,
  params: JsonObject | undefined,
): JsonObject | 'foreign' | undefined {
  const own = ownTaskNotification(flight, server, method, params);
  return own === 'foreign' ? own : withOwnTask(flight, server, own ?? params);
}

/** A message of the agent as `server` reads it. */
export function withServersTask<T extends JsonObject | undefined>(flight: Flight, server: string, message: T): T {
  return renamed(message, (id) => {
    const task = openTask(flight, id);
    return task?.server === server ? task.id : undefined;
  });
}

function renamed<T extends JsonObject | undefined>(message: T, rename: (id: string) => string | undefined): T {
  const meta = message?._meta;
  if (!isObject(meta)) return message;
  const related = meta[RELATED_TASK];
  const id = isObject(related) && typeof related.taskId === 'string' ? rename(related.taskId) : undefined;
  return id === undefined ? message : ({ ...message, _meta: { ...meta, [RELATED_TASK]: { ...(related as JsonObject), taskId: id } } } as T);
}
