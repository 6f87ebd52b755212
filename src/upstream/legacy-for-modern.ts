// A stateless agent at a legacy server (protocol matrix, column M→L): envelope removed, questions parked, listens fed from subscriptions,
// server/discover told from the handshake. The server never learns of extensions, and the agent never sees the server's hop.
import type { CallReply, Peer } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import type { RequestId, RpcResponse } from '../mcp/message.ts';
import { MRTR_METHODS, methodInfo } from '../mcp/method-kind.ts';
import { payload } from '../mcp/raw-json.ts';
import {
  acknowledgedParams,
  honouredFilter,
  type ListenFilter,
  listenResult,
  parseListenFilter,
  writeListenFilter,
} from '../mcp/rev-2026-07-28/listen.ts';
import { stripEnvelope } from '../mcp/translate/envelope.ts';
import { toModernError } from '../mcp/translate/error.ts';
import { discoverFromInitialize } from '../mcp/translate/handshake.ts';
import { inputRequiredResult, missingCapability, questionsOfUrlError, withoutRetry } from '../mcp/translate/input-required.ts';
import { toModernResult } from '../mcp/translate/result.ts';
import type { UpstreamRequest } from './exchange.ts';
import { objectOf, textOf, unknownMethod, untilAborted } from './legacy-adapter.ts';
import type { LegacyConnection } from './legacy-connection.ts';
import type { Park } from './park.ts';

export async function exchangeFromModern(connection: LegacyConnection, request: UpstreamRequest, park: Park): Promise<CallReply> {
  if (request.shape === 'notification') return { type: 'accepted' };
  if (request.method === 'server/discover') return modernResult(discoverFromInitialize(connection.greeting.value));
  if (request.method === 'subscriptions/listen') return listen(connection, request);
  // What the agent's era does not have, and extensions the server was never told about.
  const known = methodInfo(request.method);
  if (known && (!known.modern || request.method.startsWith('tasks/'))) return unknownMethod(request);
  if (!MRTR_METHODS.has(request.method)) return send(connection, request, quietPeer(request.peer), request.signal);
  if (request.params?.requestState !== undefined) {
    const resumed = park.resume(request);
    if (resumed !== 'resend') return resumed;
  }
  return park.run(request, async (exchange) => send(connection, request, exchange, exchange.abort.signal, park));
}

async function send(
  connection: LegacyConnection,
  request: UpstreamRequest,
  peer: Peer,
  signal: AbortSignal,
  park?: Park,
): Promise<CallReply> {
  if (request.client.logLevel !== undefined) await connection.lowerLevelTo(request.client.logLevel);
  const own = stripEnvelope(park ? withoutRetry(textOf(request)) : textOf(request));
  const response = await connection.request({
    method: request.method,
    params: own?.value,
    paramsText: own?.text,
    peer,
    client: request.client,
    signal,
    timeoutMs: connection.timeoutMs,
  });
  return (park && urlQuestions(request, response, park)) ?? translate(connection, request, response);
}

function translate(connection: LegacyConnection, request: UpstreamRequest, response: RpcResponse): CallReply {
  if (response.error) {
    const context = {
      method: request.method,
      params: request.params,
      serverEra: 'legacy' as const,
      clientCapabilities: request.client.capabilities,
    };
    return { type: 'error', era: 'modern', error: toModernError(response.error, context) };
  }
  const serverInfo = objectOf(connection.greeting.value.serverInfo);
  const stamped = toModernResult(request.method, payload(response.result ?? {}, response.resultText), { serverInfo });
  return { type: 'result', era: 'modern', result: stamped.value, resultText: stamped.text };
}

/** -32042 (2025-11-25 client/elicitation) as a round of questions; the agent's retry sends the call again. */
function urlQuestions(request: UpstreamRequest, response: RpcResponse, park: Park): CallReply | undefined {
  const questions = response.error && questionsOfUrlError(response.error);
  if (!questions) return undefined;
  for (const question of questions.values()) if (missingCapability(question, request.client.capabilities)) return undefined;
  return modernResult(inputRequiredResult(questions, park.resendState(request)));
}

/** subscriptions/listen out of the server's GET stream and resources/subscribe. */
async function listen(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply> {
  const wanted = parseListenFilter(request.params);
  if ('error' in wanted) return { type: 'error', era: 'modern', error: wanted.error };
  const filter: ListenFilter = { ...honouredFilter(wanted, connection.serverCapabilities), taskIds: [] };
  const id = request.requestId;
  void request.peer.notify('notifications/subscriptions/acknowledged', acknowledged(filter, id));
  const end = modernResult(id === undefined ? { resultType: 'complete' } : listenResult(id));
  if (Object.keys(writeListenFilter(filter)).length === 0) return end;
  const stream = { peer: request.peer, client: request.client, filter, session: undefined, subscriptionId: id };
  await connection.attach(stream);
  try {
    for (const uri of filter.resourceSubscriptions) await connection.subscribe(uri, stream);
    await untilAborted(request.signal, connection.ended);
  } finally {
    connection.detach(stream);
    for (const uri of filter.resourceSubscriptions) void connection.unsubscribe(uri, stream);
  }
  return end;
}

/** Without the listener's id (the codec that writes the stream adds it) when it was not told. */
export function acknowledged(filter: ListenFilter, id: RequestId | undefined): JsonObject {
  return id === undefined ? { notifications: writeListenFilter(filter) } : acknowledgedParams(filter, id);
}

/** For methods during which a stateless agent cannot be asked anything. */
export function quietPeer(peer: Peer): Peer {
  return { notify: (method, params, paramsText) => peer.notify(method, params, paramsText), request: undefined };
}

export function modernResult(value: JsonObject): CallReply {
  return { type: 'result', era: 'modern', result: value, resultText: undefined };
}
