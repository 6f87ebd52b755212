// Which capabilities exist at which session-era revision, and what a negotiated version may see of them.
// Reduces, never invents. Source: change logs of 2025-06-18 and 2025-11-25.
import type { JsonObject } from '../../lib/json.ts';
import type { LegacyVersion } from './version.ts';

/** Server capabilities as a client of this version may see them (tasks only since 2025-11-25). Unknown members are kept. */
export function serverCapabilitiesAt(_capabilities: JsonObject, _version: LegacyVersion): JsonObject {
  throw new Error('not written yet');
}

/** Client capabilities as a server of this version may see them (elicitation since 2025-06-18; its url mode, sampling.tools and tasks since 2025-11-25). */
export function clientCapabilitiesAt(_capabilities: JsonObject, _version: LegacyVersion): JsonObject {
  throw new Error('not written yet');
}
