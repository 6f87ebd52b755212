// Differences of policies that only watch, summed up over the log and what this process still counts. Reads only; bounded.
import type { ShadowDifference } from '../audit/entry.ts';
import { isObject, type Json } from '../lib/json.ts';
import type { AdminContext } from './context.ts';

/** Entries looked at, newest first, and rows kept. */
export const MAX_SHADOW_SCAN = 1_000_000;
const MAX_SHADOW_ROWS = 1_000;

export async function shadowRows(
  context: AdminContext,
  fromMs: number,
): Promise<{ pending: number; beyond: number; rows: ShadowDifference[] }> {
  const rows = new Map<string, ShadowDifference>();
  let beyond = 0;
  const add = (one: ShadowDifference): void => {
    const { call: _call, count, ...alike } = one;
    const key = JSON.stringify(Object.entries(alike).sort());
    const known = rows.get(key);
    if (known) known.count += count;
    else if (rows.size < MAX_SHADOW_ROWS) rows.set(key, { ...one });
    else beyond += count;
  };
  const pending = context.shadowPending();
  pending.differences.forEach(add);
  beyond += pending.beyond;
  for await (const { content } of context.logStore.read({ org: context.org, reverse: true, limit: MAX_SHADOW_SCAN })) {
    const timeMs = Date.parse(/"time":"([^"]{24})"/.exec(content)?.[1] ?? '');
    if (timeMs < fromMs) break;
    if (!content.includes('"event":"shadow"')) continue;
    const read = JSON.parse(content) as Json;
    if (!isObject(read) || read.event !== 'shadow' || !Array.isArray(read.differences)) continue;
    if (typeof read.beyond === 'number') beyond += read.beyond;
    for (const one of read.differences) if (isObject(one)) add(one as unknown as ShadowDifference);
  }
  const sum = pending.differences.reduce((total, { count }) => total + count, pending.beyond);
  return { pending: sum, beyond, rows: [...rows.values()].sort((a, b) => b.count - a.count) };
}
