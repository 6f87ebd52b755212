// What is kept for the agents of held calls, on PostgreSQL. Plain statements: nothing here is ordered by the log.
import type { DeliveryRow, DeliveryStore } from '../../approval/delivery-port.ts';
import { asUnavailable, connect, type Sql } from './database.ts';

const CONNECTIONS = 1;
/** A statement that takes longer is given up, milliseconds. */
const TIMEOUT_MS = 10_000;

export class PostgresDeliveries implements DeliveryStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, CONNECTIONS, TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async save(org: string, { ticket, request, answer, leaseMs, untilMs }: DeliveryRow): Promise<void> {
    const bytes = (value: Uint8Array | undefined) => (value === undefined ? null : Buffer.from(value));
    await this.#run(
      (sql) => sql`INSERT INTO held_answer AS d (org, ticket, request, answer, lease_ms, until_ms)
        SELECT id, ${ticket}, ${bytes(request)}::bytea, ${bytes(answer)}::bytea, ${leaseMs}, ${untilMs} FROM organization WHERE name = ${org}
        ON CONFLICT (org, ticket) DO UPDATE SET request = coalesce(d.request, excluded.request), answer = coalesce(d.answer, excluded.answer),
        lease_ms = greatest(d.lease_ms, excluded.lease_ms), until_ms = greatest(d.until_ms, excluded.until_ms)`,
    );
  }

  async find(org: string, ticket: string): Promise<DeliveryRow | undefined> {
    const [row] = await this.#run(
      (sql) => sql`SELECT d.request, d.answer, d.lease_ms, d.until_ms FROM held_answer d JOIN organization o ON o.id = d.org
        WHERE o.name = ${org} AND d.ticket = ${ticket}`,
    );
    if (!row) return undefined;
    return {
      ticket,
      request: (row.request as Uint8Array | null) ?? undefined,
      answer: (row.answer as Uint8Array | null) ?? undefined,
      leaseMs: Number(row.lease_ms),
      untilMs: Number(row.until_ms),
    };
  }

  async waiting(org: string, limit: number): Promise<string[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT d.ticket FROM held_answer d JOIN organization o ON o.id = d.org
        WHERE o.name = ${org} AND d.request IS NOT NULL AND d.answer IS NULL ORDER BY d.ticket LIMIT ${limit}`,
    );
    return rows.map(({ ticket }) => String(ticket));
  }

  async forget(nowMs: number): Promise<void> {
    await this.#run((sql) => sql`DELETE FROM held_answer WHERE until_ms <= ${nowMs}`);
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
