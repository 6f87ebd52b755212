// The handshake of the session era: reading initialize and writing its params (2025-11-25 basic/lifecycle).
// Values only; opening sessions is the server's part.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { INVALID_PARAMS, type WireFailure, wireFailure } from '../error-code.ts';
import { clientCapabilitiesAt } from './capability.ts';
import { type LegacyVersion, negotiateVersion } from './version.ts';

export interface Handshake {
  /** What the client asked for. */
  requested: string;
  /** What we answer. */
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
}

/** Characters of what a client says about itself (capabilities and clientInfo, as JSON): a session keeps it as long as it lives. */
export const MAX_SELF_DESCRIPTION_CHARS = 64 * 1024;

/** Reads the params of initialize; malformed params are INVALID_PARAMS on HTTP 200. */
export function readInitialize(params: JsonObject | undefined): Handshake | WireFailure {
  const { protocolVersion: requested, capabilities, clientInfo } = params ?? {};
  if (typeof requested !== 'string') return wireFailure(200, INVALID_PARAMS, 'initialize: "protocolVersion" must be a string.');
  if (capabilities !== undefined && !isObject(capabilities))
    return wireFailure(200, INVALID_PARAMS, 'initialize: "capabilities" must be an object.');
  if (clientInfo !== undefined && !isObject(clientInfo))
    return wireFailure(200, INVALID_PARAMS, 'initialize: "clientInfo" must be an object.');
  if (requested.length > MAX_VERSION_CHARS)
    return wireFailure(200, INVALID_PARAMS, 'initialize: "protocolVersion" is no version of the protocol.');
  if (JSON.stringify([capabilities, clientInfo]).length > MAX_SELF_DESCRIPTION_CHARS) {
    const message = `initialize: "capabilities" and "clientInfo" have more than ${MAX_SELF_DESCRIPTION_CHARS} characters.`;
    return wireFailure(200, INVALID_PARAMS, message);
  }
  return { requested, protocolVersion: negotiateVersion(requested), capabilities: capabilities ?? {}, clientInfo };
}

/** Params of an initialize request the gateway sends to a legacy server. */
export function initializeParams(client: { protocolVersion: LegacyVersion; capabilities: JsonObject; clientInfo: JsonObject }): JsonObject {
  return {
    protocolVersion: client.protocolVersion,
    capabilities: clientCapabilitiesAt(client.capabilities, client.protocolVersion),
    clientInfo: client.clientInfo,
  };
}

const MAX_VERSION_CHARS = 64;
