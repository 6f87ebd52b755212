// A stateless agent at a legacy server (protocol matrix, column M→L): envelope removed, questions parked, server/discover told from the handshake.
// The server never learns of extensions, and the agent never sees the server's hop.
import type { CallReply, Peer } from '../call.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { MRTR_METHODS, methodInfo } from '../mcp/method-kind.ts';
import { stripEnvelope } from '../mcp/translate/envelope.ts';
import { discoverFromInitialize } from '../mcp/translate/handshake.ts';
import { inputRequiredResult, missingCapability, questionsOfUrlError, withoutRetry } from '../mcp/translate/input-required.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import { listenAtLegacy } from './legacy-listen.ts';
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
  signal: AbortSignal,
  park?: Park,
): Promise<CallReply> {
  if (request.client.logLevel !== undefined) await connection.lowerLevelTo(request.client.logLevel);
  const given = paramsOf(request);
  const own = stripEnvelope(park ? withoutRetry(given) : given);
  const response = await connection.request({
    method: request.method,
    params: own?.value,
    paramsText: own?.text,
    peer,
    client: request.client,
    signal,
    timeoutMs: connection.timeoutMs,
  });
  return (park && urlQuestions(request, response, park)) ?? legacyToModern(request, response, connection.greeting.value.serverInfo);
}

/** -32042 (2025-11-25 client/elicitation) as a round of questions; the agent's retry sends the call again. */
function urlQuestions(request: UpstreamRequest, response: RpcResponse, park: Park): CallReply | undefined {
  const questions = response.error && questionsOfUrlError(response.error);
  if (!questions) return undefined;
  for (const question of questions.values()) if (missingCapability(question, request.client.capabilities)) return undefined;
  return resultOf('modern', inputRequiredResult(questions, park.resendState(request)));
}

/** For methods during which a stateless agent cannot be asked anything. */
function quietPeer(peer: Peer): Peer {
  return { notify: (method, params, paramsText) => peer.notify(method, params, paramsText), request: undefined };
}
