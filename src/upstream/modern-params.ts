// What goes out to a modern server besides the content (2026-07-28 basic/index, basic/transports/streamable-http): the envelope in `_meta` and the
// headers that mirror the body. The gateway's own requests declare nothing it could be asked for.
import { isObject, type JsonObject } from '../lib/json.ts';
import { type ParamHeader, paramHeaderSpec, paramHeaders } from '../mcp/headers.ts';
import { MRTR_METHODS } from '../mcp/method-kind.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { requestHeaders } from '../mcp/rev-2026-07-28/request-header.ts';
import { LATEST_MODERN_VERSION } from '../mcp/rev-2026-07-28/version.ts';
import { toModernClientCapabilities } from '../mcp/translate/capability.ts';
import { addEnvelope } from '../mcp/translate/envelope.ts';
import { withoutRetry } from '../mcp/translate/input-required.ts';
import type { UpstreamRequest } from './exchange.ts';

/** Params of a request of the gateway itself. */
export function gatewayParams(gateway: { name: string; version: string }, params: JsonObject = {}): Payload {
  return addEnvelope(payload(params), { protocolVersion: LATEST_MODERN_VERSION, clientCapabilities: {}, clientInfo: { ...gateway } });
}

/** A legacy agent's params with the envelope it does not know of. */
export function envelopedParams(request: UpstreamRequest, logLevel: string): Payload {
  // Without an envelope these two are ordinary members; with one they would answer questions that were never asked.
  const params = MRTR_METHODS.has(request.method) ? withoutRetry(paramsOf(request)) : paramsOf(request);
  return addEnvelope(params, {
    protocolVersion: LATEST_MODERN_VERSION,
    clientCapabilities: askableCapabilities(request),
    clientInfo: request.client.clientInfo,
    logLevel,
  });
}

export function paramsOf(request: UpstreamRequest): Payload {
  return request.params === undefined ? payload({}) : payload(request.params, request.paramsText);
}

/** Standard headers and Mcp-Param-*. */
export function headersOf(method: string, params: JsonObject | undefined, inputSchema: JsonObject | undefined): Record<string, string> {
  const headers = requestHeaders(LATEST_MODERN_VERSION, { method, params });
  if (method !== 'tools/call' || !inputSchema || !params) return headers;
  let spec = paramSpecs.get(inputSchema);
  if (!spec) {
    spec = paramHeaderSpec(inputSchema).ok ?? [];
    paramSpecs.set(inputSchema, spec);
  }
  if (spec.length === 0) return headers;
  const { arguments: args } = params;
  return Object.assign(headers, paramHeaders(spec, isObject(args) ? args : undefined));
}

const paramSpecs = new WeakMap<JsonObject, readonly ParamHeader[]>();

/** An agent that cannot be asked on a live stream declares nothing it could be asked for. */
function askableCapabilities(request: UpstreamRequest): JsonObject {
  const capabilities = toModernClientCapabilities(request.client.capabilities);
  if (request.peer.request) return capabilities;
  const { sampling: _sampling, roots: _roots, elicitation: _elicitation, ...rest } = capabilities;
  return rest;
}
