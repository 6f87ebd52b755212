// Erasure in the embedded store. The first class runs in the writer's thread, inside its transaction; the second beside the callers.
// Never deletes a value without the entry that says so.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ArchivedHead } from '../../audit/archive-entry.ts';
import { type EntryRange, rangesOf } from '../../audit/erasure-entry.ts';
import { type EntryDraft, mintReceipt } from '../../audit/port.ts';
import type { ErasedPart, EraseResult, RetentionStore, SealedTicket, SealedValue } from '../../retention/port.ts';
import type { ReadJob, Row, WriteAnswer, WriteJob } from './job.ts';
import { entryKey, payloadKey } from './row-key.ts';

export type RetentionJob =
  | { type: 'erase-part'; org: string; part: ErasedPart; entry: EntryDraft }
  | { type: 'archive'; org: string; head: ArchivedHead; atRevision: number; entry: EntryDraft }
  | { type: 'work'; name: string; holder: string; nowMs: number; untilMs: number }
  /** The write-ahead log is emptied behind the commit (writer.ts). */
  | { type: 'scrub' };

export type RetentionRead =
  | { type: 'sealed-values'; org: string; afterId: number; limit: number }
  | { type: 'sealed-tickets'; org: string; after: string; limit: number }
  | { type: 'erased-by'; org: string; seq: number }
  | { type: 'erasures-done'; org: string }
  | { type: 'archived'; org: string };

const STATEMENTS = {
  value: 'DELETE FROM payload WHERE id = ?',
  ticket: 'UPDATE approval SET sealed = NULL WHERE org = ? AND id = ? AND live = 0 AND sealed IS NOT NULL',
  heldAnswer: 'DELETE FROM held_answer WHERE org = ? AND ticket = ?',
  range: 'INSERT INTO erased (org, from_seq, to_seq, by_seq) VALUES (?, ?, ?, ?)',
  done: `INSERT INTO erasure_done (org, name, revision, seq) VALUES (?, ?, ?, ?)
    ON CONFLICT (org, name) DO UPDATE SET revision = excluded.revision, seq = excluded.seq`,
  isThere: 'SELECT 1 FROM entry WHERE id = ? AND hash = ?',
  hasValues: 'SELECT 1 FROM payload WHERE id BETWEEN ? AND ? LIMIT 1',
  entries: 'DELETE FROM entry WHERE id BETWEEN ? AND ?',
  archive: `INSERT INTO archived (org, seq, hash, revision, first_hash, first_time) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (org) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, revision = excluded.revision`,
  work: `INSERT INTO work (name, holder, until_ms) VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_ms = excluded.until_ms WHERE holder = ?2 OR until_ms <= ?4`,
} as const;

export class RetentionWriter {
  readonly #db: DatabaseSync;
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof STATEMENTS, StatementSync>;
  }

  claim({ name, holder, nowMs, untilMs }: Extract<RetentionJob, { type: 'work' }>): number {
    return Number(this.#statements.work.run(name, holder, untilMs, nowMs).changes);
  }

  /** False, and nothing done, unless all that `removeEntries` asks for holds. */
  archive(org: number, { seq, hash, revision, firstHash, firstTime }: ArchivedHead, lastSeq: number): boolean {
    const { isThere, hasValues, entries, archive } = this.#statements;
    if (seq >= lastSeq || !isThere.get(entryKey(org, seq), hash)) return false;
    if (hasValues.get(payloadKey(org, 0, 0), payloadKey(org, seq + 1, 0) - 1)) return false;
    entries.run(entryKey(org, 0), entryKey(org, seq));
    archive.run(org, seq, hash, revision, firstHash, firstTime);
    return true;
  }

  /** All of it, or nothing: then false. `bySeq`: number of the entry that is appended next. */
  erase(org: number, part: ErasedPart, revision: number, bySeq: number): boolean {
    if (part.atRevision !== revision) return false;
    const { value, ticket, heldAnswer, range, done } = this.#statements;
    // A part of a transaction that is shared with others: it is taken back alone.
    this.#db.exec('SAVEPOINT erasing');
    const [first, end] = [payloadKey(org, 0, 0), payloadKey(org + 1, 0, 0)];
    const isWhole =
      part.values.every(({ id }) => id >= first && id < end && Number(value.run(id).changes) === 1) &&
      part.tickets.every((id) => Number(ticket.run(org, id).changes) === 1);
    if (!isWhole) {
      this.#db.exec('ROLLBACK TO erasing; RELEASE erasing');
      return false;
    }
    // The request that the gateway would make by itself, and the answer that is kept for its agent, hold the same.
    for (const id of part.tickets) heldAnswer.run(org, id);
    for (const { from, to } of rangesIn(part)) range.run(org, from, to, bySeq);
    if (part.done) done.run(org, part.done.name, part.done.revision, bySeq);
    this.#db.exec('RELEASE erasing');
    return true;
  }
}

function rangesIn({ values }: ErasedPart): EntryRange[] {
  return rangesOf(values.map(({ seq }) => seq));
}

/** SQL and parameters of a read. */
export function retentionQuery(job: RetentionRead, orgId: (name: string) => number): [string, ...(string | number)[]] {
  const org = orgId(job.org);
  switch (job.type) {
    case 'sealed-values':
      return [VALUES, Math.max(job.afterId + 1, payloadKey(org, 0, 0)), payloadKey(org + 1, 0, 0) - 1, job.limit];
    case 'sealed-tickets':
      return [TICKETS, org, job.after, job.limit];
    case 'erased-by':
      return [ERASED_BY, org, job.seq, job.seq];
    case 'erasures-done':
      return [DONE, org];
    case 'archived':
      return ['SELECT seq, hash, revision, first_hash, first_time FROM archived WHERE org = ?', org];
  }
}

const VALUES = 'SELECT id, seq FROM payload WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?';
const TICKETS = 'SELECT id, live, document FROM approval WHERE org = ? AND id > ? AND sealed IS NOT NULL ORDER BY id LIMIT ?';
const ERASED_BY = 'SELECT by_seq FROM erased WHERE org = ? AND from_seq <= ? AND to_seq >= ? ORDER BY by_seq LIMIT 1';
const DONE = 'SELECT name, revision, seq FROM erasure_done WHERE org = ?';

export interface RetentionAccess {
  submit(job: WriteJob): Promise<WriteAnswer>;
  read(job: ReadJob): Promise<Row[]>;
}

export class SqliteRetention implements RetentionStore {
  readonly #access: RetentionAccess;

  constructor(access: RetentionAccess) {
    this.#access = access;
  }

  async sealedValues(org: string, afterId: number, limit: number): Promise<SealedValue[]> {
    const rows = await this.#access.read({ type: 'sealed-values', org, afterId, limit });
    return rows.map(({ id, seq }) => ({ id: Number(id), seq: Number(seq) }));
  }

  async sealedTickets(org: string, after: string, limit: number): Promise<SealedTicket[]> {
    const rows = await this.#access.read({ type: 'sealed-tickets', org, after, limit });
    return rows.map(({ id, live, document }) => ({ id: String(id), live: Number(live) === 1, text: String(document) }));
  }

  async erase(org: string, part: ErasedPart, entry: EntryDraft): Promise<EraseResult> {
    const answer = await this.#access.submit({ type: 'erase-part', org, part, entry });
    if (answer.type !== 'appended') return { type: 'changed' };
    return { type: 'erased', receipt: mintReceipt(org, answer.firstSeq, answer.hashes[0] ?? '', answer.revision) };
  }

  async erasedBy(org: string, seq: number): Promise<number | undefined> {
    const [row] = await this.#access.read({ type: 'erased-by', org, seq });
    return row && Number(row.by_seq);
  }

  async doneErasures(org: string): Promise<{ name: string; revision: number; seq: number }[]> {
    const rows = await this.#access.read({ type: 'erasures-done', org });
    return rows.map(({ name, revision, seq }) => ({ name: String(name), revision: Number(revision), seq: Number(seq) }));
  }

  async archived(org: string): Promise<ArchivedHead | undefined> {
    const [row] = await this.#access.read({ type: 'archived', org });
    if (!row) return undefined;
    const { seq, hash, revision, first_hash: firstHash, first_time: firstTime } = row;
    return { seq: Number(seq), hash: String(hash), revision: Number(revision), firstHash: String(firstHash), firstTime: String(firstTime) };
  }

  async removeEntries(org: string, head: ArchivedHead, atRevision: number, entry: EntryDraft): Promise<EraseResult> {
    const answer = await this.#access.submit({ type: 'archive', org, head, atRevision, entry });
    if (answer.type !== 'appended') return { type: 'changed' };
    return { type: 'erased', receipt: mintReceipt(org, answer.firstSeq, answer.hashes[0] ?? '', answer.revision) };
  }

  async claimWork(work: string, holder: string, nowMs: number, untilMs: number): Promise<boolean> {
    const answer = await this.#access.submit({ type: 'work', name: work, holder, nowMs, untilMs });
    return answer.type === 'done' && answer.count > 0;
  }

  async scrub(): Promise<boolean> {
    const answer = await this.#access.submit({ type: 'scrub' });
    return answer.type === 'done' && answer.count === 0;
  }
}
