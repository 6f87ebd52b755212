// A stateless agent at a legacy server (protocol matrix, column M→L): envelope removed, questions parked, server/discover told from the handshake.
// The server never learns of extensions, and the agent never sees the server's hop.

import type { CallReply, Peer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import { MRTR_METHODS, methodInfo } from '../mcp/method-kind.ts';
import { stripEnvelope } from '../mcp/translate/envelope.ts';
import { discoverFromInitialize } from '../mcp/translate/handshake.ts';
import { withoutRetry } from '../mcp/translate/input-required.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import { listenAtLegacy } from './legacy-listen.ts';
import { callAsTask, needsTask } from './legacy-task.ts';
import { paramsOf } from './modern-params.ts';
import type { Park } from './park.ts';
import { legacyToModern, resultOf, unknownMethod } from './reply.ts';

export async function exchangeFromModern(connection: LegacyConnection, request: UpstreamRequest, park: Park): Promise<CallReply> {
  if (request.shape === 'notification') return { type: 'accepted' };
  if (request.method === 'server/discover') return resultOf('modern', discoverFromInitialize(connection.greeting.value));
  if (request.method === 'subscriptions/listen') return listenAtLegacy(connection, request);
  // What the agent's era does not have, and extensions the server was never told about.
  const known = methodInfo(request.method);
  if (known && (!known.modern || request.method.startsWith('tasks/'))) return unknownMethod(request);
  if (!MRTR_METHODS.has(request.method)) return send(connection, request, quietPeer(request.peer), request.signal);
  if (request.params?.requestState !== undefined) {
    const resumed = park.resume(request);
    if (resumed !== 'resend') return resumed;
  }
  return park.run(request, (exchange) => send(connection, request, exchange, exchange.abort.signal, park));
}

async function send(
  connection: LegacyConnection,
  request: UpstreamRequest,
  peer: Peer,
  signal: Abortable,
  park?: Park,
): Promise<CallReply> {
  if (request.client.logLevel !== undefined) await connection.lowerLevelTo(request.client.logLevel);
  const given = paramsOf(request);
  const own = stripEnvelope(park ? withoutRetry(given) : given);
  const { method, client } = request;
  const sending = { method, params: own?.value, paramsText: own?.text, peer, client, signal, timeoutMs: connection.timeoutMs };
  let response = await connection.request(sending);
  if (needsTask(connection, method, response)) response = await callAsTask(connection, sending);
  return park?.askForUrls(request, response) ?? legacyToModern(request, response, connection.greeting.value.serverInfo);
}

/** For methods during which a stateless agent cannot be asked anything. */
function quietPeer(peer: Peer): Peer {
  return { notify: (method, params, paramsText) => peer.notify(method, params, paramsText), request: undefined };
}
