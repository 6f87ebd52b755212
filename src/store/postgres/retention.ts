// Erasure on PostgreSQL: one server-side function deletes and appends, on a connection of its own, made when it is first needed.
// What PostgreSQL itself still holds of deleted rows (dead rows until a vacuum, its write-ahead log) docs/retention.md says.
import { rangesOf } from '../../audit/erasure-entry.ts';
import { type EntryDraft, mintReceipt } from '../../audit/port.ts';
import { GatewayError } from '../../lib/error.ts';
import type { ErasedPart, EraseResult, RetentionStore, SealedTicket, SealedValue } from '../../retention/port.ts';
import { connect, type Sql } from './database.ts';

const CONNECTIONS = 1;
const TIMEOUT_MS = 30_000;

export class PostgresRetention implements RetentionStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, CONNECTIONS, TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async sealedValues(org: string, afterId: number, limit: number): Promise<SealedValue[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT id, seq FROM payload WHERE org = (SELECT id FROM organization WHERE name = ${org}) AND id > ${afterId}
        ORDER BY id LIMIT ${limit}`,
    );
    return rows.map((row) => ({ id: Number(row.id), seq: Number(row.seq) }));
  }

  async sealedTickets(org: string, after: string, limit: number): Promise<SealedTicket[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT a.id, a.live, a.document FROM approval a JOIN organization o ON o.id = a.org
        WHERE o.name = ${org} AND a.id > ${after} AND a.sealed IS NOT NULL ORDER BY a.id LIMIT ${limit}`,
    );
    return rows.map((row) => ({ id: String(row.id), live: row.live === true, text: String(row.document) }));
  }

  async erase(org: string, { values, tickets, atRevision, done }: ErasedPart, entry: EntryDraft): Promise<EraseResult> {
    const ids = values.map(({ id }) => id).join(',');
    const ranges = JSON.stringify(rangesOf(values.map(({ seq }) => seq)));
    const [row] = await this.#run(
      (sql) => sql`SELECT * FROM sallyport_erase(${org}, ${atRevision}, ${ids}, ${ranges}, ${JSON.stringify(tickets)},
        ${done?.name ?? null}, ${done?.revision ?? null}, ${entry.content})`,
    );
    if (!row || row.first_seq === null) return { type: 'changed' };
    return { type: 'erased', receipt: mintReceipt(org, Number(row.first_seq), String(row.entry_hashes), Number(row.control_revision)) };
  }

  async erasedBy(org: string, seq: number): Promise<number | undefined> {
    const [row] = await this.#run(
      (sql) => sql`SELECT e.by_seq FROM erased e JOIN organization o ON o.id = e.org
        WHERE o.name = ${org} AND e.from_seq <= ${seq} AND e.to_seq >= ${seq} ORDER BY e.by_seq LIMIT 1`,
    );
    return row && Number(row.by_seq);
  }

  async doneErasures(org: string): Promise<{ name: string; revision: number; seq: number }[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT d.name, d.revision, d.seq FROM erasure_done d JOIN organization o ON o.id = d.org WHERE o.name = ${org}`,
    );
    return rows.map((row) => ({ name: String(row.name), revision: Number(row.revision), seq: Number(row.seq) }));
  }

  async claimWork(work: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const { count } = await this.#run(
      (sql) => sql`INSERT INTO work AS w (name, holder, until_ms) VALUES (${work}, ${holder}, ${untilMs})
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms
        WHERE w.holder = excluded.holder OR w.until_ms <= ${nowMs}`,
    );
    return count > 0;
  }

  /** Dead rows become free space; what stood in them is overwritten as it is used again. */
  async scrub(): Promise<boolean> {
    await this.#run((sql) => sql.unsafe('VACUUM payload').simple());
    await this.#run((sql) => sql.unsafe('VACUUM approval').simple());
    return true;
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new GatewayError(
        'store_unavailable',
        'The database that sealed values are deleted from cannot be reached or refused the request.',
        {
          detail,
        },
      );
    }
  }
}
