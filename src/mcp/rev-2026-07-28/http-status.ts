// HTTP status of a JSON-RPC error answer, per era (2026-07-28 basic/transports/streamable-http; 2025-11-25 basic/transports).
// Keyed by code only for errors the protocol ties to a status; everything else rides on 200.
import type { RpcError } from '../message.ts';

/** For errors of a dispatched request. Failures found before dispatch carry their own status (WireFailure). */
export function httpStatusOf(_error: RpcError, _era: 'legacy' | 'modern'): number {
  throw new Error('not written yet');
}
