// server/discover ↔ initialize: one era's introduction told in the other's words. Values only.
// Source: 2025-11-25 basic/lifecycle; 2026-07-28 server/discover.
import type { JsonObject } from '../../lib/json.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';

/** DiscoverResult for a modern client from a legacy server's InitializeResult: modern versions only, no tasks, ttl 0 and private unless given. */
export function discoverFromInitialize(
  _initialize: JsonObject,
  _options: { ttlMs?: number; cacheScope?: 'private' | 'public' } = {},
): JsonObject {
  throw new Error('not written yet');
}

/** InitializeResult for a legacy client from a modern server's DiscoverResult; `fallbackInfo` when the server did not say who it is. */
export function initializeFromDiscover(
  _discover: JsonObject,
  _clientVersion: LegacyVersion,
  _fallbackInfo: { name: string; version: string },
): JsonObject {
  throw new Error('not written yet');
}

/** A modern server's DiscoverResult as the gateway passes it on: supportedVersions capped to MODERN_VERSIONS. */
export function capDiscover(_discover: JsonObject): JsonObject {
  throw new Error('not written yet');
}

/** A legacy server's InitializeResult for a legacy client: the client's negotiated version, capabilities reduced to it. */
export function initializeForClient(_initialize: JsonObject, _clientVersion: LegacyVersion): JsonObject {
  throw new Error('not written yet');
}
