// What every result of 2026-07-28 carries besides its content: resultType, cache hints, the server's identity (basic/index, server/utilities/caching).
// Sets only what is missing, except the cache hints when told to narrow them. Never touches other bytes.
import { isObject, type JsonObject } from '../../lib/json.ts';
import { CACHEABLE_METHODS } from '../method-kind.ts';
import { edit, type Payload } from '../raw-json.ts';
import { META_SERVER_INFO } from './envelope.ts';

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
export function resultTypeOf(result: JsonObject): ResultType {
  const type = result['resultType'];
  return typeof type === 'string' ? type : 'complete';
}

/** A result as 2026-07-28 requires it. input_required results get no cache hints. */
export function stampResult(method: string, result: Payload, options: StampOptions): Payload {
  let stamped = result;
  if (stamped.value['resultType'] === undefined) stamped = edit(stamped, ['resultType'], 'complete');
  if (CACHEABLE_METHODS.has(method) && resultTypeOf(stamped.value) === 'complete') {
    if (stamped.value['ttlMs'] === undefined) stamped = edit(stamped, ['ttlMs'], options.ttlMs ?? 0);
    const scope = stamped.value['cacheScope'];
    if (scope === undefined) stamped = edit(stamped, ['cacheScope'], options.cacheScope ?? 'private');
    else if (scope !== 'private' && options.forcePrivate) stamped = edit(stamped, ['cacheScope'], 'private');
  }
  if (options.serverInfo === undefined) return stamped;
  const meta = stamped.value['_meta'];
  return isObject(meta) && meta[META_SERVER_INFO] !== undefined ? stamped : edit(stamped, ['_meta', META_SERVER_INFO], options.serverInfo);
}
