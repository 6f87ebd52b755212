// The only code that writes to the SQLite file: one transaction per group of jobs, chain links computed here, under the write lock.
// Never let one bad job take the others of its group with it, and never answer before COMMIT has returned.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { GENESIS, linkContent } from '../../audit/chain.ts';
import type { Head } from '../../audit/port.ts';
import { sha256Hex } from '../../lib/digest.ts';
import { GatewayError } from '../../lib/error.ts';
import { logUnavailable } from '../group-queue.ts';
import { BesideTickets } from './beside-tickets.ts';
import { CheckpointWriter } from './checkpoints.ts';
import { ForwardWriter } from './forwards.ts';
import type { Failure, LogJob, RowDraft, RowJob, RowPayload, WriteAnswer, WriteJob, WriteReply } from './job.ts';
import { OutboxWriter } from './outbox.ts';
import { rowOf } from './pack.ts';
import { QuotaWriter } from './quotas.ts';
import { RetentionWriter } from './retention.ts';
import { entryKey, MAX_ORGANIZATIONS, payloadKey } from './row-key.ts';

interface OrgState {
  id: number;
  head: Head;
}

export class SqliteWriter {
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #quotas: QuotaWriter;
  readonly #checkpoints: CheckpointWriter;
  readonly #outbox: OutboxWriter;
  readonly #forwards: ForwardWriter;
  readonly #besideTickets: BesideTickets;
  readonly #retention: RetentionWriter;
  /** Heads as of the last commit or the running transaction; forgotten on every rollback. */
  readonly #orgs = new Map<string, OrgState>();

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#statements = prepare(db);
    this.#quotas = new QuotaWriter(db);
    this.#checkpoints = new CheckpointWriter(db);
    this.#outbox = new OutboxWriter(db);
    this.#forwards = new ForwardWriter(db);
    this.#besideTickets = new BesideTickets(db);
    this.#retention = new RetentionWriter(db);
  }

  /** Durable when it returns. One reply per job, in order. */
  run(jobs: readonly RowJob[]): WriteReply[] {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const replies = jobs.map((job): WriteReply => ({ value: this.#apply(job) }));
      this.#db.exec('COMMIT');
      return jobs.some(({ type }) => type === 'scrub') ? this.#scrubbed(jobs, replies) : replies;
    } catch (error) {
      this.#rollback();
      if (jobs.length > 1) return jobs.flatMap((job) => this.run([job]));
      return [{ failure: asFailure(error) }];
    }
  }

  close(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  /** Deleted bytes stand in the write-ahead log until it is emptied; a reader may be in the way, then the answer to `scrub` is 1. */
  #scrubbed(jobs: readonly RowJob[], replies: readonly WriteReply[]): WriteReply[] {
    const busy = Number(this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy ?? 1);
    return replies.map((reply, at) => (jobs[at]?.type === 'scrub' ? { value: { type: 'done', count: busy } } : reply));
  }

  #rollback(): void {
    this.#orgs.clear();
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  #apply(job: RowJob): WriteAnswer {
    switch (job.type) {
      case 'append': {
        const org = this.#org(job.org);
        return this.#append(job.org, org, org.head.revision, job.drafts);
      }
      case 'write':
        return this.#write(job);
      case 'organization':
        return this.#addOrganization(job.org);
      case 'key':
        return { type: 'done', count: Number(this.#statements.putKey.run(this.#org(job.org).id, job.id, job.wrapped).changes) };
      case 'token-use': {
        const { id } = this.#org(job.org);
        for (const { token, usedMs } of job.uses) this.#statements.noteUse.run(id, token, usedMs);
        return { type: 'done', count: job.uses.length };
      }
      case 'erase': {
        const { id } = this.#org(job.org);
        const range = [payloadKey(id, 0, 0), payloadKey(id + 1, 0, 0) - 1] as const;
        let count = 0;
        for (const commitment of job.commitments)
          count += Number(this.#statements.erase.run(Buffer.from(commitment, 'hex'), ...range).changes);
        return { type: 'done', count };
      }
      case 'risk-history':
        return {
          type: 'done',
          count: Number(this.#statements.keepHistory.run(this.#org(job.org).id, job.seq, job.beyond, job.data).changes),
        };
      case 'definitions': {
        const { id } = this.#org(job.org);
        for (const { hash, text } of job.definitions) this.#statements.addDefinition.run(id, hash, text);
        return { type: 'done', count: job.definitions.length };
      }
      case 'checkpoint':
      case 'checkpoint-note':
      case 'signing-key':
      case 'tree-blocks':
        return { type: 'done', count: this.#checkpoints.apply(this.#org(job.org).id, job) };
      case 'health':
        return { type: 'done', count: Number(this.#statements.health.run().changes) };
      default:
        return this.#applyFlow(job);
    }
  }

  /** Everything that is neither the log itself nor the objects. */
  #applyFlow(job: Exclude<RowJob, { type: LogJob }>): WriteAnswer {
    switch (job.type) {
      case 'approval':
        return this.#approval(job);
      case 'delivery':
      case 'forget-deliveries':
      case 'use-passkey':
      case 'flow-fact':
        return { type: 'done', count: this.#besideTickets.run(job, (name) => this.#org(name).id) };
      case 'use-grant':
        return this.#useGrant(job);
      case 'outbox':
        return this.#outbox.run(job.job, (name) => this.#org(name).id);
      case 'forward':
        return { type: 'done', count: this.#forwards.apply(this.#org(job.org).id, job.change) };
      case 'erase-part':
        return this.#erasePart(job);
      case 'archive':
        return this.#archive(job);
      case 'work':
        return { type: 'done', count: this.#retention.claim(job) };
      case 'scrub':
        return { type: 'done', count: 1 };
      default:
        return this.#applyQuota(job);
    }
  }

  #applyQuota(job: Extract<WriteJob, { type: 'reserve' | 'release' | 'park' | 'claim' | 'forget' }>): WriteAnswer {
    if (job.type === 'forget') this.#quotas.forget(job.nowMs);
    else {
      const { id } = this.#org(job.org);
      if (job.type === 'reserve') return { type: 'quota', full: this.#quotas.reserve(id, job.items) };
      if (job.type === 'claim') return { type: 'quota', claimed: this.#quotas.claim(id, job.ticket) };
      if (job.type === 'release') this.#quotas.release(id, job.items);
      else this.#quotas.park(id, job.ticket, job.text, job.untilMs);
    }
    return { type: 'quota' };
  }

  /** The ticket as its writer last saw it, or nothing is written. */
  #approval({ org: name, row, sealed, atRevision, entry }: Extract<WriteJob, { type: 'approval' }>): WriteAnswer {
    const { addTicket, changeTicket } = this.#statements;
    const { id, binding, live, agent, version, createdMs, expiresMs, text, usedMs = null } = row;
    const org = this.#org(name);
    const currentRevision = org.head.revision;
    if (atRevision !== undefined && atRevision !== currentRevision)
      return { type: 'conflict', kind: 'approval', name: id, currentRevision };
    const isLive = live ? 1 : 0;
    const { changes } =
      version === 1
        ? addTicket.run(org.id, id, binding, isLive, agent, createdMs, expiresMs, text, sealed ?? null, usedMs)
        : changeTicket.run(isLive, version, text, usedMs, org.id, id, version - 1);
    if (Number(changes) === 0) return { type: 'conflict', kind: 'approval', name: id, currentRevision: 0 };
    return this.#append(name, org, org.head.revision, [rowOf(entry)]);
  }

  /** One more use and its entry, or nothing: the conflict says which revision it is, another one or the one that was asked for. */
  #useGrant({ org: name, use: { key, maxUses, timeMs, atRevision }, entry }: Extract<WriteJob, { type: 'use-grant' }>): WriteAnswer {
    const org = this.#org(name);
    const currentRevision = org.head.revision;
    const conflict = { type: 'conflict', kind: 'grant', name: key, currentRevision } as const;
    if (atRevision !== currentRevision) return conflict;
    if (Number(this.#statements.useGrant.run(org.id, key, timeMs, maxUses ?? null).changes) === 0) return conflict;
    return this.#append(name, org, currentRevision, [rowOf(entry)]);
  }

  #erasePart({ org: name, part, entry }: Extract<WriteJob, { type: 'erase-part' }>): WriteAnswer {
    const org = this.#org(name);
    if (!this.#retention.erase(org.id, part, org.head.revision, org.head.seq + 1)) return { type: 'done', count: 0 };
    return this.#append(name, org, org.head.revision, [rowOf(entry)]);
  }

  #archive({ org: name, head, atRevision, entry }: Extract<WriteJob, { type: 'archive' }>): WriteAnswer {
    const org = this.#org(name);
    const isDone = atRevision === org.head.revision && this.#retention.archive(org.id, head, org.head.seq);
    return isDone ? this.#append(name, org, org.head.revision, [rowOf(entry)]) : { type: 'done', count: 0 };
  }

  #addOrganization(name: string): WriteAnswer {
    const count = Number(this.#statements.addOrg.run(name).changes);
    const id = Number(this.#statements.org.get(name)?.id);
    if (id > MAX_ORGANIZATIONS)
      throw new GatewayError(
        'too_many_organizations',
        `The embedded store holds ${MAX_ORGANIZATIONS} organizations. Use PostgreSQL for more.`,
      );
    return { type: 'done', count };
  }

  #append(name: string, org: OrgState, revision: number, drafts: readonly RowDraft[]): WriteAnswer {
    const { insertEntry, insertPayload } = this.#statements;
    const firstSeq = org.head.seq + 1;
    const hashes: string[] = [];
    for (const { content, call, payloads } of drafts) {
      const { seq, hash, header } = linkContent(name, org.head, revision, sha256Hex(content));
      insertEntry.run(entryKey(org.id, seq), hash, header, content, call);
      for (let place = 0; place < payloads.length; place++) {
        const { role, commitment, sealed } = payloads[place] as RowPayload;
        insertPayload.run(payloadKey(org.id, seq, place), role, commitment, sealed);
      }
      org.head = { seq, hash, revision };
      hashes.push(hash);
    }
    return { type: 'appended', firstSeq, hashes, revision };
  }

  #write(job: Extract<WriteJob, { type: 'write' }>): WriteAnswer {
    const statements = this.#statements;
    const org = this.#org(job.org);
    const currentRevisions = job.writes.map(({ kind, name }) => Number(statements.objectRevision.get(org.id, kind, name)?.revision ?? 0));
    for (const [index, { kind, name, expectedRevision }] of job.writes.entries()) {
      const currentRevision = currentRevisions[index] ?? 0;
      if (expectedRevision !== undefined && expectedRevision !== currentRevision) return { type: 'conflict', kind, name, currentRevision };
    }
    const revision = org.head.revision + 1;
    for (const [index, { kind, name, document }] of job.writes.entries()) {
      if (document !== undefined) statements.putObject.run(org.id, kind, name, revision, document);
      else if (currentRevisions[index] === 0) continue;
      else statements.deleteObject.run(org.id, kind, name);
      statements.addVersion.run(org.id, kind, name, revision, document ?? null, job.author, job.timeMs);
    }
    statements.setRevision.run(revision, org.id);
    return this.#append(job.org, org, revision, [rowOf(job.entry)]);
  }

  #org(name: string): OrgState {
    const known = this.#orgs.get(name);
    if (known) return known;
    const row = this.#statements.org.get(name);
    if (!row) throw new GatewayError('unknown_organization', `There is no organization "${name}".`);
    const id = Number(row.id);
    const last = this.#statements.lastEntry.get(entryKey(id, 0), entryKey(id + 1, 0) - 1);
    const revision = Number(row.revision);
    const head = last ? { seq: Number(last.seq), hash: String(last.hash), revision } : { ...GENESIS, revision };
    const state = { id, head };
    this.#orgs.set(name, state);
    return state;
  }
}

function asFailure(error: unknown): Failure {
  const failure = error instanceof GatewayError ? error : logUnavailable(error instanceof Error ? error.message : String(error));
  return { code: failure.code, message: failure.message, detail: failure.detail };
}

type Statements = Record<keyof typeof STATEMENTS, StatementSync>;

const STATEMENTS = {
  org: 'SELECT id, revision FROM organization WHERE name = ?',
  addOrg: 'INSERT INTO organization (name) VALUES (?) ON CONFLICT DO NOTHING',
  setRevision: 'UPDATE organization SET revision = ? WHERE id = ?',
  lastEntry: 'SELECT seq, hash FROM entry WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT 1',
  /** Texts may come in UTF-8, as bytes; the cast then only says what they are. */
  insertEntry: 'INSERT INTO entry (id, hash, header, content, call) VALUES (?, ?, ?, CAST(? AS TEXT), CAST(? AS TEXT))',
  insertPayload: 'INSERT INTO payload (id, role, commitment, sealed) VALUES (?, ?, ?, ?)',
  erase: 'DELETE FROM payload WHERE commitment = ? AND id BETWEEN ? AND ?',
  objectRevision: 'SELECT revision FROM object WHERE org = ? AND kind = ? AND name = ?',
  putObject:
    'INSERT INTO object (org, kind, name, revision, document) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision, document = excluded.document',
  deleteObject: 'DELETE FROM object WHERE org = ? AND kind = ? AND name = ?',
  addVersion: 'INSERT INTO object_history (org, kind, name, revision, document, author, time_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  putKey: 'INSERT INTO data_key (org, id, wrapped) VALUES (?, ?, ?) ON CONFLICT (org, id) DO UPDATE SET wrapped = excluded.wrapped',
  noteUse:
    'INSERT INTO token_use (org, token, used_ms) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET used_ms = max(used_ms, excluded.used_ms)',
  addDefinition: 'INSERT INTO definition (org, hash, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  keepHistory:
    'INSERT INTO risk_history (org, seq, beyond, data) VALUES (?, ?, ?, ?) ON CONFLICT (org) DO UPDATE SET seq = excluded.seq, beyond = excluded.beyond, data = excluded.data WHERE excluded.seq >= risk_history.seq',
  addTicket: `INSERT INTO approval (org, id, binding, live, agent, version, created_ms, expires_ms, document, sealed, used_ms)
    VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  changeTicket: 'UPDATE approval SET live = ?, version = ?, document = ?, used_ms = ? WHERE org = ? AND id = ? AND version = ?',
  useGrant: `INSERT INTO grant_use (org, key, used, used_ms) VALUES (?1, ?2, 1, ?3)
    ON CONFLICT (org, key) DO UPDATE SET used = used + 1, used_ms = max(used_ms, ?3) WHERE ?4 IS NULL OR used < ?4`,
  health: 'UPDATE health SET writes = writes + 1',
} as const;

function prepare(db: DatabaseSync): Statements {
  return Object.fromEntries(Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)])) as Statements;
}
