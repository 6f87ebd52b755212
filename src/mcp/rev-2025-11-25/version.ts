// The session-era revisions the gateway speaks and how one is agreed on (2025-11-25 basic/lifecycle, basic/transports).
// Knows no session; pure look-ups.
import { INVALID_REQUEST, type WireFailure, wireFailure } from '../error-code.ts';
import { trimOws } from '../headers.ts';

/** Newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;
export type LegacyVersion = (typeof LEGACY_VERSIONS)[number];
export const LATEST_LEGACY_VERSION: LegacyVersion = '2025-11-25';
/** What a request without an MCP-Protocol-Version header speaks. */
export const ASSUMED_VERSION: LegacyVersion = '2025-03-26';

export function isLegacyVersion(version: unknown): version is LegacyVersion {
  return (LEGACY_VERSIONS as readonly unknown[]).includes(version);
}

/** The answer to a requested version: the same when known, else our newest. */
export function negotiateVersion(requested: unknown): LegacyVersion {
  return isLegacyVersion(requested) ? requested : LATEST_LEGACY_VERSION;
}

/** True when `version` is `since` or a later session-era revision. */
export function isAtLeast(version: LegacyVersion, since: LegacyVersion): boolean {
  return version >= since;
}

/** Batches are legal in 2025-03-26 only. */
export function acceptsBatch(version: LegacyVersion): boolean {
  return version === '2025-03-26';
}

/**
 * Version of a request after the handshake. Header absent: the version negotiated in the session, else 2025-03-26. Header unsupported: 400.
 * A supported version that is not the negotiated one is tolerated (the session's counts): clients are known to send a constant.
 */
export function checkVersionHeader(
  header: string | undefined,
  negotiated: LegacyVersion | undefined,
): { version: LegacyVersion } | WireFailure {
  if (header === undefined) return { version: negotiated ?? ASSUMED_VERSION };
  const value = trimOws(header);
  if (isLegacyVersion(value)) return { version: negotiated ?? value };
  return wireFailure(
    400,
    INVALID_REQUEST,
    `Unsupported protocol version ${JSON.stringify(value.slice(0, 64))}; supported: ${LEGACY_VERSIONS.join(', ')}.`,
  );
}
