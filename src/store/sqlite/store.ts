// The embedded driver: node:sqlite in two worker threads (one writes, one reads), group commit in front of the writer.
// Never opens a data directory that another process works on.
import { join } from 'node:path';
import { type EntryDraft, type EntryQuery, type Head, mintReceipt, type Receipt, type StoredEntry } from '../../audit/port.ts';
import type { TokenUse } from '../../auth/port.ts';
import { GatewayError } from '../../lib/error.ts';
import type { ControlSnapshot, ObjectVersion, ObjectWrite, WriteResult } from '../../object/port.ts';
import type { KeptHistory } from '../../risk/port.ts';
import type { WrappedKey } from '../../vault/port.ts';
import {
  asTheyAre,
  checkDraft,
  checkOrganization,
  checkWrites,
  documentText,
  draftBytes,
  parseDocument,
  readNumbers,
  settledAppend,
} from '../check-write.ts';
import { GroupQueue, logUnavailable, type OnFailure, refused } from '../group-queue.ts';
import { ObjectCache, type ObjectDelta } from '../object-cache.ts';
import type { FailWrite, Store } from '../port.ts';
import { readPages } from '../read-log.ts';
import { SqliteCheckpoints } from './checkpoints.ts';
import { DATABASE_FILE, migrateDatabase, openDatabase } from './database.ts';
import { sqliteFlows } from './flows.ts';
import type { Row, RowWrite, WriteAnswer, WriteJob } from './job.ts';
import { lockDataDirectory } from './lock.ts';
import { backupSqlite } from './snapshot.ts';
import { SqliteThread, toError } from './thread.ts';

export interface SqliteOptions {
  /** Directory of the database and its lock; created with mode 0700 when it is missing. */
  dataDir: string;
  failWrite?: FailWrite | undefined;
}

/** Open and migrated when it resolves. Rejects with GatewayError `data_directory_in_use`, `schema_newer` or `schema_changed`. */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const store = new SqliteStore(options);
  await store.open();
  return {
    log: store,
    objects: store,
    keys: store,
    tokenUse: store,
    histories: store,
    definitions: store,
    checkpoints: store.checkpoints,
    lifecycle: store,
    limits: { quotas: store.flows.limits, rates: undefined, places: undefined },
    approvals: store.flows.approvals,
    passkeys: store.flows.passkeys,
    outbox: store.flows.outbox,
    forwards: store.flows.forwards,
    deliveries: store.flows.deliveries,
    flowFacts: store.flows.flowFacts,
    retention: store.flows.retention,
    // The lock of the data directory lets nobody else in.
    presence: { claim: async () => true, settle: async () => undefined, count: async () => 1 },
    backup: (toPath) => backupSqlite(options.dataDir, toPath),
  };
}

class SqliteStore {
  readonly path: string;
  readonly flows = sqliteFlows({
    submit: (job) => this.#submit(job, 1, flowBytes(job)),
    read: async (job) => this.#reader().read(job),
  });
  readonly checkpoints = new SqliteCheckpoints({
    submit: (job, bytes) => this.#submit(job, 1, bytes),
    read: async (job) => this.#reader().read(job),
  });
  readonly #dataDir: string;
  readonly #failWrite: FailWrite | undefined;
  readonly #objects = new ObjectCache();
  readonly #listeners = new Set<(org: string, revision: number) => void>();
  #open: { writer: SqliteThread; reader: SqliteThread; queue: GroupQueue<WriteJob, WriteAnswer>; release: () => void } | undefined;

  constructor({ dataDir, failWrite }: SqliteOptions) {
    this.#dataDir = dataDir;
    this.path = join(dataDir, DATABASE_FILE);
    this.#failWrite = failWrite;
  }

  async open(): Promise<void> {
    if (this.#open) return;
    const release = lockDataDirectory(this.#dataDir);
    try {
      const db = openDatabase(this.path, 'write');
      try {
        migrateDatabase(db);
      } finally {
        db.close();
      }
    } catch (error) {
      release();
      throw error;
    }
    const writer = new SqliteThread({ path: this.path, role: 'writer' });
    const reader = new SqliteThread({ path: this.path, role: 'reader' });
    const queue = new GroupQueue<WriteJob, WriteAnswer>(async (jobs) => {
      const replies = await writer.write(jobs);
      return replies.map((reply) => ('value' in reply ? reply : { error: toError(reply.failure) }));
    }, this.#failWrite);
    this.#open = { writer, reader, queue, release };
  }

  async close(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    this.#listeners.clear();
    await open.queue.close();
    await open.reader.close();
    await open.writer.close();
    open.release();
  }

  async healthy(): Promise<boolean> {
    try {
      await this.#submit({ type: 'health' }, 1, 0);
      return true;
    } catch {
      return false;
    }
  }

  append<T = Receipt[]>(org: string, drafts: readonly EntryDraft[], then = asTheyAre<T>, failed?: OnFailure<T>): Promise<T> {
    const read = (answer: WriteAnswer): T => then(receipts(org, answer));
    const job = { type: 'append', org, drafts } as const;
    return settledAppend(drafts, then, failed) ?? this.#submit(job, drafts.length, draftBytes(drafts), read, failed);
  }

  async head(org: string): Promise<Head> {
    const [row] = await this.#reader().read({ type: 'head', org });
    if (!row) throw unknownOrganization(org);
    return {
      seq: Number(row.seq),
      hash: row.hash === null ? '0'.repeat(64) : String(row.hash),
      revision: Number(row.revision),
    };
  }

  read(query: EntryQuery): AsyncIterable<StoredEntry> {
    const reader = this.#reader();
    return readPages(
      query,
      () => this.head(query.org),
      async (page) => (await reader.read({ type: 'entries', ...page })).map(toEntry),
    );
  }

  async payload(org: string, commitment: string, seq?: number): Promise<Uint8Array | undefined> {
    const [row] = await this.#reader().read({ type: 'payload', org, commitment, seq });
    return row ? (row.sealed as Uint8Array) : undefined;
  }

  async erasePayloads(org: string, commitments: readonly string[]): Promise<number> {
    const answer = await this.#submit({ type: 'erase', org, commitments }, 1, 0);
    return answer.type === 'done' ? answer.count : 0;
  }

  async organizations(): Promise<string[]> {
    return (await this.#reader().read({ type: 'organizations' })).map((row) => String(row.name));
  }

  async createOrganization(org: string): Promise<void> {
    checkOrganization(org);
    await this.#submit({ type: 'organization', org }, 1, 0);
  }

  load(org: string): Promise<ControlSnapshot> {
    return this.#objects.load(org, (since) => this.#objectsSince(org, since));
  }

  async loadAt(org: string, revision: number): Promise<ControlSnapshot> {
    const rows = await this.#reader().read({ type: 'objects-at', org, revision });
    return { org, revision, objects: rows.map((row) => parseDocument(String(row.document), Number(row.revision))) };
  }

  async write(org: string, writes: readonly ObjectWrite[], author: string, timeMs: number, entry: EntryDraft): Promise<WriteResult> {
    checkWrites(writes);
    checkDraft(entry);
    const rows = writes.map(toRow);
    const bytes = rows.reduce((sum, row) => sum + (row.document?.length ?? 0), draftBytes([entry]));
    const answer = await this.#submit({ type: 'write', org, writes: rows, author, timeMs, entry }, 1, bytes);
    if (answer.type === 'conflict') return answer;
    const [receipt] = receipts(org, answer);
    if (!receipt) throw logUnavailable('a write of objects was not confirmed');
    for (const listener of this.#listeners) listener(org, receipt.revision);
    return { type: 'written', revision: receipt.revision, receipt };
  }

  async history(org: string, kind: string, name: string, limit: number): Promise<ObjectVersion[]> {
    const rows = await this.#reader().read({ type: 'history', org, kind, name, limit });
    return rows.map((row) => {
      const revision = Number(row.revision);
      const document = row.document === null ? undefined : parseDocument(String(row.document), revision);
      return { kind, name, revision, document, author: String(row.author), timeMs: Number(row.time_ms) };
    });
  }

  onChange(listener: (org: string, revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async put(org: string, id: string, wrapped: Uint8Array): Promise<void> {
    await this.#submit({ type: 'key', org, id, wrapped }, 1, wrapped.byteLength);
  }

  async list(org: string): Promise<WrappedKey[]> {
    const rows = await this.#reader().read({ type: 'keys', org });
    return rows.map((row) => ({ id: String(row.id), wrapped: row.wrapped as Uint8Array }));
  }

  async noteTokenUse(org: string, uses: readonly TokenUse[]): Promise<void> {
    if (uses.length > 0) await this.#submit({ type: 'token-use', org, uses }, 1, uses.length * TOKEN_USE_BYTES);
  }

  async loadTokenUse(org: string): Promise<TokenUse[]> {
    const rows = await this.#reader().read({ type: 'token-use', org });
    return rows.map((row) => ({ token: String(row.token), usedMs: Number(row.used_ms) }));
  }

  async #objectsSince(org: string, since: number): Promise<ObjectDelta> {
    const [first, ...rows] = await this.#reader().read({ type: 'objects', org, since });
    if (!first) throw unknownOrganization(org);
    const changed = rows.filter((row) => row.kind === null).map((row) => parseDocument(String(row.document), Number(row.revision)));
    const deleted = rows.filter((row) => row.kind !== null).map((row) => ({ kind: String(row.kind), name: String(row.name) }));
    return { revision: Number(first.revision), total: Number(first.total), changed, deleted };
  }

  async saveDefinitions(org: string, definitions: readonly { hash: string; text: string }[]): Promise<void> {
    await this.#submit(
      { type: 'definitions', org, definitions },
      1,
      definitions.reduce((sum, { text }) => sum + text.length, 0),
    );
  }

  async loadDefinition(org: string, hash: string): Promise<string | undefined> {
    const [row] = await this.#reader().read({ type: 'definition', org, hash });
    return row && String(row.text);
  }

  async saveHistory(org: string, { seq, beyond, data }: KeptHistory): Promise<void> {
    await this.#submit({ type: 'risk-history', org, seq, beyond: beyond.join(','), data }, 1, data.byteLength);
  }

  async loadHistory(org: string): Promise<KeptHistory | undefined> {
    const [row] = await this.#reader().read({ type: 'risk-history', org });
    return row && { seq: Number(row.seq), beyond: readNumbers(String(row.beyond)), data: row.data as Uint8Array };
  }

  #submit<T = WriteAnswer>(
    job: WriteJob,
    entries: number,
    bytes: number,
    read?: (answer: WriteAnswer) => T,
    failed?: OnFailure<T>,
  ): Promise<T> {
    if (!this.#open) return refused(logUnavailable('the store is closed'), failed);
    return this.#open.queue.submit({ job, entries, bytes }, read, failed);
  }

  #reader(): SqliteThread {
    if (!this.#open) throw new GatewayError('store_unavailable', 'The database is closed.');
    return this.#open.reader;
  }
}

/** Roughly what a change of a flow takes in memory while it waits. */
function flowBytes(job: WriteJob): number {
  if (job.type === 'delivery') return (job.row.request?.byteLength ?? 0) + (job.row.answer?.byteLength ?? 0) + DELIVERY_BYTES;
  if (job.type !== 'approval') return JSON.stringify(job).length;
  return job.row.text.length + (job.sealed?.byteLength ?? 0) + draftBytes([job.entry]);
}

/** Of a delivery beside what is sealed in it. */
const DELIVERY_BYTES = 256;

/** Roughly what a use takes in memory while it waits. */
const TOKEN_USE_BYTES = 128;

function receipts(org: string, answer: WriteAnswer): Receipt[] {
  if (answer.type !== 'appended') throw logUnavailable(`unexpected answer ${answer.type}`);
  const { firstSeq, hashes, revision } = answer;
  return hashes.map((hash, index) => mintReceipt(org, firstSeq + index, hash, revision));
}

function toEntry(row: Row): StoredEntry {
  return { seq: Number(row.seq), hash: String(row.hash), header: String(row.header), content: String(row.content) };
}

function toRow({ kind, name, document, expectedRevision }: ObjectWrite): RowWrite {
  return { kind, name, document: document && documentText(document), expectedRevision };
}

function unknownOrganization(org: string): GatewayError {
  return new GatewayError('unknown_organization', `There is no organization "${org}".`);
}
