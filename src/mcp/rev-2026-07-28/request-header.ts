// Checks the standard headers of a 2026-07-28 request against its body (basic/transports/streamable-http, standard headers).
// The body decides; a header can only make a request invalid.
import { HEADER_MISMATCH, type WireFailure, wireFailure } from '../error-code.ts';
import {
  decodeHeaderValue,
  type Headers,
  METHOD_HEADER,
  NAME_HEADER,
  nameHeader,
  nameSource,
  PROTOCOL_VERSION_HEADER,
  trimOws,
} from '../headers.ts';
import type { RpcRequest } from '../message.ts';
import type { Envelope } from './envelope.ts';

/** Longest header or body excerpt quoted in an error, characters. */
const MAX_QUOTE = 200;

/** MCP-Protocol-Version, Mcp-Method and Mcp-Name must be there and agree with the body; else -32020 with `data.mismatch`, 400. */
export function checkRequestHeaders(headers: Headers, request: RpcRequest, envelope: Envelope): WireFailure | undefined {
  if (headers[PROTOCOL_VERSION_HEADER] === undefined) return mismatch('MCP-Protocol-Version', '(missing)', envelope.protocolVersion);
  const contradiction = checkGivenHeaders(headers, request.method, envelope.protocolVersion);
  if (contradiction !== undefined) return contradiction;
  if (headers[METHOD_HEADER] === undefined) return mismatch('Mcp-Method', '(missing)', request.method);
  const source = nameSource(request.method, request.params);
  if (source === undefined) return undefined;
  const header = headers[NAME_HEADER];
  if (header === undefined)
    return source.value === undefined || isExtension(request.method) ? undefined : mismatch('Mcp-Name', '(missing)', source.value);
  const name = decodeHeaderValue(header);
  if (name === undefined) return mismatch('Mcp-Name', header, 'valid base64 of UTF-8');
  return source.value === undefined || name === source.value ? undefined : mismatch('Mcp-Name', header, source.value);
}

/** What the tasks extension adds: its clients over the official Python SDK leave the header out, and its servers let them. A wrong one is wrong. */
function isExtension(method: string): boolean {
  return method.startsWith('tasks/');
}

/** The part that is checked before the version is judged: headers that are there must not contradict the body. */
export function checkGivenHeaders(headers: Headers, method: string, claimedVersion: string | undefined): WireFailure | undefined {
  const version = headers[PROTOCOL_VERSION_HEADER];
  if (version !== undefined && claimedVersion !== undefined && trimOws(version) !== claimedVersion) {
    return mismatch('MCP-Protocol-Version', trimOws(version), claimedVersion);
  }
  const methodHeader = headers[METHOD_HEADER];
  if (methodHeader !== undefined && trimOws(methodHeader) !== method) return mismatch('Mcp-Method', trimOws(methodHeader), method);
  return undefined;
}

/** Standard headers for a request to a modern HTTP server (canonical spelling). Mcp-Param-* come from headers.ts. */
export function requestHeaders(version: string, request: Pick<RpcRequest, 'method' | 'params'>): Record<string, string> {
  const headers: Record<string, string> = { 'MCP-Protocol-Version': version, 'Mcp-Method': request.method };
  const name = nameHeader(request.method, request.params);
  if (name !== undefined) headers['Mcp-Name'] = name;
  return headers;
}

function mismatch(name: string, header: string, body: string): WireFailure {
  const quoted = { header: header.slice(0, MAX_QUOTE), body: body.slice(0, MAX_QUOTE) };
  return wireFailure(
    400,
    HEADER_MISMATCH,
    `Headers and body disagree: ${name} is ${JSON.stringify(quoted.header)}, the body says ${JSON.stringify(quoted.body)}.`,
    {
      mismatch: quoted,
    },
  );
}
