// Cursors of forwards on PostgreSQL. Leases are measured by the clock of the database, so gateways need not agree about the time.
import type { ForwardClaim, ForwardCursor, ForwardProgress, ForwardStore } from '../../export/port.ts';
import { toCursor } from '../forward-row.ts';
import { asUnavailable, connect, type Sql } from './database.ts';

const FORWARD_CONNECTIONS = 2;
const FORWARD_TIMEOUT_MS = 5_000;

export class PostgresForwards implements ForwardStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, FORWARD_CONNECTIONS, FORWARD_TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async claimForward(org: string, name: string, { owner, start, startSeq, leaseMs }: ForwardClaim): Promise<ForwardCursor | undefined> {
    const [row] = await this.#run(
      (sql) => sql`INSERT INTO forward_cursor AS f (org, name, start, next, epoch, owner, lease_until_ms, sent, lost, failures)
        SELECT o.id, ${name}, ${start}, ${startSeq}, 1, ${owner}, (extract(epoch FROM clock_timestamp()) * 1000)::bigint + ${leaseMs}, 0, 0, 0
        FROM organization o WHERE o.name = ${org}
        ON CONFLICT (org, name) DO UPDATE SET
          epoch = f.epoch + (f.owner <> excluded.owner OR f.start <> excluded.start)::int,
          next = CASE WHEN f.start <> excluded.start THEN excluded.next ELSE f.next END,
          sent = CASE WHEN f.start <> excluded.start THEN 0 ELSE f.sent END,
          lost = CASE WHEN f.start <> excluded.start THEN 0 ELSE f.lost END,
          failures = CASE WHEN f.start <> excluded.start THEN 0 ELSE f.failures END,
          last_error = CASE WHEN f.start <> excluded.start THEN NULL ELSE f.last_error END,
          start = excluded.start, owner = excluded.owner, lease_until_ms = excluded.lease_until_ms
        WHERE f.owner IN ('', excluded.owner) OR f.lease_until_ms <= (extract(epoch FROM clock_timestamp()) * 1000)::bigint
        RETURNING f.name, f.start, f.next, f.epoch, f.owner, f.sent, f.lost, f.failures, f.last_error, f.last_error_ms, f.last_sent_ms`,
    );
    return row && toCursor(row);
  }

  async advanceForward(org: string, name: string, { owner, epoch, next, sent, lost, nowMs, note }: ForwardProgress): Promise<boolean> {
    const text = note ?? null;
    const rows = await this.#run(
      (sql) => sql`UPDATE forward_cursor f SET next = ${next}, sent = f.sent + ${sent}, lost = f.lost + ${lost}, failures = 0,
          last_error = ${text}::text, last_error_ms = CASE WHEN ${text}::text IS NULL THEN NULL ELSE ${nowMs}::bigint END,
          last_sent_ms = CASE WHEN ${sent}::bigint > 0 THEN ${nowMs}::bigint ELSE f.last_sent_ms END
        FROM organization o WHERE o.id = f.org AND o.name = ${org} AND f.name = ${name}
          AND f.owner = ${owner} AND f.epoch = ${epoch} AND f.next <= ${next} RETURNING f.name`,
    );
    return rows.length > 0;
  }

  async failForward(
    org: string,
    name: string,
    { owner, epoch, error, nowMs }: { owner: string; epoch: number; error: string; nowMs: number },
  ): Promise<void> {
    await this.#run(
      (sql) => sql`UPDATE forward_cursor f SET failures = f.failures + 1, last_error = ${error}, last_error_ms = ${nowMs}
        FROM organization o WHERE o.id = f.org AND o.name = ${org} AND f.name = ${name} AND f.owner = ${owner} AND f.epoch = ${epoch}`,
    );
  }

  async releaseForward(org: string, name: string, owner: string): Promise<void> {
    await this.#run(
      (sql) => sql`UPDATE forward_cursor f SET owner = '', lease_until_ms = 0
        FROM organization o WHERE o.id = f.org AND o.name = ${org} AND f.name = ${name} AND f.owner = ${owner}`,
    );
  }

  async freeForwards(org: string): Promise<void> {
    await this.#run(
      (sql) => sql`UPDATE forward_cursor f SET owner = '', lease_until_ms = 0 FROM organization o WHERE o.id = f.org AND o.name = ${org}`,
    );
  }

  async forwards(org: string): Promise<ForwardCursor[]> {
    const rows = await this.#run(
      (
        sql,
      ) => sql`SELECT f.name, f.start, f.next, f.epoch, f.owner, f.sent, f.lost, f.failures, f.last_error, f.last_error_ms, f.last_sent_ms
        FROM forward_cursor f JOIN organization o ON o.id = f.org WHERE o.name = ${org} ORDER BY f.name`,
    );
    return rows.map(toCursor);
  }

  async keepForwards(org: string, names: readonly string[], revision: number): Promise<void> {
    const list = JSON.stringify(names);
    await this.#run(
      (sql) => sql`DELETE FROM forward_cursor f USING organization o WHERE o.id = f.org AND o.name = ${org}
        AND o.revision = ${revision} AND f.name NOT IN (SELECT value FROM json_array_elements_text(${list}::text::json) AS value)`,
    );
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
