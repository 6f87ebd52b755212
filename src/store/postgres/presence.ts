// Which gateway processes work on one PostgreSQL: each holds a shared advisory lock for as long as it runs, on a connection of its own.
// Who finds nobody else when it starts may declare the calls of a crashed process lost; nobody else starts until it has done so.
// Never a guard of the data: the locks of organizations are (writer.ts). It only tells whether an earlier call can still end.
import { connect, type Sql } from './database.ts';

/** Class of the lock, apart from those of organizations and migrations. */
const PRESENCE = 1_396_788_298;

export class Presence {
  readonly #sql: Sql;
  #alone = false;
  #claimed = false;

  constructor(url: string) {
    this.#sql = connect(url, 1, 0, true);
  }

  /** True when no other process is there. Others that start wait until `settle`. */
  async claim(): Promise<boolean> {
    const [row] = await this.#sql`SELECT pg_try_advisory_lock(${PRESENCE}, 0) AS alone`;
    const alone = row?.alone === true;
    // A process that is just starting holds the lock for itself: wait for it.
    if (!alone) {
      await this.#sql`SET lock_timeout = 0`;
      await this.#sql`SELECT pg_advisory_lock_shared(${PRESENCE}, 0)`;
    }
    this.#alone = alone;
    this.#claimed = true;
    return alone;
  }

  /** After connections were lost: a session's locks went with it, so take the shared one again. */
  async resume(): Promise<void> {
    if (!this.#claimed || this.#alone) return;
    const [row] = await this.#sql`
      SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND classid = ${PRESENCE} AND pid = pg_backend_pid()`;
    if (row?.held === 0) await this.#sql`SELECT pg_advisory_lock_shared(${PRESENCE}, 0)`;
  }

  /** From now on one among others. */
  async settle(): Promise<void> {
    if (!this.#alone) return;
    this.#alone = false;
    await this.#sql`SELECT pg_advisory_lock_shared(${PRESENCE}, 0)`;
    await this.#sql`SELECT pg_advisory_unlock(${PRESENCE}, 0)`;
  }

  /** Processes that hold the lock, this one included. */
  async count(): Promise<number> {
    const [row] = await this.#sql`
      SELECT count(DISTINCT pid)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND classid = ${PRESENCE} AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
    return Number(row?.held ?? 0);
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 1 });
  }
}
