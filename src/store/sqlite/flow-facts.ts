// What was read where, in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FlowFact, FlowFactStore } from '../../detect/flow/port.ts';
import type { SqliteAccess } from './limits.ts';

export interface FlowFactJob {
  type: 'flow-fact';
  org: string;
  fact: FlowFact;
  beforeMs: number;
}

export const FLOW_FACTS = `SELECT f.process, f.source, f.server, f.labels, f.private, f.untrusted, f.at_ms FROM flow_read f
  JOIN organization o ON o.id = f.org WHERE o.name = ? AND f.subject = ? AND f.at_ms >= ? ORDER BY f.source, f.labels, f.process`;

export class FlowFactWriter {
  readonly #note: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: DatabaseSync) {
    this.#note = db.prepare(`INSERT INTO flow_read (org, subject, process, source, labels, server, private, untrusted, at_ms)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (org, subject, process, source, labels)
      DO UPDATE SET at_ms = max(at_ms, excluded.at_ms), untrusted = max(untrusted, excluded.untrusted)`);
    this.#forget = db.prepare('DELETE FROM flow_read WHERE org = ? AND at_ms < ?');
  }

  note(org: number, { fact, beforeMs }: FlowFactJob): number {
    const { subject, process, source, server, labels, isPrivate, isUntrusted, atMs } = fact;
    this.#forget.run(org, Math.floor(beforeMs));
    const row = [subject, process, source, JSON.stringify(labels), server, Number(isPrivate), Number(isUntrusted), atMs] as const;
    return Number(this.#note.run(org, ...row).changes);
  }
}

export class SqliteFlowFacts implements FlowFactStore {
  readonly #access: SqliteAccess;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async note(org: string, fact: FlowFact, beforeMs: number): Promise<void> {
    await this.#access.submit({ type: 'flow-fact', org, fact, beforeMs });
  }

  async list(org: string, subject: string, sinceMs: number): Promise<FlowFact[]> {
    const rows = await this.#access.read({ type: 'flow-facts', org, subject, sinceMs: Math.floor(sinceMs) });
    return rows.map((row) => ({
      ...{ subject, process: String(row.process), source: String(row.source), server: String(row.server) },
      labels: JSON.parse(String(row.labels)) as string[],
      ...{ isPrivate: Number(row.private) === 1, isUntrusted: Number(row.untrusted) === 1, atMs: Number(row.at_ms) },
    }));
  }
}
