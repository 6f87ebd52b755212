// Usage: how many calls, and how they were decided and ended, by any of the dimensions.
import { callOf, type Dimension, Groups, groupOf, type ReportEntry, type ReportFold, type ReportTable, type TeamOf } from './fold.ts';

export class UsageReport implements ReportFold {
  readonly #by: readonly Dimension[];
  readonly #teamOf: TeamOf;
  readonly #allMethods: boolean;
  readonly #groups = new Groups(() => ({ calls: 0, allowed: 0, denied: 0, held: 0, ok: 0, failed: 0 }));

  constructor(by: readonly Dimension[], teamOf: TeamOf, allMethods: boolean) {
    this.#by = by;
    this.#teamOf = teamOf;
    this.#allMethods = allMethods;
  }

  take(entry: ReportEntry): void {
    const call = callOf(entry, this.#allMethods);
    if (!call) return;
    const counts = this.#groups.of(groupOf(call, this.#by, this.#teamOf));
    if (entry.content.type === 'outcome') {
      if (entry.content.status === 'ok' || entry.content.status === 'input_required') counts.ok++;
      else counts.failed++;
      return;
    }
    counts.calls++;
    if (call.decision.effect === 'allow') counts.allowed++;
    else if (call.decision.effect === 'deny') counts.denied++;
    else counts.held++;
  }

  table(): ReportTable {
    const rows = this.#groups.entries().map(({ key, value }) => ({ key, ...value }));
    rows.sort((a, b) => b.calls - a.calls || (a.key.join() < b.key.join() ? -1 : 1));
    return {
      columns: [...this.#by, 'calls', 'allowed', 'denied', 'held', 'ok', 'failed'],
      rows: rows.map(({ key, calls, allowed, denied, held, ok, failed }) => [...key, calls, allowed, denied, held, ok, failed]),
      notes: this.#groups.notes(),
    };
  }
}
