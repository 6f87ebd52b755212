// server/discover ↔ initialize: one era's introduction told in the other's words. Values only.
// Source: 2025-11-25 basic/lifecycle; 2026-07-28 server/discover.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { serverCapabilitiesAt, without } from '../rev-2025-11-25/capability.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';
import { META_SERVER_INFO } from '../rev-2026-07-28/envelope.ts';
import { isModernVersion, MODERN_VERSIONS } from '../rev-2026-07-28/version.ts';
import { toLegacyServerCapabilities, toModernServerCapabilities } from './capability.ts';

/** DiscoverResult for a modern client from a legacy server's InitializeResult: modern versions only, no tasks, ttl 0 and private unless given. */
export function discoverFromInitialize(
  initialize: JsonObject,
  options: { ttlMs?: number; cacheScope?: 'private' | 'public' } = {},
): JsonObject {
  const { capabilities, instructions, serverInfo, _meta } = initialize;
  const meta: JsonObject = isObject(_meta) ? { ..._meta } : {};
  if (isImplementation(serverInfo)) meta[META_SERVER_INFO] = serverInfo;
  return {
    resultType: 'complete',
    supportedVersions: [...MODERN_VERSIONS],
    capabilities: toModernServerCapabilities(isObject(capabilities) ? capabilities : {}),
    ...(typeof instructions === 'string' ? { instructions } : {}),
    ttlMs: options.ttlMs ?? 0,
    cacheScope: options.cacheScope ?? 'private',
    ...(Object.keys(meta).length > 0 ? { _meta: meta } : {}),
  };
}

/** InitializeResult for a legacy client from a modern server's DiscoverResult; `fallbackInfo` when the server did not say who it is. */
export function initializeFromDiscover(
  discover: JsonObject,
  clientVersion: LegacyVersion,
  fallbackInfo: { name: string; version: string },
): JsonObject {
  const { capabilities, instructions, _meta } = discover;
  const meta = isObject(_meta) ? _meta : {};
  const serverInfo = meta[META_SERVER_INFO];
  const rest = without(meta, [META_SERVER_INFO]);
  return {
    protocolVersion: clientVersion,
    capabilities: toLegacyServerCapabilities(isObject(capabilities) ? capabilities : {}, clientVersion),
    serverInfo: isImplementation(serverInfo) ? serverInfo : { name: fallbackInfo.name, version: fallbackInfo.version },
    ...(typeof instructions === 'string' ? { instructions } : {}),
    ...(Object.keys(rest).length > 0 ? { _meta: rest } : {}),
  };
}

/** A modern server's DiscoverResult as the gateway passes it on: supportedVersions capped to MODERN_VERSIONS (what -32022 says too). */
export function capDiscover(discover: JsonObject): JsonObject {
  const listed = discover['supportedVersions'];
  const supportedVersions = Array.isArray(listed) ? listed.filter(isModernVersion) : [];
  return { ...discover, supportedVersions: supportedVersions.length > 0 ? supportedVersions : [...MODERN_VERSIONS] };
}

/** A legacy server's InitializeResult for a legacy client: the client's negotiated version, capabilities reduced to it. */
export function initializeForClient(initialize: JsonObject, clientVersion: LegacyVersion): JsonObject {
  const { capabilities } = initialize;
  return {
    ...initialize,
    protocolVersion: clientVersion,
    capabilities: serverCapabilitiesAt(isObject(capabilities) ? capabilities : {}, clientVersion),
  };
}

function isImplementation(info: unknown): info is JsonObject {
  return isObject(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
}
