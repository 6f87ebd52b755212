// Results across eras. Edits only the members the other era does not know; every other byte survives.
// Source: 2026-07-28 changelog; matrix L→M and M→L.
import { isObject } from '../../lib/json.ts';
import { edit, type Payload } from '../raw-json.ts';
import { META_SERVER_INFO } from '../rev-2026-07-28/envelope.ts';
import { type StampOptions, stampResult } from '../rev-2026-07-28/result-stamp.ts';
import { toLegacyToolList, toModernToolList } from './tool-list.ts';

/** A legacy server's result for a modern client: resultType, cache hints, serverInfo added; list results lose what modern clients must not see. */
export function toModernResult(method: string, result: Payload, options: StampOptions): Payload {
  return stampResult(method, method === 'tools/list' ? toModernToolList(result) : result, options);
}

/** A modern server's complete result for a legacy client: resultType, ttlMs, cacheScope and `_meta…/serverInfo` removed. */
export function toLegacyResult(method: string, result: Payload): Payload {
  let legacy = method === 'tools/list' ? toLegacyToolList(result) : result;
  for (const member of ['resultType', 'ttlMs', 'cacheScope']) if (Object.hasOwn(legacy.value, member)) legacy = edit(legacy, [member], undefined);
  const meta = legacy.value['_meta'];
  if (!isObject(meta) || meta[META_SERVER_INFO] === undefined) return legacy;
  return Object.keys(meta).length === 1 ? edit(legacy, ['_meta'], undefined) : edit(legacy, ['_meta', META_SERVER_INFO], undefined);
}
