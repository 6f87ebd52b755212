// Capabilities across eras: what each side may be told about the other. Reduces and renames; invents only what the gateway itself does
// (`logging` towards a legacy client of a modern server). Tasks never cross eras.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { clientCapabilitiesAt, serverCapabilitiesAt, without } from '../rev-2025-11-25/capability.ts';
import type { LegacyVersion } from '../rev-2025-11-25/version.ts';
import { TASKS_EXTENSION } from '../rev-2026-07-28/envelope.ts';

/** A legacy server's capabilities for a modern client: without tasks, of either kind. */
export function toModernServerCapabilities(capabilities: JsonObject): JsonObject {
  return withoutTasksExtension(without(capabilities, ['tasks']));
}

/** A modern server's capabilities for a legacy client of this version: without tasks and extensions; with `logging`, which the gateway serves by stamping a level. */
export function toLegacyServerCapabilities(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  const reduced = serverCapabilitiesAt(without(capabilities, ['extensions', 'tasks']), version);
  return isObject(reduced['logging']) ? reduced : { ...reduced, logging: {} };
}

/** A legacy client's capabilities for a modern server: without tasks and roots.listChanged; other extensions are kept. */
export function toModernClientCapabilities(capabilities: JsonObject): JsonObject {
  const reduced = withoutTasksExtension(without(capabilities, ['tasks']));
  const { roots } = reduced;
  return isObject(roots) ? { ...reduced, roots: without(roots, ['listChanged']) } : reduced;
}

/** A modern client's capabilities for a legacy server of this version: without tasks and extensions; roots never announce changes. */
export function toLegacyClientCapabilities(capabilities: JsonObject, version: LegacyVersion): JsonObject {
  const reduced = clientCapabilitiesAt(without(capabilities, ['extensions', 'tasks']), version);
  const { roots } = reduced;
  return isObject(roots) ? { ...reduced, roots: without(roots, ['listChanged']) } : reduced;
}

function withoutTasksExtension(capabilities: JsonObject): JsonObject {
  const { extensions } = capabilities;
  return isObject(extensions) && Object.hasOwn(extensions, TASKS_EXTENSION)
    ? { ...capabilities, extensions: without(extensions, [TASKS_EXTENSION]) }
    : capabilities;
}
