// Deliveries of notifications in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../../lib/clock.ts';
import type {
  CursorMove,
  Delivery,
  DeliveryStatus,
  Forgetting,
  NewDelivery,
  OutboxCounts,
  OutboxCursor,
  OutboxStore,
  Settlement,
  Waiting,
} from '../../notify/port.ts';
import { asCounts, asDelivery, settled } from '../outbox-row.ts';
import type { ReadJob, Row, WriteAnswer, WriteJob } from './job.ts';

export type OutboxJob =
  | { type: 'outbox-take'; org: string; moves: readonly CursorMove[]; rows: readonly NewDelivery[]; nowMs: number }
  | { type: 'outbox-add'; org: string; rows: readonly NewDelivery[]; nowMs: number }
  | { type: 'outbox-claim'; org: string; subscription: string; holder: string; limit: number; leaseMs: number; nowMs: number }
  | { type: 'outbox-settle'; org: string; id: number; holder: string; settlement: Settlement; nowMs: number }
  | { type: 'outbox-replay'; org: string; id: number | null; subscription: string | null; nowMs: number }
  | { type: 'outbox-keep'; org: string; names: readonly string[]; revision: number };

/** Of no organization in particular. */
export type OutboxSweep = { type: 'outbox-release' } | { type: 'outbox-forget'; what: Forgetting; nowMs: number };

export type OutboxRead =
  | { type: 'outbox-cursors'; org: string }
  | { type: 'outbox-waiting'; org: string }
  | { type: 'outbox-counts'; org: string }
  | { type: 'outbox-list'; org: string; status: DeliveryStatus | null; subscription: string | null; before: number; limit: number };

const STATEMENTS = {
  cursor: 'SELECT since, seq FROM notify_cursor WHERE org = ? AND subscription = ?',
  move: `INSERT INTO notify_cursor (org, subscription, since, seq) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET since = excluded.since, seq = excluded.seq`,
  add: `INSERT INTO delivery (org, subscription, event, type, subject, seq, body, status, attempts, created_ms, next_ms)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', 0, ?8, ?8) ON CONFLICT DO NOTHING`,
  claim: `UPDATE delivery SET holder = ?3, lease_ms = ?4 + ?5, attempts = attempts + 1 WHERE id IN (
    SELECT w.id FROM delivery w WHERE w.org = ?1 AND w.subscription = ?2 AND w.status = 'pending' AND w.next_ms <= ?4 AND w.lease_ms <= ?4
      AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.org = w.org AND e.subscription = w.subscription AND e.subject = w.subject
        AND e.status = 'pending' AND e.id < w.id)
    ORDER BY w.id LIMIT ?6) RETURNING *`,
  settle: `UPDATE delivery SET status = ?4, error = ?5, next_ms = ?6, settled_ms = ?7, attempts = attempts - ?8, holder = NULL, lease_ms = 0
    WHERE org = ?1 AND id = ?2 AND holder = ?3 AND status = 'pending'`,
  replayOne: `UPDATE delivery SET status = 'pending', attempts = 0, next_ms = ?3, settled_ms = NULL, holder = NULL, lease_ms = 0
    WHERE org = ?1 AND id = ?2 AND lease_ms <= ?3`,
  replayDead: `UPDATE delivery SET status = 'pending', attempts = 0, next_ms = ?3, settled_ms = NULL, holder = NULL, lease_ms = 0
    WHERE org = ?1 AND status = 'dead' AND (?2 IS NULL OR subscription = ?2)`,
  dropCursors: `DELETE FROM notify_cursor WHERE org = ?1 AND since <= ?2 AND subscription NOT IN (SELECT value FROM json_each(?3))`,
  dropPending: `DELETE FROM delivery WHERE org = ?1 AND status = 'pending' AND subscription NOT IN (SELECT value FROM json_each(?2))
    AND NOT EXISTS (SELECT 1 FROM notify_cursor c WHERE c.org = delivery.org AND c.subscription = delivery.subscription)`,
  release: 'UPDATE delivery SET lease_ms = 0, holder = NULL WHERE lease_ms > 0',
  forgetOld: `DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE settled_ms <= max(?1, ?2, ?3) AND settled_ms <=
    CASE WHEN status = 'dead' THEN ?2 WHEN seq = 0 THEN ?3 ELSE ?1 END LIMIT ?4)`,
  forgetMany: `WITH cut AS MATERIALIZED (SELECT o.id AS org, (SELECT k.id FROM delivery k WHERE k.org = o.id AND k.status = 'delivered'
      ORDER BY k.id DESC LIMIT 1 OFFSET ?1) AS last FROM organization o)
    DELETE FROM delivery WHERE id IN (SELECT d.id FROM cut c JOIN delivery d ON d.org = c.org AND d.id <= c.last
      WHERE d.status = 'delivered' AND d.seq > 0 LIMIT ?2)`,
} as const;

export class OutboxWriter {
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  constructor(db: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof STATEMENTS, StatementSync>;
  }

  run(job: OutboxJob | OutboxSweep, idOf: (org: string) => number): WriteAnswer {
    return 'org' in job ? this.#apply(idOf(job.org), job) : this.#sweep(job);
  }

  #apply(org: number, job: OutboxJob): WriteAnswer {
    const { claim, settle, replayOne, replayDead, dropCursors, dropPending } = this.#statements;
    switch (job.type) {
      case 'outbox-take':
        return done(this.#take(org, job));
      case 'outbox-add':
        return done(this.#add(org, job));
      case 'outbox-claim':
        return { type: 'rows', rows: claim.all(org, job.subscription, job.holder, job.nowMs, job.leaseMs, job.limit) as Row[] };
      case 'outbox-settle': {
        const { status, error, nextMs, settledMs, refund } = settled(job.settlement, job.nowMs);
        return done(Number(settle.run(org, job.id, job.holder, status, error, nextMs, settledMs, refund).changes));
      }
      case 'outbox-replay':
        return done(
          Number((job.id === null ? replayDead.run(org, job.subscription, job.nowMs) : replayOne.run(org, job.id, job.nowMs)).changes),
        );
      default: {
        const names = JSON.stringify(job.names);
        dropCursors.run(org, job.revision, names);
        return done(Number(dropPending.run(org, names).changes));
      }
    }
  }

  #sweep(job: OutboxSweep): WriteAnswer {
    const { release, forgetOld, forgetMany } = this.#statements;
    if (job.type === 'outbox-release') return done(Number(release.run().changes));
    const { deliveredMs, deadMs, unloggedMs, keep, limit } = job.what;
    const old = forgetOld.run(job.nowMs - deliveredMs, job.nowMs - deadMs, job.nowMs - unloggedMs, limit).changes;
    return done(Number(old) + Number(forgetMany.run(keep, limit).changes));
  }

  #take(org: number, job: Extract<OutboxJob, { type: 'outbox-take' }>): number {
    const { cursor, move } = this.#statements;
    for (const { subscription, from } of job.moves) {
      const row = cursor.get(org, subscription);
      if (Number(row?.since ?? -1) !== (from?.since ?? -1) || Number(row?.seq ?? -1) !== (from?.seq ?? -1)) return 0;
    }
    for (const { subscription, since, seq } of job.moves) move.run(org, subscription, since, seq);
    this.#add(org, job);
    return 1;
  }

  #add(org: number, { rows, nowMs }: { rows: readonly NewDelivery[]; nowMs: number }): number {
    let count = 0;
    for (const { subscription, event, type, subject, seq, body } of rows)
      count += Number(this.#statements.add.run(org, subscription, event, type, subject, seq, body, nowMs).changes);
    return count;
  }
}

function done(count: number): WriteAnswer {
  return { type: 'done', count };
}

const OF_ORG = 'JOIN organization o ON o.id = t.org WHERE o.name = ?1';
const CURSORS = `SELECT t.subscription, t.since, t.seq FROM notify_cursor t ${OF_ORG}`;
/** Due is what nothing stands before. */
const WAITING = `SELECT t.subscription, count(*) AS pending, min(max(t.next_ms, t.lease_ms)) FILTER (WHERE NOT EXISTS (
    SELECT 1 FROM delivery e WHERE e.org = t.org AND e.subscription = t.subscription AND e.subject = t.subject AND e.status = 'pending'
      AND e.id < t.id)) AS due FROM delivery t ${OF_ORG}
  AND t.status = 'pending' GROUP BY t.subscription`;
const COUNTS = `SELECT (SELECT count(*) FROM delivery d WHERE d.org = o.id AND d.status = 'pending') AS pending,
  (SELECT count(*) FROM delivery d WHERE d.org = o.id AND d.status = 'dead') AS dead,
  (SELECT min(d.created_ms) FROM delivery d WHERE d.org = o.id AND d.status = 'pending') AS oldest FROM organization o WHERE o.name = ?1`;
const LIST = `SELECT t.* FROM delivery t ${OF_ORG} AND (?2 IS NULL OR t.status = ?2) AND (?3 IS NULL OR t.subscription = ?3) AND t.id < ?4
  ORDER BY t.id DESC LIMIT ?5`;

/** SQL and parameters of a read. */
export function outboxQuery(job: OutboxRead): [string, ...(string | number | null)[]] {
  if (job.type === 'outbox-cursors') return [CURSORS, job.org];
  if (job.type === 'outbox-waiting') return [WAITING, job.org];
  if (job.type === 'outbox-counts') return [COUNTS, job.org];
  return [LIST, job.org, job.status, job.subscription, job.before, job.limit];
}

export interface OutboxAccess {
  submit(job: WriteJob): Promise<WriteAnswer>;
  read(job: ReadJob): Promise<Row[]>;
}

export class SqliteOutbox implements OutboxStore {
  readonly #access: OutboxAccess;
  readonly #clock: Clock;

  constructor(access: OutboxAccess, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
  }

  async cursors(org: string): Promise<OutboxCursor[]> {
    const rows = await this.#access.read({ type: 'outbox-cursors', org });
    return rows.map((row) => ({ subscription: String(row.subscription), since: Number(row.since), seq: Number(row.seq) }));
  }

  async take(org: string, moves: readonly CursorMove[], rows: readonly NewDelivery[]): Promise<boolean> {
    return (await this.#count({ type: 'outbox-take', org, moves, rows, nowMs: this.#clock.nowMs() })) > 0;
  }

  add(org: string, rows: readonly NewDelivery[]): Promise<number> {
    return this.#count({ type: 'outbox-add', org, rows, nowMs: this.#clock.nowMs() });
  }

  async claim(
    org: string,
    subscription: string,
    holder: string,
    { limit, leaseMs }: { limit: number; leaseMs: number },
  ): Promise<Delivery[]> {
    const nowMs = this.#clock.nowMs();
    const job = { type: 'outbox-claim' as const, org, subscription, holder, limit, leaseMs, nowMs };
    const answer = await this.#access.submit({ type: 'outbox', job });
    return answer.type === 'rows' ? answer.rows.map(asDelivery).sort((a, b) => a.id - b.id) : [];
  }

  async settle(org: string, id: number, holder: string, settlement: Settlement): Promise<boolean> {
    return (await this.#count({ type: 'outbox-settle', org, id, holder, settlement, nowMs: this.#clock.nowMs() })) > 0;
  }

  async waiting(org: string): Promise<Waiting[]> {
    const nowMs = this.#clock.nowMs();
    const rows = await this.#access.read({ type: 'outbox-waiting', org });
    return rows.map((row) => ({ subscription: String(row.subscription), pending: Number(row.pending), dueMs: Number(row.due) - nowMs }));
  }

  async counts(org: string): Promise<OutboxCounts> {
    const [row] = await this.#access.read({ type: 'outbox-counts', org });
    return asCounts(row, this.#clock.nowMs());
  }

  async list(org: string, { status, subscription, limit, before }: Parameters<OutboxStore['list']>[1]): Promise<Delivery[]> {
    const rows = await this.#access.read({
      ...{ type: 'outbox-list', org, status: status ?? null, subscription: subscription ?? null },
      ...{ before: before ?? Number.MAX_SAFE_INTEGER, limit },
    });
    return rows.map(asDelivery);
  }

  replay(org: string, which: Parameters<OutboxStore['replay']>[1]): Promise<number> {
    const chosen = 'id' in which ? { id: which.id, subscription: null } : { id: null, subscription: which.subscription ?? null };
    return this.#count({ type: 'outbox-replay', org, ...chosen, nowMs: this.#clock.nowMs() });
  }

  async keepOnly(org: string, names: readonly string[], revision: number): Promise<void> {
    await this.#count({ type: 'outbox-keep', org, names, revision });
  }

  async releaseAll(): Promise<void> {
    await this.#count({ type: 'outbox-release' });
  }

  forget(what: Forgetting): Promise<number> {
    return this.#count({ type: 'outbox-forget', what, nowMs: this.#clock.nowMs() });
  }

  async #count(job: OutboxJob | OutboxSweep): Promise<number> {
    const answer = await this.#access.submit({ type: 'outbox', job });
    return answer.type === 'done' ? answer.count : 0;
  }
}
