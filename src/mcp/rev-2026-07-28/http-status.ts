// HTTP status of a JSON-RPC error answer, per era (2026-07-28 basic/transports/streamable-http; 2025-11-25 basic/transports).
// Keyed by code only for errors the protocol ties to a status; everything else rides on 200.
import {
  HEADER_MISMATCH,
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  MISSING_CLIENT_CAPABILITY,
  PARSE_ERROR,
  UNSUPPORTED_PROTOCOL_VERSION,
} from '../error-code.ts';
import type { RpcError } from '../message.ts';

const BAD_REQUEST: ReadonlySet<number> = new Set([HEADER_MISMATCH, MISSING_CLIENT_CAPABILITY, UNSUPPORTED_PROTOCOL_VERSION, PARSE_ERROR, INVALID_REQUEST]);

/** For errors of a dispatched request. Failures found before dispatch carry their own status (WireFailure). */
export function httpStatusOf(error: RpcError, era: 'legacy' | 'modern'): number {
  if (era === 'legacy') return 200;
  if (error.code === METHOD_NOT_FOUND) return 404;
  return BAD_REQUEST.has(error.code) ? 400 : 200;
}
