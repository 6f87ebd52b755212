// Quotas in the embedded store, inside the transaction of the writer: check all, then write all. Runs in the writer's thread only.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { QuotaFull, QuotaItem } from '../../limit/port.ts';

const STATEMENTS = {
  used: 'SELECT coalesce(sum(used), 0) AS used, min(bucket_ms) FILTER (WHERE used > 0) AS oldest FROM quota WHERE org = ? AND name = ? AND key = ? AND bucket_ms > ?',
  add: `INSERT INTO quota (org, name, key, bucket_ms, used, until_ms) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET used = used + excluded.used, until_ms = max(until_ms, excluded.until_ms)`,
  release: 'UPDATE quota SET used = max(0, used - ?) WHERE org = ? AND name = ? AND key = ? AND bucket_ms = ?',
  park: 'INSERT INTO quota_ticket (org, ticket, items, until_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  claim: 'DELETE FROM quota_ticket WHERE org = ? AND ticket = ? RETURNING items',
  forget: 'DELETE FROM quota WHERE until_ms <= ?',
  forgetTickets: 'DELETE FROM quota_ticket WHERE until_ms <= ?',
} as const;

export class QuotaWriter {
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  constructor(db: DatabaseSync) {
    this.#statements = Object.fromEntries(Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)])) as Record<
      keyof typeof STATEMENTS,
      StatementSync
    >;
  }

  reserve(org: number, items: readonly QuotaItem[]): QuotaFull | undefined {
    for (const [index, { name, key, units, maxUnits, afterMs }] of items.entries()) {
      const row = this.#statements.used.get(org, name, key, afterMs);
      const used = Number(row?.used ?? 0);
      if (used + units <= maxUnits) continue;
      return { index, used, oldestMs: row?.oldest === null || row?.oldest === undefined ? undefined : Number(row.oldest) };
    }
    for (const { name, key, units, bucketMs, untilMs } of items) this.#statements.add.run(org, name, key, bucketMs, units, untilMs);
    return undefined;
  }

  release(org: number, items: readonly QuotaItem[]): void {
    for (const { name, key, units, bucketMs } of items) this.#statements.release.run(units, org, name, key, bucketMs);
  }

  park(org: number, ticket: string, text: string, untilMs: number): void {
    this.#statements.park.run(org, ticket, text, untilMs);
  }

  claim(org: number, ticket: string): string | undefined {
    const row = this.#statements.claim.get(org, ticket);
    return row === undefined ? undefined : String(row.items);
  }

  forget(nowMs: number): void {
    this.#statements.forget.run(nowMs);
    this.#statements.forgetTickets.run(nowMs);
  }
}
