// Latency of calls that ended, as percentiles by server and tool (or any dimension): from the arrival of a call until its outcome was recorded.
import { callOf, type Dimension, Groups, groupOf, type ReportEntry, type ReportFold, type ReportTable, type TeamOf } from './fold.ts';

/** Buckets grow by 4 %, so a percentile is off by at most 2 %. */
const GROWTH = Math.log(1.04);
const SHARES = [0.5, 0.9, 0.95, 0.99] as const;

export class Quantiles {
  readonly #buckets = new Map<number, number>();
  count = 0;
  max = 0;

  /** Not negative. */
  add(value: number): void {
    const bucket = value < 1e-6 ? Number.MIN_SAFE_INTEGER : Math.round(Math.log(value) / GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count++;
    if (value > this.max) this.max = value;
  }

  at(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count));
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return bucket === Number.MIN_SAFE_INTEGER ? 0 : Math.min(this.max, Math.exp(bucket * GROWTH));
    }
    return this.max;
  }
}

export class LatencyReport implements ReportFold {
  readonly #by: readonly Dimension[];
  readonly #teamOf: TeamOf;
  readonly #groups = new Groups(() => ({ times: new Quantiles(), failed: 0 }));

  constructor(by: readonly Dimension[], teamOf: TeamOf) {
    this.#by = by;
    this.#teamOf = teamOf;
  }

  take(entry: ReportEntry): void {
    const call = entry.content.type === 'outcome' ? callOf(entry) : undefined;
    const latencyMs = Number(entry.content.latencyMs);
    if (!call || !(latencyMs >= 0)) return;
    const group = this.#groups.of(groupOf(call, this.#by, this.#teamOf));
    group.times.add(latencyMs);
    if (entry.content.status !== 'ok' && entry.content.status !== 'input_required') group.failed++;
  }

  table(): ReportTable {
    const rows = this.#groups.entries().map(({ key, value }) => ({ key, ...value }));
    rows.sort((a, b) => b.times.at(0.95) - a.times.at(0.95) || (a.key.join() < b.key.join() ? -1 : 1));
    return {
      columns: [...this.#by, 'calls', ...SHARES.map((share) => `p${share * 100}Ms`), 'maxMs', 'failed'],
      rows: rows.map(({ key, times, failed }) => [
        ...key,
        times.count,
        ...SHARES.map((share) => rounded(times.at(share))),
        rounded(times.max),
        failed,
      ]),
      notes: ['Times include waiting for approval and the gateway itself; percentiles are exact to 2 %.', ...this.#groups.notes()],
    };
  }
}

function rounded(ms: number): number {
  return ms >= 100 ? Math.round(ms) : Math.round(ms * 100) / 100;
}
