// Checks the standard headers of a 2026-07-28 request against its body (basic/transports/streamable-http, standard headers).
// The body decides; a header can only make a request invalid.
import type { WireFailure } from '../error-code.ts';
import type { Headers } from '../headers.ts';
import type { RpcRequest } from '../message.ts';
import type { Envelope } from './envelope.ts';

/** MCP-Protocol-Version, Mcp-Method and Mcp-Name must be there and agree with the body; else -32020 with `data.mismatch`, 400. */
export function checkRequestHeaders(_headers: Headers, _request: RpcRequest, _envelope: Envelope): WireFailure | undefined {
  throw new Error('not written yet');
}

/** Standard headers for a request to a modern HTTP server (canonical spelling). Mcp-Param-* come from headers.ts. */
export function requestHeaders(_version: string, _request: Pick<RpcRequest, 'method' | 'params'>): Record<string, string> {
  throw new Error('not written yet');
}
