// HTTP status of a JSON-RPC error answer, per era (2026-07-28 basic/transports/streamable-http; 2025-11-25 basic/transports).
// Keyed by code only for errors the protocol ties to a status; everything else rides on 200.
import { HEADER_MISMATCH, METHOD_NOT_FOUND, MISSING_CLIENT_CAPABILITY, UNSUPPORTED_PROTOCOL_VERSION } from '../error-code.ts';
import type { RpcError } from '../message.ts';

const MODERN_STATUS: ReadonlyMap<number, number> = new Map([
  [METHOD_NOT_FOUND, 404],
  [HEADER_MISMATCH, 400],
  [MISSING_CLIENT_CAPABILITY, 400],
  [UNSUPPORTED_PROTOCOL_VERSION, 400],
]);

/** For errors of a dispatched request. Failures found before dispatch carry their own status (WireFailure). */
export function httpStatusOf(error: RpcError, era: 'legacy' | 'modern'): number {
  return era === 'modern' ? (MODERN_STATUS.get(error.code) ?? 200) : 200;
}
