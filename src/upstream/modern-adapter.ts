// Every method of both agent eras in terms of a modern server (protocol matrix, columns M→M and L→M).
// What needs no change is passed byte for byte; errors about the gateway's own hop never reach an agent as such.
import type { CallReply } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { JsonObject } from '../lib/json.ts';
import { HEADER_MISMATCH, UNSUPPORTED_PROTOCOL_VERSION } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { methodInfo } from '../mcp/method-kind.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { stampResult } from '../mcp/rev-2026-07-28/result-stamp.ts';
import { toModernError } from '../mcp/translate/error.ts';
import { capDiscover } from '../mcp/translate/handshake.ts';
import type { AgentSessions } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import { unknownMethod } from './legacy-adapter.ts';
import type { ModernConnection } from './modern-connection.ts';
import { exchangeForLegacy } from './modern-for-legacy.ts';
import { relayListen } from './modern-listen.ts';
import { leaveOutInvalidTools } from './valid-tools.ts';

export interface ModernTools {
  sessions: AgentSessions;
  /** The server turned out not to speak the modern era (any more): find out again. */
  doubtEra(): void;
}

export async function exchangeWithModern(connection: ModernConnection, request: UpstreamRequest, tools: ModernTools): Promise<CallReply> {
  if (request.client.era === 'legacy') return exchangeForLegacy(connection, request, tools);
  const params = payload(request.params ?? {}, request.params === undefined ? undefined : request.paramsText);
  if (request.shape === 'notification') {
    // A cancellation is the end of the request's own stream; it needs no words.
    if (request.method !== 'notifications/cancelled') await connection.notify(request.method, params);
    return { type: 'accepted' };
  }
  if (request.method === 'subscriptions/listen') return relayListen(connection, request, params);
  if (methodInfo(request.method)?.modern === false) return unknownMethod(request);
  const response = await sendToModern(connection, request, params, tools);
  if (response.error) return modernError(request, response);
  return modernResult(connection, request, response);
}

/** Sends and weeds out the errors that are about the gateway's own hop. */
export async function sendToModern(
  connection: ModernConnection,
  request: UpstreamRequest,
  params: Payload,
  tools: ModernTools,
): Promise<RpcResponse> {
  const sending = {
    method: request.method,
    params,
    peer: request.peer,
    client: request.client,
    signal: request.signal,
    timeoutMs: connection.timeoutMs,
    inputSchema: request.inputSchema,
  };
  try {
    const response = await connection.request(sending);
    if (response.error) checkHop(connection, response.error);
    return request.method === 'tools/list' ? leaveOutInvalidTools(response, connection.options.surroundings.report) : response;
  } catch (error) {
    // It may have become a legacy server; the next call finds out.
    if (error instanceof GatewayError && error.code === 'upstream_protocol') tools.doubtEra();
    throw error;
  }
}

function checkHop(connection: ModernConnection, error: { code: number; message: string }): void {
  if (error.code === HEADER_MISMATCH) throw failure('upstream_header_mismatch', connection.server, error.message);
  if (error.code === UNSUPPORTED_PROTOCOL_VERSION) throw failure('upstream_protocol', connection.server, `${error.code}: ${error.message}`);
}

function modernError(request: UpstreamRequest, response: RpcResponse): CallReply {
  const error = response.error ?? { code: 0, message: '' };
  const context = {
    method: request.method,
    params: request.params,
    serverEra: 'modern' as const,
    clientCapabilities: request.client.capabilities,
  };
  return { type: 'error', era: 'modern', error: toModernError(error, context) };
}

function modernResult(connection: ModernConnection, request: UpstreamRequest, response: RpcResponse): CallReply {
  const result: JsonObject = response.result ?? {};
  if (request.method === 'server/discover') {
    connection.noteDiscovered(result);
    return { type: 'result', era: 'modern', result: capDiscover(result), resultText: undefined };
  }
  // Servers before the final revision leave resultType out.
  if (result.resultType !== undefined) return { type: 'result', era: 'modern', result, resultText: response.resultText };
  const stamped = stampResult(request.method, payload(result, response.resultText), {});
  return { type: 'result', era: 'modern', result: stamped.value, resultText: stamped.text };
}
