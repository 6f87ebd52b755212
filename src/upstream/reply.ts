// A server's response as the reply to the agent, in the agent's words: one function per cell of the protocol matrix, and the replies the gateway
// gives itself. Never lets one hop's identity, capabilities or errors through to the other.
import type { CallReply, Era } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS, METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { payload } from '../mcp/raw-json.ts';
import { isLegacyVersion, LATEST_LEGACY_VERSION } from '../mcp/rev-2025-11-25/version.ts';
import { resultTypeOf, stampResult } from '../mcp/rev-2026-07-28/result-stamp.ts';
import { type ErrorContext, toLegacyError, toModernError } from '../mcp/translate/error.ts';
import { initializeFromDiscover } from '../mcp/translate/handshake.ts';
import { toLegacyResult, toModernResult } from '../mcp/translate/result.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure, InitializeRefused } from './failure.ts';

export function resultOf(era: Era, result: JsonObject): CallReply {
  return { type: 'result', era, result, resultText: undefined };
}

/** A modern server's introduction as the answer to a legacy agent's handshake. */
export function greetingOfModern(request: UpstreamRequest, discover: JsonObject): CallReply {
  const { protocolVersion } = request.client;
  const version = isLegacyVersion(protocolVersion) ? protocolVersion : LATEST_LEGACY_VERSION;
  return resultOf('legacy', initializeFromDiscover(discover, version, { name: request.server, version: '0' }));
}

/** A legacy agent's handshake that the server refused: the server's own words, as without a gateway. */
export function refusedHandshake(request: UpstreamRequest, error: unknown): CallReply | undefined {
  if (!(error instanceof InitializeRefused) || request.method !== 'initialize' || request.client.era !== 'legacy') return undefined;
  return { type: 'error', era: 'legacy', error: toLegacyError(error.rpc, contextOf(request, 'legacy')) };
}

export function unknownMethod(request: UpstreamRequest): CallReply {
  return { type: 'error', era: request.client.era, error: { code: METHOD_NOT_FOUND, message: 'Method not found' } };
}

export function invalidParams(request: UpstreamRequest, message: string): CallReply {
  return { type: 'error', era: request.client.era, error: { code: INVALID_PARAMS, message: `Invalid params: ${message}` } };
}

export function legacyToLegacy(request: UpstreamRequest, response: RpcResponse): CallReply {
  if (response.error) return { type: 'error', era: 'legacy', error: toLegacyError(response.error, contextOf(request, 'legacy')) };
  return { type: 'result', era: 'legacy', result: response.result ?? {}, resultText: response.resultText };
}

export function legacyToModern(request: UpstreamRequest, response: RpcResponse, serverInfo: unknown): CallReply {
  if (response.error) return { type: 'error', era: 'modern', error: toModernError(response.error, contextOf(request, 'legacy')) };
  const from = payload(response.result ?? {}, response.resultText);
  const own = toModernResult(request.method, from, { serverInfo: isObject(serverInfo) ? serverInfo : undefined });
  return { type: 'result', era: 'modern', result: own.value, resultText: own.text };
}

export function modernToModern(request: UpstreamRequest, response: RpcResponse): CallReply {
  if (response.error) return { type: 'error', era: 'modern', error: toModernError(response.error, contextOf(request, 'modern')) };
  const result = response.result ?? {};
  if (result.resultType !== undefined) return { type: 'result', era: 'modern', result, resultText: response.resultText };
  // Servers before the final revision leave resultType out.
  const stamped = stampResult(request.method, payload(result, response.resultText), {});
  return { type: 'result', era: 'modern', result: stamped.value, resultText: stamped.text };
}

/** Throws `upstream_protocol` for a kind of result that a legacy agent cannot have asked for. */
export function modernToLegacy(request: UpstreamRequest, response: RpcResponse): CallReply {
  if (response.error) return { type: 'error', era: 'legacy', error: toLegacyError(response.error, contextOf(request, 'modern')) };
  const result = response.result ?? {};
  const type = resultTypeOf(result);
  if (type !== 'complete') throw failure('upstream_protocol', request.server, `a result of type ${type}, which nobody asked for`);
  const own = toLegacyResult(request.method, payload(result, response.resultText));
  return { type: 'result', era: 'legacy', result: own.value, resultText: own.text };
}

function contextOf(request: UpstreamRequest, serverEra: Era): ErrorContext {
  return { method: request.method, params: request.params, serverEra, clientCapabilities: request.client.capabilities };
}
