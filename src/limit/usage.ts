// How much of the limits is used: for operators (every count of a limit) and for explanations (what one call would meet). Reads only.
import type { Json } from '../lib/json.ts';
import { amountText } from './amount.ts';
import { roomOf, waitMsOf } from './gcra.ts';
import type { LimitSet } from './limit-set.ts';
import { type Limiter, quotaItem, unitsFor } from './limiter.ts';
import type { QuotaUse } from './port.ts';
import type { CompiledLimit, Subject } from './rule.ts';
import { bucketAt } from './window.ts';

/** Buckets read at once; of a limit with more, the fullest are shown. */
export const MAX_USAGE_ROWS = 5_000;

export interface CountUse {
  part: 'quota' | 'concurrency';
  /** Whose count: `agent=reader`; empty when there is one for all. */
  key: string;
  /** Decimal texts for sums. */
  used: string;
  max: string;
  /** When something of it is free again, milliseconds since the epoch. */
  roomAtMs: number | undefined;
}

export interface LimitUse {
  limit: CompiledLimit;
  counts: CountUse[];
}

/** Of one limit when named. `nowMs` is the wall clock. */
export async function usageOf(limiter: Limiter, limits: LimitSet, org: string, nowMs: number, name?: string): Promise<LimitUse[]> {
  const rows = await limiter.quotas.usage(org, nowMs, name, MAX_USAGE_ROWS);
  const wanted = name === undefined ? limits.all : limits.all.filter((limit) => limit.name === name);
  return wanted.map((limit) => ({
    limit,
    counts: [
      ...quotaCounts(
        limit,
        rows.filter((row) => row.name === limit.name),
        nowMs,
      ),
      ...placeCounts(limiter, limit, org),
    ],
  }));
}

function quotaCounts({ quota }: CompiledLimit, rows: readonly QuotaUse[], nowMs: number): CountUse[] {
  if (!quota) return [];
  const decimals = quota.sum?.decimals ?? 0;
  const { afterMs, roomMs } = bucketAt(quota.window, nowMs);
  const sums = new Map<string, { used: number; oldestMs: number }>();
  for (const { key, used, bucketMs } of rows) {
    if (bucketMs <= afterMs) continue;
    const sum = sums.get(key) ?? { used: 0, oldestMs: bucketMs };
    sums.set(key, { used: sum.used + used, oldestMs: Math.min(sum.oldestMs, bucketMs) });
  }
  return [...sums].map(([key, { used, oldestMs }]) => ({
    part: 'quota',
    key: key.slice(key.indexOf('|') + 1),
    used: amountText(used, decimals),
    max: amountText(quota.maxUnits, decimals),
    roomAtMs: roomMs(oldestMs),
  }));
}

function placeCounts({ places }: Limiter, { name, concurrency }: CompiledLimit, org: string): CountUse[] {
  if (concurrency === undefined) return [];
  const prefix = `${org}\n${name}|`;
  return places.keys(prefix).map(([key, used]) => ({
    part: 'concurrency',
    key: key.slice(prefix.length),
    used: String(used),
    max: String(concurrency),
    roomAtMs: undefined,
  }));
}

export interface LimitState {
  limit: string;
  part: 'rate' | 'concurrency' | 'quota';
  used: string;
  max: string;
  hasRoom: boolean;
  /** When there is room for this call, if no other takes it, milliseconds since the epoch; undefined: there is, or nobody knows, or never. */
  roomAtMs?: number;
}

/** What a call like this meets now, limit by limit; `names` are quotas its rule asks for. Takes nothing. */
export async function stateOf(
  limiter: Limiter,
  limits: LimitSet,
  subject: Subject,
  args: Json | undefined,
  nowMs: number,
  names: readonly string[] = [],
): Promise<LimitState[]> {
  const { org } = subject.principal;
  const asked = names.flatMap((name) => limits.get(name) ?? []);
  const met = [...limits.ofCaller(subject), ...limits.ofTarget(subject), ...asked];
  const applying = new Set(met.map(({ name }) => limits.get(name) as CompiledLimit));
  const states: LimitState[] = [];
  for (const limit of applying) {
    const { name, rate, concurrency, quota } = limit;
    if (rate && limit.counts('rate', subject)) {
      const { pace, max } = rate;
      const [aheadUs = 0] = await limiter.rates.ahead(org, [{ key: limit.keysOf(subject).count, pace }]);
      const room = roomOf(pace, aheadUs);
      const count = { used: String(Math.max(0, max - room)), max: String(max), hasRoom: room > 0 };
      states.push({ limit: name, part: 'rate', ...count, ...(room > 0 ? {} : { roomAtMs: nowMs + waitMsOf(pace, aheadUs) }) });
    }
    if (concurrency !== undefined && limit.counts('concurrency', subject)) {
      const inUse = await limiter.inUse(org, limit, subject);
      states.push({ limit: name, part: 'concurrency', used: String(inUse), max: String(concurrency), hasRoom: inUse < concurrency });
    }
    if (quota && limit.counts('quota', subject)) states.push(...(await quotaState(limiter, limit, subject, args, nowMs)));
  }
  return states;
}

async function quotaState(
  limiter: Limiter,
  limit: CompiledLimit,
  subject: Subject,
  args: Json | undefined,
  nowMs: number,
): Promise<LimitState[]> {
  const units = unitsFor(limit, args);
  if (units === 'none') return [];
  const decimals = limit.quota?.sum?.decimals ?? 0;
  const { item, roomMs } = quotaItem(limit, subject, 0, nowMs);
  const rows = await limiter.quotas.usage(subject.principal.org, nowMs, limit.name, MAX_USAGE_ROWS);
  const counting = rows.filter(({ key, bucketMs }) => key === item.key && bucketMs > item.afterMs);
  const used = counting.reduce((sum, row) => sum + row.used, 0);
  const hasRoom = typeof units === 'number' && used + units <= item.maxUnits;
  const roomAtMs = typeof units === 'number' && !hasRoom ? roomAt(counting, used + units - item.maxUnits, roomMs) : undefined;
  const count = { used: amountText(used, decimals), max: amountText(item.maxUnits, decimals), hasRoom };
  return [{ limit: limit.name, part: 'quota', ...count, ...(roomAtMs === undefined ? {} : { roomAtMs }) }];
}

/** When so much of what is used counts no longer; undefined: more is asked for than is used at all. */
function roomAt(rows: readonly QuotaUse[], over: number, roomMs: (bucketMs: number) => number): number | undefined {
  let left = over;
  for (const { used, bucketMs } of [...rows].sort((one, other) => one.bucketMs - other.bucketMs)) {
    left -= used;
    if (left <= 0) return roomMs(bucketMs);
  }
  return undefined;
}
