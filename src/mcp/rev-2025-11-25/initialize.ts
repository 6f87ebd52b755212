// The handshake of the session era: reading initialize and writing its answer (2025-11-25 basic/lifecycle).
// Values only; opening sessions is the server's part.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { INVALID_PARAMS, type WireFailure, wireFailure } from '../error-code.ts';
import { type LegacyVersion, negotiateVersion } from './version.ts';

export interface Handshake {
  /** What the client asked for. */
  requested: string;
  /** What we answer. */
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
}

/** Reads the params of initialize; malformed params are INVALID_PARAMS on HTTP 200. */
export function readInitialize(params: JsonObject | undefined): Handshake | WireFailure {
  const requested = params?.['protocolVersion'];
  const capabilities = params?.['capabilities'] ?? {};
  const clientInfo = params?.['clientInfo'];
  if (typeof requested !== 'string') return wireFailure(200, INVALID_PARAMS, 'Invalid params: "protocolVersion" must be a string.');
  if (!isObject(capabilities)) return wireFailure(200, INVALID_PARAMS, 'Invalid params: "capabilities" must be an object.');
  if (clientInfo !== undefined && !isObject(clientInfo)) return wireFailure(200, INVALID_PARAMS, 'Invalid params: "clientInfo" must be an object.');
  return { requested, protocolVersion: negotiateVersion(requested), capabilities, clientInfo };
}

/** Params of an initialize request the gateway sends to a legacy server. */
export function initializeParams(client: {
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject;
}): JsonObject {
  const { protocolVersion, capabilities, clientInfo } = client;
  return { protocolVersion, capabilities, clientInfo };
}
