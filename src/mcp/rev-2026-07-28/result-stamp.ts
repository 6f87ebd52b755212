// What every result of 2026-07-28 carries besides its content: resultType, cache hints, the server's identity (basic/index, server/utilities/caching).
// Sets only what is missing, except the cache hints when told to narrow them. Never touches other bytes.
import type { JsonObject } from '../../lib/json.ts';
import type { Payload } from '../raw-json.ts';

export interface StampOptions {
  /** For `_meta…/serverInfo` when the result has none; undefined adds none. */
  serverInfo?: JsonObject | undefined;
  /** Cache hints for cacheable methods when the result has none (milliseconds; default 0 and private). */
  ttlMs?: number;
  cacheScope?: 'private' | 'public';
  /** Always overwrite an existing `cacheScope: public` with private (filtered lists, per-user policy). */
  forcePrivate?: boolean;
}

export type ResultType = 'complete' | 'input_required' | 'task' | (string & {});

/** Absent means complete. */
export function resultTypeOf(_result: JsonObject): ResultType {
  throw new Error('not written yet');
}

/** A result as 2026-07-28 requires it. input_required results get no cache hints. */
export function stampResult(_method: string, _result: Payload, _options: StampOptions): Payload {
  throw new Error('not written yet');
}
