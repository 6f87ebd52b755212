// Standing streams at a legacy server: a legacy agent's GET stream, and a stateless agent's subscriptions/listen told from the server's own stream
// and resources/subscribe (protocol matrix, L→L and M→L).
import type { CallReply } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import type { RequestId } from '../mcp/message.ts';
import {
  acknowledgedParams,
  type ListenFilter,
  listenResult,
  offeredFilter,
  parseListenFilter,
  writeListenFilter,
} from '../mcp/rev-2026-07-28/listen.ts';
import type { AgentSession } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import { resultOf } from './reply.ts';
import { within } from './wait.ts';

export const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

/** A legacy agent's GET stream: everything of its session, until the agent leaves or the connection ends. */
export async function standAtLegacy(
  connection: LegacyConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  const stream = {
    peer: request.peer,
    client: request.client,
    filter: undefined,
    session,
    subscriptionId: undefined,
    opened: openedOf(connection, request),
  };
  await connection.attach(stream);
  try {
    await within(connection.ended, request.signal);
  } finally {
    connection.detach(stream);
  }
  return resultOf('legacy', {});
}

/** A stateless agent's listen. Acknowledged before anything else is heard, with what the server can honour. */
export async function listenAtLegacy(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  const wanted = parseListenFilter(request.params);
  if ('error' in wanted) return { type: 'error', era: 'modern', error: wanted.error };
  const filter: ListenFilter = { ...offeredFilter(wanted, connection.serverCapabilities), taskIds: [] };
  const id = request.requestId;
  void request.peer.notify(ACKNOWLEDGED, acknowledged(filter, id));
  if (isEmpty(filter)) return endOfListen(id);
  const stream = {
    peer: request.peer,
    client: request.client,
    filter,
    session: undefined,
    subscriptionId: id,
    opened: openedOf(connection, request),
  };
  await connection.attach(stream);
  try {
    for (const uri of filter.resourceSubscriptions) await connection.subscribe(uri, stream);
    await within(connection.ended, request.signal);
  } finally {
    connection.detach(stream);
    for (const uri of filter.resourceSubscriptions) void connection.unsubscribe(uri, stream);
  }
  return endOfListen(id);
}

function openedOf(connection: LegacyConnection, request: UpstreamRequest): () => void {
  return () => request.onOpen?.(connection.serverCapabilities);
}

/** Without the listener's id (the codec that writes the stream adds it) when it was not told. */
export function acknowledged(filter: ListenFilter, id: RequestId | undefined): JsonObject {
  return id === undefined ? { notifications: writeListenFilter(filter) } : acknowledgedParams(filter, id);
}

export function endOfListen(id: RequestId | undefined): CallReply {
  return resultOf('modern', id === undefined ? { resultType: 'complete' } : listenResult(id));
}

export function isEmpty(filter: ListenFilter): boolean {
  return Object.keys(writeListenFilter(filter)).length === 0;
}
