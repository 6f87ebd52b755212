// A legacy agent at a legacy server (protocol matrix, column L→L): what needs no change is passed byte for byte.
// Stateless agents are legacy-for-modern's.
import type { CallReply } from '../call.ts';
import type { AgentSession, AgentSessions } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import { exchangeFromModern } from './legacy-for-modern.ts';
import { standAtLegacy } from './legacy-listen.ts';
import type { Park } from './park.ts';
import { invalidParams, legacyToLegacy, resultOf, unknownMethod } from './reply.ts';

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
  if (session && connection.sessions.get(session.id) !== session) await connection.adopt(session);
  if (request.shape === 'notification') return notify(connection, request);
  switch (request.method) {
    case 'initialize':
      return { type: 'result', era: 'legacy', result: connection.greeting.value, resultText: connection.greeting.text };
    case 'ping':
      return resultOf('legacy', {});
    case 'logging/setLevel':
      return setLevel(connection, request, session);
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return changeSubscription(connection, request, session);
    case 'subscriptions/listen':
      return standAtLegacy(connection, request, session);
    case 'server/discover':
      return unknownMethod(request);
    default:
      return pass(connection, request);
  }
}

async function pass(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  const { method, params, paramsText, peer, client, signal } = request;
  const response = await connection.request({ method, params, paramsText, peer, client, signal, timeoutMs: connection.timeoutMs });
  return legacyToLegacy(request, response);
}

async function notify(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  if (request.method === 'notifications/initialized') await connection.confirm();
  else if (request.method !== 'notifications/cancelled') {
    // Cancellation reaches the server by the signal of the call it is about, under the id the server knows.
    await connection.notify(request.method, request.paramsText ?? (request.params && JSON.stringify(request.params)));
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
    return resultOf('legacy', {});
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
    return last || !connection.options.shared ? pass(connection, request) : resultOf('legacy', {});
  }
  // Before the server is told: what it would say about the resource could not be brought to the agent.
  if (!session.hasRoomFor(uri)) return invalidParams(request, 'too many subscriptions in this session');
  const reply = await pass(connection, request);
  if (reply.type === 'result' && session.subscribe(uri)) connection.addSubscriber(uri, session);
  return reply;
}
