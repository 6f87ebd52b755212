// Every method of both agent eras in terms of a legacy server (protocol matrix, columns L→L and M→L).
// What needs no change is passed byte for byte; nothing of one hop's envelope, identity or errors is told to the other.
import type { CallReply } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import type { AgentSession, AgentSessions } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import { exchangeFromModern } from './legacy-for-modern.ts';
import type { Sending } from './link.ts';
import type { Park } from './park.ts';

export interface LegacyTools {
  park: Park;
  sessions: AgentSessions;
}

export function exchangeWithLegacy(connection: LegacyConnection, request: UpstreamRequest, tools: LegacyTools): Promise<CallReply> {
  if (request.client.era === 'modern') return exchangeFromModern(connection, request, tools.park);
  const { sessionId } = request.client;
  const session = sessionId === undefined ? undefined : tools.sessions.of(request.org, request.server, sessionId);
  return exchangeFromLegacy(connection, request, session);
}

async function exchangeFromLegacy(
  connection: LegacyConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  if (session && connection.sessions.get(session.id) !== session) await adopt(connection, session);
  if (request.shape === 'notification') return notify(connection, request);
  switch (request.method) {
    case 'initialize':
      return { type: 'result', era: 'legacy', result: connection.greeting.value, resultText: connection.greeting.text };
    case 'ping':
      return result({});
    case 'logging/setLevel':
      return setLevel(connection, request, session);
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return changeSubscription(connection, request, session);
    case 'subscriptions/listen':
      return stand(connection, request, session);
    case 'server/discover':
      return unknownMethod(request);
    default:
      return pass(connection, request);
  }
}

/** A session's first use of a connection: at the handshake there is nothing to bring along and nobody to ask yet. */
function adopt(connection: LegacyConnection, session: AgentSession): Promise<void> | undefined {
  if (session.level === undefined && session.uris.size === 0) {
    connection.sessions.set(session.id, session);
    return undefined;
  }
  return connection.adopt(session);
}

async function pass(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  return relay(await connection.request(sendingOf(connection, request)));
}

async function notify(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  if (request.method === 'notifications/initialized') await connection.confirm();
  else if (request.method !== 'notifications/cancelled') {
    // Cancellation reaches the server by the signal of the call it is about, under the id the server knows.
    await connection.notify(request.method, textOf(request)?.text);
  }
  return { type: 'accepted' };
}

async function setLevel(connection: LegacyConnection, request: UpstreamRequest, session: AgentSession | undefined): Promise<CallReply> {
  const level = request.params?.level;
  if (typeof level !== 'string') return pass(connection, request);
  const lowest = session ? connection.lowestLevel(level) : level;
  if (lowest !== level) {
    if (session) session.level = level;
    await connection.setLevel(lowest);
    return result({});
  }
  const reply = await pass(connection, request);
  if (reply.type === 'result') {
    connection.noteLevel(level);
    if (session) session.level = level;
  }
  return reply;
}

async function changeSubscription(
  connection: LegacyConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  const uri = request.params?.uri;
  if (typeof uri !== 'string' || !session) return pass(connection, request);
  if (request.method === 'resources/unsubscribe') {
    session.unsubscribe(uri);
    const last = connection.removeSubscriber(uri, session);
    return last || !connection.options.shared ? pass(connection, request) : result({});
  }
  const reply = await pass(connection, request);
  if (reply.type === 'result' && session.subscribe(uri)) connection.addSubscriber(uri, session);
  return reply;
}

/** A legacy agent's GET stream. */
async function stand(connection: LegacyConnection, request: UpstreamRequest, session: AgentSession | undefined): Promise<CallReply> {
  const stream = { peer: request.peer, client: request.client, filter: undefined, session, subscriptionId: undefined };
  await connection.attach(stream);
  try {
    await untilAborted(request.signal, connection.ended);
  } finally {
    connection.detach(stream);
  }
  return result({});
}

/** Resolves when `ended` does; rejects with the signal's reason when that comes first. */
export function untilAborted(signal: AbortSignal, ended: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    void ended.then(() => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
  });
}

export function sendingOf(connection: LegacyConnection, request: UpstreamRequest): Sending {
  return {
    method: request.method,
    params: request.params,
    paramsText: request.paramsText,
    peer: request.peer,
    client: request.client,
    signal: request.signal,
    timeoutMs: connection.timeoutMs,
  };
}

export function textOf(request: UpstreamRequest): Payload | undefined {
  return request.params === undefined ? undefined : payload(request.params, request.paramsText);
}

function relay(response: RpcResponse): CallReply {
  if (response.error) return { type: 'error', era: 'legacy', error: response.error };
  return { type: 'result', era: 'legacy', result: response.result ?? {}, resultText: response.resultText };
}

function result(value: JsonObject): CallReply {
  return { type: 'result', era: 'legacy', result: value, resultText: undefined };
}

export function unknownMethod(request: UpstreamRequest): CallReply {
  return { type: 'error', era: request.client.era, error: { code: METHOD_NOT_FOUND, message: 'Method not found' } };
}

export function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}
