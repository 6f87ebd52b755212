// What was read where, on PostgreSQL. Plain statements: nothing here is ordered by the log.
import type { FlowFact, FlowFactStore } from '../../detect/flow/port.ts';
import { GatewayError } from '../../lib/error.ts';
import { asUnavailable, connect, type Sql } from './database.ts';

const CONNECTIONS = 2;
/** A statement that takes longer is given up, milliseconds. */
const TIMEOUT_MS = 10_000;

export class PostgresFlowFacts implements FlowFactStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, CONNECTIONS, TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async note(org: string, fact: FlowFact, beforeMs: number): Promise<void> {
    const { subject, process, source, server, labels, atMs } = fact;
    const written = await this.#run(
      (sql) => sql`INSERT INTO flow_read AS f (org, subject, process, source, labels, server, private, untrusted, at_ms)
        SELECT id, ${subject}, ${process}, ${source}, ${JSON.stringify(labels)}, ${server}, ${Number(fact.isPrivate)}, ${Number(fact.isUntrusted)},
        ${atMs} FROM organization WHERE name = ${org}
        ON CONFLICT (org, subject, process, source, labels) DO UPDATE SET at_ms = greatest(f.at_ms, excluded.at_ms),
        untrusted = greatest(f.untrusted, excluded.untrusted)`,
    );
    if (written.count === 0) throw new GatewayError('unknown_organization', `There is no organization "${org}".`);
    await this.#run(
      (sql) => sql`DELETE FROM flow_read WHERE org = (SELECT id FROM organization WHERE name = ${org}) AND at_ms < ${Math.floor(beforeMs)}`,
    );
  }

  async list(org: string, subject: string, sinceMs: number): Promise<FlowFact[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT f.process, f.source, f.server, f.labels, f.private, f.untrusted, f.at_ms FROM flow_read f
        JOIN organization o ON o.id = f.org WHERE o.name = ${org} AND f.subject = ${subject} AND f.at_ms >= ${Math.floor(sinceMs)}
        ORDER BY f.source, f.labels, f.process`,
    );
    return rows.map((row) => ({
      ...{ subject, process: String(row.process), source: String(row.source), server: String(row.server) },
      labels: JSON.parse(String(row.labels)) as string[],
      ...{ isPrivate: Number(row.private) === 1, isUntrusted: Number(row.untrusted) === 1, atMs: Number(row.at_ms) },
    }));
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
