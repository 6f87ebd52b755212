// Capabilities across eras: what each side may be told about the other. Reduces and renames; invents only what the gateway itself does
// (`logging` towards a legacy client of a modern server). Tasks never cross eras.
import type { JsonObject } from '../../lib/json.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';

/** A legacy server's capabilities for a modern client: without tasks. */
export function toModernServerCapabilities(_capabilities: JsonObject): JsonObject {
  throw new Error('not written yet');
}

/** A modern server's capabilities for a legacy client of this version: without extensions; with `logging` when the server logs. */
export function toLegacyServerCapabilities(_capabilities: JsonObject, _version: LegacyVersion): JsonObject {
  throw new Error('not written yet');
}

/** A legacy client's capabilities for a modern server: without tasks and roots.listChanged; no extensions. */
export function toModernClientCapabilities(_capabilities: JsonObject): JsonObject {
  throw new Error('not written yet');
}

/** A modern client's capabilities for a legacy server of this version: without extensions. */
export function toLegacyClientCapabilities(_capabilities: JsonObject, _version: LegacyVersion): JsonObject {
  throw new Error('not written yet');
}
