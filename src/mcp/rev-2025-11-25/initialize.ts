// The handshake of the session era: reading initialize and writing its answer (2025-11-25 basic/lifecycle).
// Values only; opening sessions is the server's part.
import type { JsonObject } from '../../lib/json.ts';
import type { WireFailure } from '../error-code.ts';
import type { LegacyVersion } from './version.ts';

export interface Handshake {
  /** What the client asked for. */
  requested: string;
  /** What we answer. */
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
}

/** Reads the params of initialize; malformed params are INVALID_PARAMS on HTTP 200. */
export function readInitialize(_params: JsonObject | undefined): Handshake | WireFailure {
  throw new Error('not written yet');
}

/** Params of an initialize request the gateway sends to a legacy server. */
export function initializeParams(_client: {
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject;
}): JsonObject {
  throw new Error('not written yet');
}
