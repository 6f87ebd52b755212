// What was read where, in the embedded store, by the clock of its one process. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ANYTHING, type FlowFact, type FlowFactStore, MAX_FACTS, type Noted } from '../../detect/flow/port.ts';
import type { Clock } from '../../lib/clock.ts';
import { FLOW_ROWS, flowFacts } from '../flow-row.ts';
import type { SqliteAccess } from './limits.ts';

export interface FlowFactJob {
  type: 'flow-fact';
  org: string;
  noted: Noted;
  nowMs: number;
  keepMs: number;
}

export const FLOW_FACTS = `SELECT f.agent, f.process, f.source, f.server, f.labels, f.private, f.untrusted, f.other_ms >= ?3 AS shared FROM flow_source f
  JOIN organization o ON o.id = f.org WHERE o.name = ?1 AND f.subject = ?2 AND f.at_ms >= ?3 ORDER BY f.source, f.labels LIMIT ${FLOW_ROWS}`;

export class FlowFactWriter {
  readonly #note: StatementSync;
  readonly #forget: StatementSync;
  readonly #isKnown: StatementSync;
  readonly #count: StatementSync;

  constructor(db: DatabaseSync) {
    this.#note =
      db.prepare(`INSERT INTO flow_source AS f (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (org, subject, source, labels) DO UPDATE SET
      other_ms = CASE WHEN f.process = excluded.process THEN f.other_ms ELSE max(f.at_ms, f.other_ms) END, process = excluded.process,
      agent = excluded.agent, at_ms = max(f.at_ms, excluded.at_ms), private = max(f.private, excluded.private),
      untrusted = max(f.untrusted, excluded.untrusted)`);
    this.#forget = db.prepare('DELETE FROM flow_source WHERE org = ? AND at_ms < ?');
    this.#isKnown = db.prepare('SELECT 1 FROM flow_source WHERE org = ? AND subject = ? AND source = ? AND labels = ?');
    this.#count = db.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM flow_source WHERE org = ? AND subject = ? LIMIT ?)');
  }

  note(org: number, { noted, nowMs, keepMs }: FlowFactJob): number {
    const { subject, agent, process, source, server, isPrivate, isUntrusted } = noted;
    const labels = JSON.stringify(noted.labels);
    this.#forget.run(org, Math.floor(nowMs - keepMs));
    const isFull = !this.#isKnown.get(org, subject, source, labels) && Number(this.#count.get(org, subject, MAX_FACTS)?.n) >= MAX_FACTS;
    const row = isFull
      ? ([ANYTHING, '[]', ANYTHING, agent, process, 1, 1] as const)
      : ([source, labels, server, agent, process, Number(isPrivate), Number(isUntrusted)] as const);
    return Number(this.#note.run(org, subject, ...row, Math.floor(nowMs)).changes);
  }
}

export class SqliteFlowFacts implements FlowFactStore {
  readonly #access: SqliteAccess;
  readonly #clock: Clock;

  constructor(access: SqliteAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
  }

  async note(org: string, noted: Noted, keepMs: number): Promise<void> {
    await this.#access.submit({ type: 'flow-fact', org, noted, nowMs: this.#clock.nowMs(), keepMs });
  }

  async list(org: string, subject: string, withinMs: number): Promise<FlowFact[]> {
    const rows = await this.#access.read({ type: 'flow-facts', org, subject, sinceMs: Math.floor(this.#clock.nowMs() - withinMs) });
    return flowFacts(subject, rows);
  }
}
