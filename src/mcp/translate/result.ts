// Results across eras. Edits only the members the other era does not know; every other byte survives.
// Source: 2026-07-28 changelog, server/utilities/caching.
import { isObject } from '../../lib/json.ts';
import { edit, type Payload, payload } from '../raw-json.ts';
import { META_SERVER_INFO, META_SUBSCRIPTION_ID } from '../rev-2026-07-28/envelope.ts';
import { type StampOptions, stampResult } from '../rev-2026-07-28/result-stamp.ts';
import { toLegacyToolList, toModernToolList } from './tool-list.ts';

/** A legacy server's result for a modern client: resultType, cache hints, serverInfo added; list results lose what modern clients must not see. */
export function toModernResult(method: string, result: Payload, options: StampOptions): Payload {
  // A legacy result may use these names for anything; in 2026-07-28 they would change what the result is.
  let translated = result;
  for (const member of ['resultType', 'ttlMs', 'cacheScope']) translated = edit(translated, [member], undefined);
  if (method === 'tools/list') translated = toModernToolList(translated);
  return stampResult(method, translated, options);
}

/** A modern server's complete result for a legacy client: resultType, ttlMs, cacheScope and `_meta…/serverInfo` removed. */
export function toLegacyResult(method: string, result: Payload): Payload {
  let translated = result;
  for (const member of ['resultType', 'ttlMs', 'cacheScope']) translated = edit(translated, [member], undefined);
  for (const member of [META_SERVER_INFO, META_SUBSCRIPTION_ID]) translated = edit(translated, ['_meta', member], undefined);
  const meta = translated.value['_meta'];
  if (translated !== result && isObject(meta) && Object.keys(meta).length === 0) translated = edit(translated, ['_meta'], undefined);
  if (method === 'tools/list') return toLegacyToolList(translated);
  return method === 'tools/call' ? withObjectStructure(translated) : translated;
}

/** structuredContent may be any JSON value in 2026-07-28 but only an object in 2025-11-25: any other is dropped; its text block remains. */
function withObjectStructure(result: Payload): Payload {
  const { structuredContent, content } = result.value;
  if (structuredContent === undefined || isObject(structuredContent)) return result;
  const dropped = edit(result, ['structuredContent'], undefined);
  if (Array.isArray(content) && content.length > 0) return dropped;
  return edit(dropped, ['content'], [{ type: 'text', text: payload({ value: structuredContent }).text.slice('{"value":'.length, -1) }]);
}
