// Every JSON-RPC error code the gateway reads or answers with, and the failure value codecs hand back when a message is refused.
// Own codes are positive, outside every reserved range. Never mint a code in -32768..-32000: those belong to JSON-RPC and to MCP.
import type { RpcError } from './message.ts';

// JSON-RPC 2.0 §5.1.
export const PARSE_ERROR = -32700;
export const INVALID_REQUEST = -32600;
export const METHOD_NOT_FOUND = -32601;
export const INVALID_PARAMS = -32602;
export const INTERNAL_ERROR = -32603;

// MCP up to 2025-11-25.
/** Streamable HTTP of the reference implementations: method or media type not accepted. */
export const HTTP_NOT_ACCEPTED = -32000;
/** Unknown or ended session, answered with HTTP 404. */
export const SESSION_NOT_FOUND = -32001;
/** 2025-11-25 server/resources; 2026-07-28 says INVALID_PARAMS with `data.uri` instead. */
export const RESOURCE_NOT_FOUND = -32002;
/** 2025-11-25 client/elicitation; 2026-07-28 says `input_required` instead. */
export const URL_ELICITATION_REQUIRED = -32042;

// MCP 2026-07-28, basic: about one hop only, never relayed from a server.
export const HEADER_MISMATCH = -32020;
export const MISSING_CLIENT_CAPABILITY = -32021;
export const UNSUPPORTED_PROTOCOL_VERSION = -32022;

// Our own.
/** Refused by policy, scope, limit or authentication. */
export const DENIED = 4030;
/** A freeze is in force. */
export const FROZEN = 4031;
/** The server behind the gateway could not be reached, broke off or answered garbage. */
export const UNAVAILABLE = 5030;
/** The audit log cannot be written, so nothing may happen. */
export const LOG_UNAVAILABLE = 5031;

/** A message that is refused before it becomes a call: what to answer over HTTP. Success values of the codecs have no `error` member. */
export interface WireFailure {
  /** HTTP status. */
  status: number;
  error: RpcError;
}

export function wireFailure(status: number, code: number, message: string, data?: RpcError['data']): WireFailure {
  return { status, error: data === undefined ? { code, message } : { code, message, data } };
}
