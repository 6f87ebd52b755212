// What passkeys used up and their counters, on PostgreSQL: one server-side function, under a lock of the organization's own.
import type { PasskeyStore, PasskeyUse, PasskeyUsed } from '../../approval/passkey-port.ts';
import { GatewayError } from '../../lib/error.ts';
import { asUnavailable, connect, type Sql } from './database.ts';

const CONNECTIONS = 1;
/** A statement that takes longer is given up, milliseconds. */
const TIMEOUT_MS = 10_000;

export class PostgresPasskeys implements PasskeyStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, CONNECTIONS, TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async use(org: string, { once, untilMs, nowMs, credential, counter }: PasskeyUse): Promise<PasskeyUsed> {
    const [row] = await this.#run(
      (sql) => sql`SELECT sallyport_use_passkey(${org}, ${once}, ${untilMs}, ${nowMs}, ${credential}, ${counter}) AS used`,
    );
    if (!row?.used) throw new GatewayError('unknown_organization', `There is no organization "${org}".`);
    return row.used as PasskeyUsed;
  }

  async lastUses(org: string): Promise<Map<string, { counter: number; usedMs: number }>> {
    const rows = await this.#run(
      (sql) => sql`SELECT u.credential, u.counter, u.used_ms FROM passkey_use u JOIN organization o ON o.id = u.org WHERE o.name = ${org}`,
    );
    return new Map(rows.map((row) => [String(row.credential), { counter: Number(row.counter), usedMs: Number(row.used_ms) }]));
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
