// Quotas and shared rates on PostgreSQL: one server-side function per step, on connections of their own, so that they wait for no log entry
// and no log entry waits for them. The connections are made when the first limit needs them.
import { GatewayError } from '../../lib/error.ts';
import type { QuotaFull, QuotaItem, QuotaStore, QuotaUse, RateItem, RateRefusal, RateStore } from '../../limit/port.ts';
import { connect, type Sql } from './database.ts';

const LIMIT_CONNECTIONS = 4;
/** A reservation that takes longer is given up: the call is refused. */
const LIMIT_TIMEOUT_MS = 5_000;

export class PostgresLimits implements QuotaStore, RateStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, LIMIT_CONNECTIONS, LIMIT_TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async reserve(org: string, items: readonly QuotaItem[]): Promise<QuotaFull | undefined> {
    const [row] = await this.#run((sql) => sql`SELECT * FROM sallyport_reserve(${org}, ${itemsText(items)})`);
    if (!row) return undefined;
    return {
      index: Number(row.full_at),
      used: Number(row.full_used),
      oldestMs: row.oldest_ms === null ? undefined : Number(row.oldest_ms),
    };
  }

  async release(org: string, items: readonly QuotaItem[]): Promise<void> {
    await this.#run((sql) => sql`SELECT sallyport_release(${org}, ${itemsText(items)})`);
  }

  async park(org: string, ticket: string, text: string, untilMs: number): Promise<void> {
    await this.#run(
      (sql) => sql`INSERT INTO quota_ticket (org, ticket, items, until_ms) SELECT o.id, ${ticket}, ${text}, ${untilMs}
        FROM organization o WHERE o.name = ${org} ON CONFLICT (org, ticket) DO NOTHING`,
    );
  }

  async claim(org: string, ticket: string): Promise<string | undefined> {
    const [row] = await this.#run(
      (sql) =>
        sql`DELETE FROM quota_ticket t USING organization o WHERE o.id = t.org AND o.name = ${org} AND t.ticket = ${ticket} RETURNING t.items`,
    );
    return row?.items as string | undefined;
  }

  async usage(org: string, nowMs: number, name: string | undefined, limit: number): Promise<QuotaUse[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT q.name, q.key, q.bucket_ms, q.used, q.until_ms FROM quota q JOIN organization o ON o.id = q.org
        WHERE o.name = ${org} AND q.until_ms > ${nowMs} AND q.used > 0 ${name === undefined ? sql`` : sql`AND q.name = ${name}`}
        ORDER BY q.used DESC, q.name, q.key LIMIT ${limit}`,
    );
    return rows.map((row) => ({
      name: row.name,
      key: row.key,
      bucketMs: Number(row.bucket_ms),
      used: Number(row.used),
      untilMs: Number(row.until_ms),
    }));
  }

  async forget(nowMs: number): Promise<void> {
    await this.#run((sql) => sql`DELETE FROM quota WHERE until_ms <= ${nowMs}`);
    await this.#run((sql) => sql`DELETE FROM quota_ticket WHERE until_ms <= ${nowMs}`);
    await this.#run((sql) => sql`DELETE FROM rate WHERE tat_us < (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`);
  }

  async take(org: string, items: readonly RateItem[]): Promise<RateRefusal | undefined> {
    const text = JSON.stringify(items.map(({ key, pace }) => ({ key, emission: pace.emissionUs, tolerance: pace.toleranceUs })));
    const [row] = await this.#run((sql) => sql`SELECT * FROM sallyport_rate(${org}, ${text})`);
    return row && { index: Number(row.refused_at), retryAfterMs: Math.max(1, Math.ceil(Number(row.wait_us) / 1000)) };
  }

  /** As `take` counts: after the clock was put back nobody is farther ahead than one who has used up everything. */
  async ahead(org: string, items: readonly RateItem[]): Promise<number[]> {
    const text = JSON.stringify(items.map(({ key, pace }) => ({ key, most: pace.toleranceUs + pace.emissionUs })));
    const rows = await this.#run(
      (
        sql,
      ) => sql`SELECT least(coalesce(r.tat_us, 0) - (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, (w.i ->> 'most')::bigint) AS ahead
        FROM json_array_elements(${text}::text::json) WITH ORDINALITY AS w (i, n)
        LEFT JOIN rate r ON r.org = ${org} AND r.key = w.i ->> 'key' ORDER BY w.n`,
    );
    return rows.map((row) => Math.max(0, Number(row.ahead)));
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new GatewayError('store_unavailable', 'The database that counts quotas cannot be reached or refused the request.', { detail });
    }
  }
}

function itemsText(items: readonly QuotaItem[]): string {
  return JSON.stringify(
    items.map(({ name, key, units, maxUnits, bucketMs, afterMs, untilMs }) => ({
      name,
      key,
      units,
      max: maxUnits,
      bucket: bucketMs,
      after: afterMs,
      until: untilMs,
    })),
  );
}
