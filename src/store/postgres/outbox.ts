// Deliveries of notifications on PostgreSQL, on connections of their own, so that they wait for no log entry and no log entry waits for them.
// The connections are made when the first subscription needs them. Time is the server's.
import { GatewayError } from '../../lib/error.ts';
import type {
  CursorMove,
  Delivery,
  Forgetting,
  NewDelivery,
  OutboxCounts,
  OutboxCursor,
  OutboxStore,
  Settlement,
  Waiting,
} from '../../notify/port.ts';
import { asCounts, asDelivery, settled } from '../outbox-row.ts';
import { connect, type Sql } from './database.ts';

const OUTBOX_CONNECTIONS = 2;
const OUTBOX_TIMEOUT_MS = 10_000;

export class PostgresOutbox implements OutboxStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, OUTBOX_CONNECTIONS, OUTBOX_TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async cursors(org: string): Promise<OutboxCursor[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT t.subscription, t.since, t.seq FROM notify_cursor t JOIN organization o ON o.id = t.org WHERE o.name = ${org}`,
    );
    return rows.map((row) => ({ subscription: String(row.subscription), since: Number(row.since), seq: Number(row.seq) }));
  }

  async take(org: string, moves: readonly CursorMove[], rows: readonly NewDelivery[]): Promise<boolean> {
    const text = JSON.stringify(
      moves.map(({ subscription, since, seq, from }) => ({
        ...{ subscription, since, seq },
        ...{ fromSince: from?.since ?? null, fromSeq: from?.seq ?? null },
      })),
    );
    const [row] = await this.#run((sql) => sql`SELECT sallyport_outbox_take(${org}, ${text}, ${JSON.stringify(rows)}) AS taken`);
    return row?.taken === true;
  }

  async add(org: string, rows: readonly NewDelivery[]): Promise<number> {
    const text = JSON.stringify(rows);
    const [row] = await this.#run(
      (sql) => sql`SELECT sallyport_outbox_insert(o.id, ${text}) AS added FROM organization o WHERE o.name = ${org}`,
    );
    return Number(row?.added ?? 0);
  }

  async claim(
    org: string,
    subscription: string,
    holder: string,
    { limit, leaseMs }: { limit: number; leaseMs: number },
  ): Promise<Delivery[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT * FROM sallyport_outbox_claim(${org}, ${subscription}, ${holder}, ${limit}, ${leaseMs})`,
    );
    return rows.map(asDelivery).sort((a, b) => a.id - b.id);
  }

  async settle(org: string, id: number, holder: string, settlement: Settlement): Promise<boolean> {
    // With 0 for now, what remains of the times are pauses.
    const { status, error, nextMs, settledMs, refund } = settled(settlement, 0);
    const { count } = await this.#run(
      (sql) => sql`UPDATE delivery d SET status = ${status}, error = ${error}, next_ms = sallyport_now_ms() + ${nextMs}::bigint,
        settled_ms = sallyport_now_ms() + ${settledMs}::bigint, attempts = d.attempts - ${refund}::integer, holder = NULL, lease_ms = 0
        FROM organization o WHERE o.id = d.org AND o.name = ${org} AND d.id = ${id} AND d.holder = ${holder} AND d.status = 'pending'`,
    );
    return count > 0;
  }

  async waiting(org: string): Promise<Waiting[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT t.subscription, count(*) AS pending, min(greatest(t.next_ms, t.lease_ms)) FILTER (WHERE NOT EXISTS (
          SELECT 1 FROM delivery e WHERE e.org = t.org AND e.subscription = t.subscription AND e.subject = t.subject
            AND e.status = 'pending' AND e.id < t.id)) - sallyport_now_ms() AS due
        FROM delivery t JOIN organization o ON o.id = t.org WHERE o.name = ${org} AND t.status = 'pending' GROUP BY t.subscription`,
    );
    return rows.map((row) => ({ subscription: String(row.subscription), pending: Number(row.pending), dueMs: Number(row.due) }));
  }

  async counts(org: string): Promise<OutboxCounts> {
    const [row] = await this.#run(
      (sql) => sql`SELECT sallyport_now_ms() AS now,
        (SELECT count(*) FROM delivery d WHERE d.org = o.id AND d.status = 'pending') AS pending,
        (SELECT count(*) FROM delivery d WHERE d.org = o.id AND d.status = 'dead') AS dead,
        (SELECT min(d.created_ms) FROM delivery d WHERE d.org = o.id AND d.status = 'pending') AS oldest FROM organization o WHERE o.name = ${org}`,
    );
    return asCounts(row, Number(row?.now ?? 0));
  }

  async list(org: string, { status, subscription, limit, before }: Parameters<OutboxStore['list']>[1]): Promise<Delivery[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT t.* FROM delivery t JOIN organization o ON o.id = t.org WHERE o.name = ${org}
        ${status === undefined ? sql`` : sql`AND t.status = ${status}`} ${subscription === undefined ? sql`` : sql`AND t.subscription = ${subscription}`}
        ${before === undefined ? sql`` : sql`AND t.id < ${before}`} ORDER BY t.id DESC LIMIT ${limit}`,
    );
    return rows.map(asDelivery);
  }

  async replay(org: string, which: Parameters<OutboxStore['replay']>[1]): Promise<number> {
    const { count } = await this.#run(
      (
        sql,
      ) => sql`UPDATE delivery d SET status = 'pending', attempts = 0, next_ms = sallyport_now_ms(), settled_ms = NULL, holder = NULL, lease_ms = 0
        FROM organization o WHERE o.id = d.org AND o.name = ${org} ${
          'id' in which
            ? sql`AND d.id = ${which.id} AND d.lease_ms <= sallyport_now_ms()`
            : sql`AND d.status = 'dead' ${which.subscription === undefined ? sql`` : sql`AND d.subscription = ${which.subscription}`}`
        }`,
    );
    return count;
  }

  async keepOnly(org: string, names: readonly string[], revision: number): Promise<void> {
    const text = JSON.stringify(names);
    await this.#run((sql) =>
      sql.begin(async (tx) => {
        await tx`SELECT pg_advisory_xact_lock(1396788308, hashtext(${org}))`;
        await tx`DELETE FROM notify_cursor c USING organization o WHERE o.id = c.org AND o.name = ${org} AND c.since <= ${revision}
          AND c.subscription NOT IN (SELECT json_array_elements_text(${text}::text::json))`;
        return tx`DELETE FROM delivery d USING organization o WHERE o.id = d.org AND o.name = ${org} AND d.status = 'pending'
          AND d.subscription NOT IN (SELECT json_array_elements_text(${text}::text::json))
          AND NOT EXISTS (SELECT 1 FROM notify_cursor c WHERE c.org = d.org AND c.subscription = d.subscription)`;
      }),
    );
  }

  async releaseAll(): Promise<void> {
    await this.#run((sql) => sql`UPDATE delivery SET lease_ms = 0, holder = NULL WHERE lease_ms > 0`);
  }

  async forget({ deliveredMs, deadMs, unloggedMs, keep, limit }: Forgetting): Promise<number> {
    const shortestMs = Math.min(deliveredMs, deadMs, unloggedMs);
    const old = await this.#run(
      (sql) => sql`WITH now AS MATERIALIZED (SELECT sallyport_now_ms() AS ms)
        DELETE FROM delivery WHERE id IN (SELECT d.id FROM delivery d, now WHERE d.settled_ms <= now.ms - ${shortestMs}::bigint AND d.settled_ms <= now.ms -
          CASE WHEN d.status = 'dead' THEN ${deadMs}::bigint WHEN d.seq = 0 THEN ${unloggedMs}::bigint ELSE ${deliveredMs}::bigint END LIMIT ${limit})`,
    );
    const many = await this.#run(
      (sql) => sql`WITH cut AS MATERIALIZED (SELECT o.id AS org, (SELECT k.id FROM delivery k WHERE k.org = o.id AND k.status = 'delivered'
          ORDER BY k.id DESC LIMIT 1 OFFSET ${keep}) AS last FROM organization o)
        DELETE FROM delivery WHERE id IN (SELECT d.id FROM cut c JOIN delivery d ON d.org = c.org AND d.id <= c.last
          WHERE d.status = 'delivered' AND d.seq > 0 LIMIT ${limit})`,
    );
    return old.count + many.count;
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new GatewayError('store_unavailable', 'The database that keeps notifications cannot be reached or refused the request.', {
        detail,
      });
    }
  }
}
