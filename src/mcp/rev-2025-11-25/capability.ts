// Which capabilities exist at which session-era revision, and what a negotiated version may see of them.
// Reduces, never invents. Source: change logs of 2025-06-18 and 2025-11-25.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { isAtLeast, type LegacyVersion } from './version.ts';

/** Server capabilities as a client of this version may see them (tasks only since 2025-11-25). Unknown members are kept. */
export function serverCapabilitiesAt(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  return isAtLeast(version, '2025-11-25') ? capabilities : without(capabilities, ['tasks']);
}

/** Client capabilities as a server of this version may see them (elicitation since 2025-06-18; its url mode, sampling.tools and tasks since 2025-11-25). */
export function clientCapabilitiesAt(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  if (isAtLeast(version, '2025-11-25')) return capabilities;
  const reduced = without(capabilities, ['tasks']);
  const { elicitation, sampling } = reduced;
  if (isObject(sampling)) reduced['sampling'] = without(sampling, ['tools', 'context']);
  if (!isObject(elicitation)) return reduced;
  const canForm = Object.keys(elicitation).length === 0 || elicitation['form'] !== undefined;
  if (!isAtLeast(version, '2025-06-18') || !canForm) return without(reduced, ['elicitation']);
  return { ...reduced, elicitation: without(elicitation, ['url', 'form']) };
}

/** A copy without these members. */
export function without(object: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !members.includes(key)));
}
