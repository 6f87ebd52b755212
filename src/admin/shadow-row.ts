// Differences of policies that only watch, summed up over the log and what this process still counts. Reads only; bounded; tells how far it has come.
import type { ShadowDifference } from '../audit/entry.ts';
import { isObject, type Json } from '../lib/json.ts';
import type { AdminContext } from './context.ts';
import type { ShadowStep } from './contract.ts';

/** Entries looked at, newest first, and rows kept. */
export const MAX_SHADOW_SCAN = 1_000_000;
const MAX_SHADOW_ROWS = 1_000;
/** Entries between two reports of progress. */
export const SHADOW_PROGRESS_EVERY = 10_000;

export async function* shadowSteps(
  context: AdminContext,
  policies: readonly string[],
  fromMs: number,
): AsyncGenerator<ShadowStep, void, undefined> {
  const sum = new ShadowSum();
  const pending = context.shadowPending();
  sum.add(pending.differences, pending.beyond);
  const { calls } = sum;
  let entries = 0;
  for await (const { seq, content } of context.logStore.read({ org: context.org, reverse: true, limit: MAX_SHADOW_SCAN })) {
    const timeMs = Date.parse(/"time":"([^"]{24})"/.exec(content)?.[1] ?? '');
    if (timeMs < fromMs) break;
    if (++entries % SHADOW_PROGRESS_EVERY === 0) yield { type: 'progress', seq, entries, calls: sum.calls };
    if (!content.includes('"event":"shadow"')) continue;
    const read = JSON.parse(content) as Json;
    if (!isObject(read) || read.event !== 'shadow' || !Array.isArray(read.differences)) continue;
    const differences = read.differences.filter(isObject) as unknown as ShadowDifference[];
    sum.add(differences, typeof read.beyond === 'number' ? read.beyond : 0);
  }
  yield { type: 'summary', policies: [...policies], pending: calls, beyond: sum.beyond, rows: sum.rows() };
}

class ShadowSum {
  /** Calls that came out differently, and those of them that are in no row. */
  calls = 0;
  beyond = 0;
  readonly #rows = new Map<string, ShadowDifference>();

  add(differences: readonly ShadowDifference[], beyond: number): void {
    this.calls += beyond;
    this.beyond += beyond;
    for (const one of differences) {
      const { call: _call, count, ...alike } = one;
      this.calls += count;
      const key = JSON.stringify(Object.entries(alike).sort());
      const known = this.#rows.get(key);
      if (known) known.count += count;
      else if (this.#rows.size < MAX_SHADOW_ROWS) this.#rows.set(key, { ...one });
      else this.beyond += count;
    }
  }

  rows(): ShadowDifference[] {
    return [...this.#rows.values()].sort((a, b) => b.count - a.count);
  }
}
