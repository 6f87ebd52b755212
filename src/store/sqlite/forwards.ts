// Cursors of forwards in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ForwardClaim, ForwardCursor, ForwardProgress, ForwardStore } from '../../export/port.ts';
import { toCursor } from '../forward-row.ts';
import type { SqliteAccess } from './limits.ts';

export interface ForwardJob {
  type: 'forward';
  org: string;
  change: ForwardChange;
}

type ForwardChange =
  | { type: 'claim'; name: string; claim: ForwardClaim }
  | { type: 'advance'; name: string; progress: ForwardProgress }
  | { type: 'fail'; name: string; failure: { owner: string; epoch: number; error: string; nowMs: number } }
  | { type: 'release'; name: string; owner: string }
  | { type: 'free' }
  | { type: 'keep'; names: readonly string[]; revision: number };

const STATEMENTS = {
  claim: `INSERT INTO forward_cursor (org, name, start, next, epoch, owner, lease_until_ms, sent, lost, failures)
    VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, 0, 0, 0)
    ON CONFLICT DO UPDATE SET
      epoch = epoch + (owner <> excluded.owner OR start <> excluded.start),
      next = CASE WHEN start <> excluded.start THEN excluded.next ELSE next END,
      sent = CASE WHEN start <> excluded.start THEN 0 ELSE sent END,
      lost = CASE WHEN start <> excluded.start THEN 0 ELSE lost END,
      failures = CASE WHEN start <> excluded.start THEN 0 ELSE failures END,
      last_error = CASE WHEN start <> excluded.start THEN NULL ELSE last_error END,
      start = excluded.start, owner = excluded.owner, lease_until_ms = excluded.lease_until_ms
    WHERE owner IN ('', excluded.owner) OR lease_until_ms <= ?7`,
  advance: `UPDATE forward_cursor SET next = ?1, sent = sent + ?2, lost = lost + ?3, failures = 0,
      last_error = ?4, last_error_ms = CASE WHEN ?4 IS NULL THEN NULL ELSE ?5 END, last_sent_ms = CASE WHEN ?2 > 0 THEN ?5 ELSE last_sent_ms END
    WHERE org = ?6 AND name = ?7 AND owner = ?8 AND epoch = ?9 AND next <= ?1`,
  fail: 'UPDATE forward_cursor SET failures = failures + 1, last_error = ?, last_error_ms = ? WHERE org = ? AND name = ? AND owner = ? AND epoch = ?',
  release: "UPDATE forward_cursor SET owner = '', lease_until_ms = 0 WHERE org = ? AND name = ? AND owner = ?",
  free: "UPDATE forward_cursor SET owner = '', lease_until_ms = 0 WHERE org = ?",
  keep: `DELETE FROM forward_cursor WHERE org = ?1 AND name NOT IN (SELECT value FROM json_each(?2))
    AND (SELECT revision FROM organization WHERE id = ?1) = ?3`,
} as const;

export class ForwardWriter {
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  constructor(db: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof STATEMENTS, StatementSync>;
  }

  /** How many rows it wrote. */
  apply(org: number, job: ForwardChange): number {
    const { claim, advance, fail, release, free, keep } = this.#statements;
    switch (job.type) {
      case 'claim': {
        const { owner, start, startSeq, leaseMs, nowMs } = job.claim;
        return Number(claim.run(org, job.name, start, startSeq, owner, nowMs + leaseMs, nowMs).changes);
      }
      case 'advance': {
        const { owner, epoch, next, sent, lost, nowMs, note } = job.progress;
        return Number(advance.run(next, sent, lost, note ?? null, nowMs, org, job.name, owner, epoch).changes);
      }
      case 'fail': {
        const { owner, epoch, error, nowMs } = job.failure;
        return Number(fail.run(error, nowMs, org, job.name, owner, epoch).changes);
      }
      case 'release':
        return Number(release.run(org, job.name, job.owner).changes);
      case 'free':
        return Number(free.run(org).changes);
      default:
        return Number(keep.run(org, JSON.stringify(job.names), job.revision).changes);
    }
  }
}

export const FORWARDS = `SELECT f.name, f.start, f.next, f.epoch, f.owner, f.sent, f.lost, f.failures, f.last_error, f.last_error_ms, f.last_sent_ms
  FROM forward_cursor f JOIN organization o ON o.id = f.org WHERE o.name = ? ORDER BY f.name`;

export class SqliteForwards implements ForwardStore {
  readonly #access: SqliteAccess;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async claimForward(org: string, name: string, claim: ForwardClaim): Promise<ForwardCursor | undefined> {
    if ((await this.#write(org, { type: 'claim', name, claim })) === 0) return undefined;
    return (await this.forwards(org)).find((cursor) => cursor.name === name && cursor.owner === claim.owner);
  }

  async advanceForward(org: string, name: string, progress: ForwardProgress): Promise<boolean> {
    return (await this.#write(org, { type: 'advance', name, progress })) > 0;
  }

  async failForward(org: string, name: string, failure: { owner: string; epoch: number; error: string; nowMs: number }): Promise<void> {
    await this.#write(org, { type: 'fail', name, failure });
  }

  async releaseForward(org: string, name: string, owner: string): Promise<void> {
    await this.#write(org, { type: 'release', name, owner });
  }

  async freeForwards(org: string): Promise<void> {
    await this.#write(org, { type: 'free' });
  }

  async forwards(org: string): Promise<ForwardCursor[]> {
    return (await this.#access.read({ type: 'forwards', org })).map(toCursor);
  }

  async keepForwards(org: string, names: readonly string[], revision: number): Promise<void> {
    await this.#write(org, { type: 'keep', names, revision });
  }

  async #write(org: string, change: ForwardChange): Promise<number> {
    const answer = await this.#access.submit({ type: 'forward', org, change });
    return answer.type === 'done' ? answer.count : 0;
  }
}
