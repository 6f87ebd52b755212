// What was read where, on PostgreSQL, by the clock of the database. Plain statements: nothing here is ordered by the log.
import { ANYTHING, type FlowFact, type FlowFactStore, MAX_FACTS, type Noted } from '../../detect/flow/port.ts';
import { GatewayError } from '../../lib/error.ts';
import { FLOW_ROWS, flowFacts } from '../flow-row.ts';
import { asUnavailable, connect, type Sql } from './database.ts';

const CONNECTIONS = 2;
/** A statement that takes longer is given up, milliseconds. */
const TIMEOUT_MS = 10_000;
/** Old facts deleted with one that is noted. */
const MAX_DELETED = 256;

export class PostgresFlowFacts implements FlowFactStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, CONNECTIONS, TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  /** One statement, which waits for one row at most, and for that before it holds any: no two of them wait for each other. */
  async note(org: string, noted: Noted, keepMs: number): Promise<void> {
    const { subject, agent, process, source, server } = noted;
    const labels = JSON.stringify(noted.labels);
    const [done] = await this.#run(
      (sql) => sql`WITH place AS MATERIALIZED (
          SELECT id AS org, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms FROM organization WHERE name = ${org}
        ), room AS MATERIALIZED (
          SELECT p.org, p.now_ms, p.now_ms - ${Math.ceil(keepMs)}::bigint AS since_ms,
            NOT EXISTS (SELECT 1 FROM flow_source f
              WHERE f.org = p.org AND f.subject = ${subject} AND f.source = ${source} AND f.labels = ${labels})
            AND (SELECT count(*) FROM (SELECT 1 FROM flow_source f
              WHERE f.org = p.org AND f.subject = ${subject} AND f.at_ms >= p.now_ms - ${Math.ceil(keepMs)}::bigint
              LIMIT ${MAX_FACTS}::bigint) t) >= ${MAX_FACTS}::bigint AS is_full
          FROM place p
        ), noted AS (
          INSERT INTO flow_source AS f (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
          SELECT r.org, ${subject}::text, CASE WHEN r.is_full THEN ${ANYTHING}::text ELSE ${source}::text END, CASE WHEN r.is_full THEN '[]' ELSE ${labels}::text END,
            CASE WHEN r.is_full THEN ${ANYTHING}::text ELSE ${server}::text END, ${agent}::text, ${process}::text,
            CASE WHEN r.is_full THEN 1 ELSE ${Number(noted.isPrivate)}::integer END,
            CASE WHEN r.is_full THEN 1 ELSE ${Number(noted.isUntrusted)}::integer END, r.now_ms, 0
          FROM room r
          ON CONFLICT (org, subject, source, labels) DO UPDATE SET
            other_ms = CASE WHEN f.process = excluded.process THEN f.other_ms ELSE greatest(f.at_ms, f.other_ms) END,
            process = excluded.process, agent = excluded.agent, at_ms = greatest(f.at_ms, excluded.at_ms),
            private = greatest(f.private, excluded.private), untrusted = greatest(f.untrusted, excluded.untrusted)
          RETURNING f.org, f.source, f.labels
        ), gone AS (
          DELETE FROM flow_source d WHERE (d.org, d.subject, d.source, d.labels) IN (
            SELECT f.org, f.subject, f.source, f.labels FROM flow_source f
            WHERE f.org = (SELECT org FROM noted) AND f.at_ms < (SELECT since_ms FROM room)
              AND NOT (f.subject = ${subject} AND f.source = (SELECT source FROM noted) AND f.labels = (SELECT labels FROM noted))
            LIMIT ${MAX_DELETED}::bigint FOR UPDATE SKIP LOCKED)
        )
        SELECT count(*)::integer AS written FROM noted`,
    );
    if (done?.written !== 1) throw new GatewayError('unknown_organization', `There is no organization "${org}".`);
  }

  async list(org: string, subject: string, withinMs: number): Promise<FlowFact[]> {
    const rows = await this.#run(
      (sql) => sql`WITH place AS MATERIALIZED (
          SELECT id AS org, (extract(epoch FROM clock_timestamp()) * 1000)::bigint - ${Math.ceil(withinMs)}::bigint AS since_ms
          FROM organization WHERE name = ${org}
        )
        SELECT f.agent, f.process, f.source, f.server, f.labels, f.private, f.untrusted, (f.other_ms >= p.since_ms)::integer AS shared
        FROM flow_source f JOIN place p ON p.org = f.org WHERE f.subject = ${subject} AND f.at_ms >= p.since_ms
        ORDER BY f.source COLLATE "C", f.labels COLLATE "C" LIMIT ${FLOW_ROWS}::bigint`,
    );
    return flowFacts(subject, rows);
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      throw asUnavailable(error);
    }
  }
}
