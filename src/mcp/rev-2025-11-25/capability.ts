// Which capabilities exist at which session-era revision, and what a negotiated version may see of them.
// Reduces, never invents. Source: change logs of 2025-06-18 and 2025-11-25.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { isAtLeast, type LegacyVersion } from './version.ts';

/** Server capabilities as a client of this version may see them (tasks only since 2025-11-25). Unknown members are kept. */
export function serverCapabilitiesAt(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  if (isAtLeast(version, '2025-11-25')) return capabilities;
  const { tasks: _tasks, ...rest } = capabilities;
  return rest;
}

/** Client capabilities as a server of this version may see them (elicitation since 2025-06-18; its url mode, sampling.tools and tasks since 2025-11-25). */
export function clientCapabilitiesAt(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  if (isAtLeast(version, '2025-11-25')) return capabilities;
  const { tasks: _tasks, elicitation, sampling, ...rest } = capabilities;
  const seen: JsonObject = { ...rest };
  if (isObject(sampling)) {
    const { tools: _tools, ...plain } = sampling;
    seen['sampling'] = plain;
  }
  // Before 2025-11-25 elicitation was form mode only; a client of URL mode alone has nothing to offer then.
  const hasForm = isObject(elicitation) && (elicitation['form'] !== undefined || elicitation['url'] === undefined);
  if (hasForm && isAtLeast(version, '2025-06-18')) seen['elicitation'] = {};
  return seen;
}
