// Errors across eras and hops. A server's errors about its own hop (headers, version, capabilities) never reach an agent as such.
// Never relays authentication challenges. Source: 2026-07-28 basic, error codes; 2025-11-25 server/resources.
import type { JsonObject } from '../../lib/json.ts';
import type { RpcError } from '../message.ts';

export interface ErrorContext {
  method: string;
  params: JsonObject | undefined;
  /** Era of the server that made the error. */
  serverEra: 'legacy' | 'modern';
  /** Capabilities this very client declared; decides whether -32021 concerns it. */
  clientCapabilities: JsonObject;
}

/** For a modern agent. -32042 is not handled here: see inputRequiredOfUrlError. */
export function toModernError(_error: RpcError, _context: ErrorContext): RpcError {
  throw new Error('not written yet');
}

/** For a legacy agent. */
export function toLegacyError(_error: RpcError, _context: ErrorContext): RpcError {
  throw new Error('not written yet');
}
