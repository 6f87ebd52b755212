// What there is to say about a token: does it work, does it end soon, does anybody use it. Pure; for people, never for a decision.
import type { OrganizationSpec, StoredObject } from '../object/kinds.ts';
import { expiryOf } from './principal-index.ts';

export interface TokenReport {
  state: 'valid' | 'expired' | 'revoked';
  /** Milliseconds since the epoch; undefined when it does not end. As it says, or as the organization allows at most. */
  expiresMs: number | undefined;
  lastUsedMs: number | undefined;
  /** Valid, and ends within the time. */
  expiring: boolean;
  /** Valid, and neither made nor used within the time. */
  unused: boolean;
}

export interface TokenReportOptions {
  nowMs: number;
  organization: OrganizationSpec | undefined;
  lastUsedMs(token: string): number | undefined;
  /** Instead of what the organization says, milliseconds. */
  expiringWithinMs?: number | undefined;
  unusedForMs?: number | undefined;
}

const DAY_MS = 86_400_000;
/** Where the organization says nothing. */
export const EXPIRING_WITHIN_MS = 7 * DAY_MS;
export const UNUSED_FOR_MS = 30 * DAY_MS;

export function reportToken({ metadata, spec }: StoredObject<'token'>, options: TokenReportOptions): TokenReport {
  const { nowMs, organization } = options;
  const ends = expiryOf(spec, organization);
  const state = spec.revokedAt !== undefined ? 'revoked' : nowMs >= ends ? 'expired' : 'valid';
  const createdMs = Date.parse(spec.createdAt);
  const used = options.lastUsedMs(metadata.name);
  // A use before it was made is that of an older token of the same name.
  const lastUsedMs = used === undefined || used < createdMs ? undefined : used;
  const expiringWithinMs = options.expiringWithinMs ?? organization?.tokens?.expiringWithinMs ?? EXPIRING_WITHIN_MS;
  const unusedForMs = options.unusedForMs ?? organization?.tokens?.unusedForMs ?? UNUSED_FOR_MS;
  return {
    state,
    expiresMs: Number.isFinite(ends) ? ends : undefined,
    lastUsedMs,
    expiring: state === 'valid' && ends - nowMs <= expiringWithinMs,
    unused: state === 'valid' && nowMs - (lastUsedMs ?? createdMs) >= unusedForMs,
  };
}
