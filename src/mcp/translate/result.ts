// Results across eras. Edits only the members the other era does not know; every other byte survives.
// Source: 2026-07-28 changelog; matrix L→M and M→L.
import type { Payload } from '../raw-json.ts';
import type { StampOptions } from '../rev-2026-07-28/result-stamp.ts';

/** A legacy server's result for a modern client: resultType, cache hints, serverInfo added; list results lose what modern clients must not see. */
export function toModernResult(_method: string, _result: Payload, _options: StampOptions): Payload {
  throw new Error('not written yet');
}

/** A modern server's complete result for a legacy client: resultType, ttlMs, cacheScope and `_meta…/serverInfo` removed. */
export function toLegacyResult(_method: string, _result: Payload): Payload {
  throw new Error('not written yet');
}
