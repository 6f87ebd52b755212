// Capabilities across eras: what each side may be told about the other. Reduces and renames; invents only what the gateway itself does
// (`logging` towards a legacy client of a modern server). Tasks never cross eras.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { clientCapabilitiesAt, serverCapabilitiesAt } from '../rev-2025-11-25/capability.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';

/** A legacy server's capabilities for a modern client: without tasks. */
export function toModernServerCapabilities(capabilities: JsonObject): JsonObject {
  const { tasks: _tasks, ...rest } = capabilities;
  return rest;
}

/** A modern server's capabilities for a legacy client of this version: without extensions; with `logging` when the server logs. */
export function toLegacyServerCapabilities(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  const { extensions: _extensions, tasks: _tasks, ...rest } = capabilities;
  return serverCapabilitiesAt({ ...rest, logging: isObject(rest['logging']) ? rest['logging'] : {} }, version);
}

/** A legacy client's capabilities for a modern server: without tasks and roots.listChanged; no extensions. */
export function toModernClientCapabilities(capabilities: JsonObject): JsonObject {
  const { tasks: _tasks, extensions: _extensions, roots, ...rest } = capabilities;
  if (!isObject(roots)) return rest;
  const { listChanged: _listChanged, ...plain } = roots;
  return { ...rest, roots: plain };
}

/** A modern client's capabilities for a legacy server of this version: without extensions. */
export function toLegacyClientCapabilities(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  const { extensions: _extensions, tasks: _tasks, ...rest } = capabilities;
  return clientCapabilitiesAt(rest, version);
}
