// server/discover ↔ initialize: one era's introduction told in the other's words. Values only.
// Source: 2025-11-25 basic/lifecycle; 2026-07-28 server/discover.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { serverCapabilitiesAt } from '../rev-2025-11-25/capability.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';
import { META_SERVER_INFO } from '../rev-2026-07-28/envelope.ts';
import { MODERN_VERSIONS } from '../rev-2026-07-28/version.ts';
import { toLegacyServerCapabilities, toModernServerCapabilities } from './capability.ts';

/** DiscoverResult for a modern client from a legacy server's InitializeResult: modern versions only, no tasks, ttl 0 and private unless given. */
export function discoverFromInitialize(
  initialize: JsonObject,
  options: { ttlMs?: number; cacheScope?: 'private' | 'public' } = {},
): JsonObject {
  const { capabilities, serverInfo, instructions } = initialize;
  const discover: JsonObject = {
    resultType: 'complete',
    supportedVersions: [...MODERN_VERSIONS],
    capabilities: toModernServerCapabilities(isObject(capabilities) ? capabilities : {}),
    ttlMs: options.ttlMs ?? 0,
    cacheScope: options.cacheScope ?? 'private',
  };
  if (typeof instructions === 'string') discover['instructions'] = instructions;
  if (isObject(serverInfo)) discover['_meta'] = { [META_SERVER_INFO]: serverInfo };
  return discover;
}

/** InitializeResult for a legacy client from a modern server's DiscoverResult; `fallbackInfo` when the server did not say who it is. */
export function initializeFromDiscover(
  discover: JsonObject,
  clientVersion: LegacyVersion,
  fallbackInfo: { name: string; version: string },
): JsonObject {
  const { capabilities, instructions, _meta: meta, serverInfo } = discover;
  const stamped = isObject(meta) && isObject(meta[META_SERVER_INFO]) ? meta[META_SERVER_INFO] : undefined;
  const initialize: JsonObject = {
    protocolVersion: clientVersion,
    capabilities: toLegacyServerCapabilities(isObject(capabilities) ? capabilities : {}, clientVersion),
    serverInfo: stamped ?? (isObject(serverInfo) ? serverInfo : { ...fallbackInfo }),
  };
  if (typeof instructions === 'string') initialize['instructions'] = instructions;
  return initialize;
}

/** A modern server's DiscoverResult as the gateway passes it on: supportedVersions capped to MODERN_VERSIONS. */
export function capDiscover(discover: JsonObject): JsonObject {
  const { supportedVersions } = discover;
  const served = MODERN_VERSIONS.filter((version) => !Array.isArray(supportedVersions) || supportedVersions.includes(version));
  return { ...discover, supportedVersions: served.length > 0 ? served : [...MODERN_VERSIONS] };
}

/** A legacy server's InitializeResult for a legacy client: the client's negotiated version, capabilities reduced to it. */
export function initializeForClient(initialize: JsonObject, clientVersion: LegacyVersion): JsonObject {
  const { capabilities } = initialize;
  return { ...initialize, protocolVersion: clientVersion, capabilities: serverCapabilitiesAt(isObject(capabilities) ? capabilities : {}, clientVersion) };
}
