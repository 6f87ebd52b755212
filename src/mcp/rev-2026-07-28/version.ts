// The stateless revisions the gateway serves, and the answer to any other. `supported` must equal what server/discover lists.
// Source: 2026-07-28 basic/versioning.
import { UNSUPPORTED_PROTOCOL_VERSION, type WireFailure, wireFailure } from '../error-code.ts';

export const MODERN_VERSIONS = ['2026-07-28'] as const;
export type ModernVersion = (typeof MODERN_VERSIONS)[number];
export const LATEST_MODERN_VERSION: ModernVersion = '2026-07-28';

/** Methods of earlier revisions that 2026-07-28 removed: -32601 with HTTP 404. */
export const REMOVED_METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
  'tasks/list',
  'tasks/result',
  'notifications/initialized',
  'notifications/roots/list_changed',
]);

export function isModernVersion(version: unknown): version is ModernVersion {
  return (MODERN_VERSIONS as readonly unknown[]).includes(version);
}

/** True for any revision of the stateless era, whether we serve it or not: dated 2026-07-28 or later. */
export function namesModernEra(version: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= '2026-07-28';
}

export function unsupportedVersion(requested: string): WireFailure {
  return wireFailure(400, UNSUPPORTED_PROTOCOL_VERSION, `Unsupported protocol version; supported: ${MODERN_VERSIONS.join(', ')}.`, {
    supported: [...MODERN_VERSIONS],
    requested,
  });
}
