// What passkeys used up and their counters, on PostgreSQL: one server-side function, under a lock of the organization's own.
import { type PasskeyStore, type PasskeyUse, type PasskeyUsed, RESTORED } from '../../approval/passkey-port.ts';
import { INVITATION_MS } from '../../approval/review-link.ts';
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

  async use(org: string, { once, untilMs, nowMs, madeMs, credential, counter }: PasskeyUse): Promise<PasskeyUsed> {
    if (madeMs !== undefined && (await this.#isFromBefore(org, madeMs))) return 'again';
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

  /** Written by a restore alone, before any gateway runs on it. */
  async #isFromBefore(org: string, madeMs: number): Promise<boolean> {
    const [row] = await this.#run(
      (sql) => sql`SELECT k.until_ms FROM passkey_once k JOIN organization o ON o.id = k.org WHERE o.name = ${org} AND k.key = ${RESTORED}`,
    );
    return row !== undefined && madeMs <= Number(row.until_ms) - INVITATION_MS;
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
