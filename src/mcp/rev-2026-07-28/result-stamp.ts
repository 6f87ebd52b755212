// What every result of 2026-07-28 carries besides its content: resultType, cache hints, the server's identity (basic/index, server/utilities/caching).
// Sets only what is missing, except the cache scope when told to narrow it. Never touches other bytes.
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

/** Absent (or no string) means complete. */
export function resultTypeOf(result: JsonObject): ResultType {
  return typeof result['resultType'] === 'string' ? result['resultType'] : 'complete';
}

/** A result as 2026-07-28 requires it. Only complete results get cache hints. */
export function stampResult(method: string, result: Payload, options: StampOptions): Payload {
  let stamped = typeof result.value['resultType'] === 'string' ? result : edit(result, ['resultType'], 'complete');
  if (CACHEABLE_METHODS.has(method) && resultTypeOf(result.value) === 'complete') stamped = stampCacheHints(stamped, options);
  const meta = stamped.value['_meta'];
  const namesServer = isObject(meta) && Object.hasOwn(meta, META_SERVER_INFO);
  return options.serverInfo === undefined || namesServer ? stamped : edit(stamped, ['_meta', META_SERVER_INFO], options.serverInfo);
}

function stampCacheHints(result: Payload, options: StampOptions): Payload {
  const { ttlMs, cacheScope } = result.value;
  const hasTtl = typeof ttlMs === 'number' && Number.isInteger(ttlMs) && ttlMs >= 0;
  const stamped = hasTtl ? result : edit(result, ['ttlMs'], options.ttlMs ?? 0);
  if (cacheScope === 'private' || (cacheScope === 'public' && options.forcePrivate !== true)) return stamped;
  const scope = options.forcePrivate === true ? 'private' : (options.cacheScope ?? 'private');
  return edit(stamped, ['cacheScope'], scope);
}
