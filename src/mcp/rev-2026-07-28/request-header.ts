// Checks the standard headers of a 2026-07-28 request against its body (basic/transports/streamable-http, standard headers).
// The body decides; a header can only make a request invalid.
import { HEADER_MISMATCH, type WireFailure, wireFailure } from '../error-code.ts';
import { decodeHeaderValue, type Headers, METHOD_HEADER, NAME_HEADER, nameHeader, PROTOCOL_VERSION_HEADER, trimOws } from '../headers.ts';
import type { RpcRequest } from '../message.ts';
import type { Envelope } from './envelope.ts';

/** MCP-Protocol-Version, Mcp-Method and Mcp-Name must be there and agree with the body; else -32020 with `data.mismatch`, 400. */
export function checkRequestHeaders(headers: Headers, request: RpcRequest, envelope: Envelope): WireFailure | undefined {
  const version = checkVersionHeader(headers, envelope.protocolVersion);
  if (version) return version;
  const method = headers[METHOD_HEADER];
  if (method === undefined || trimOws(method) !== request.method) return mismatch('Mcp-Method', method, 'the method');
  const expected = nameHeader(request.method, request.params);
  if (expected === undefined) return undefined;
  const given = headers[NAME_HEADER];
  if (given === undefined || decodeHeaderValue(given) !== decodeHeaderValue(expected)) return mismatch('Mcp-Name', given, 'what the request names');
  return undefined;
}

/** MCP-Protocol-Version against the version in the body. */
export function checkVersionHeader(headers: Headers, claimed: string): WireFailure | undefined {
  const version = headers[PROTOCOL_VERSION_HEADER];
  if (version !== undefined && trimOws(version) === claimed) return undefined;
  return mismatch('MCP-Protocol-Version', version, 'the protocol version in "_meta"');
}

/** Standard headers for a request to a modern HTTP server (canonical spelling). Mcp-Param-* come from headers.ts. */
export function requestHeaders(version: string, request: Pick<RpcRequest, 'method' | 'params'>): Record<string, string> {
  const name = nameHeader(request.method, request.params);
  return { 'MCP-Protocol-Version': version, 'Mcp-Method': request.method, ...(name === undefined ? {} : { 'Mcp-Name': name }) };
}

function mismatch(header: string, given: string | undefined, what: string): WireFailure {
  const problem = given === undefined ? `The header ${header} is missing` : `The header ${header} does not agree with the body`;
  return wireFailure(400, HEADER_MISMATCH, `${problem}: it must repeat ${what}.`, { mismatch: header });
}
