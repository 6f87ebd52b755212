// How far the forwards of an organization have come, for the operator side: what the objects say, the cursors and the log put together.
import type { ForwardBody, ForwardTestReply } from '../admin/contract.ts';
import { formatOf } from '../export/forward/open-sender.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { Inside } from './gateway.ts';

export async function forwardReport({ control, store, forwards }: Inside, org: string): Promise<ForwardBody[]> {
  const objects = control.current(org)?.view.list('forward') ?? [];
  if (objects.length === 0) return [];
  const [head, cursors] = await Promise.all([store.log.head(org), store.forwards.forwards(org)]);
  const known = new Map(cursors.map((cursor) => [cursor.name, cursor]));
  return Promise.all(
    objects.map(async (object): Promise<ForwardBody> => {
      const { name } = object.metadata;
      const cursor = known.get(name);
      const problem = forwards.problemOf(org, name);
      const next = cursor?.next ?? (object.spec.start === 'now' ? head.seq + 1 : object.spec.start === 'beginning' ? 1 : object.spec.start);
      const error = problem ?? cursor?.lastError;
      return {
        name,
        target: targetText(object),
        format: formatOf(object.spec),
        state: stateOf(object, problem !== undefined || (cursor?.failures ?? 0) > 0, next > head.seq),
        next,
        head: head.seq,
        lag: Math.max(0, head.seq + 1 - next),
        ...optional('waitingSince', next > head.seq ? undefined : await timeAt(store, org, next)),
        sent: cursor?.sent ?? 0,
        lost: cursor?.lost ?? 0,
        failures: cursor?.failures ?? 0,
        ...optional('lastError', error),
        ...optional('lastErrorAt', instant(cursor?.lastErrorMs)),
        ...optional('lastSentAt', instant(cursor?.lastSentMs)),
        ...optional('gateway', cursor?.owner || undefined),
      };
    }),
  );
}

/** A record refused for good was not taken, whatever the status of the answer. */
export async function testForward({ forwards }: Inside, org: string, name: string, author: string): Promise<ForwardTestReply | undefined> {
  const tested = await forwards.test(org, name, author);
  if (!tested) return undefined;
  const { result, hash, durationMs } = tested;
  if (result.type === 'failed') return { sent: false, error: result.reason, hash, durationMs };
  return { sent: !result.refused, ...optional('note', result.note), hash, durationMs };
}

function stateOf({ spec }: StoredObject<'forward'>, isFailing: boolean, isDone: boolean): ForwardBody['state'] {
  if (spec.disabled) return 'disabled';
  return isFailing ? 'failing' : isDone ? 'up to date' : 'sending';
}

function targetText({ spec: { target } }: StoredObject<'forward'>): string {
  if (target.type === 'file') return `file ${target.name}`;
  if (target.type === 'syslog') return `syslog ${target.host}:${target.port}`;
  // A query may hold what only those who write objects should see.
  const { origin, pathname } = new URL(target.url);
  return `${target.type} ${origin}${pathname}`;
}

async function timeAt({ log }: Inside['store'], org: string, seq: number): Promise<string | undefined> {
  for await (const { content } of log.read({ org, fromSeq: seq, limit: 1 })) return /"time":"([^"]{24})"/.exec(content)?.[1];
  return undefined;
}

function instant(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function optional<K extends string>(name: K, value: string | undefined): { [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: string });
}
