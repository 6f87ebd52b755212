// The driver for production and for more than one gateway: PostgreSQL 15 or newer, one commit in flight per organization and process.
// The server-side functions order the log, so any number of processes may share the database.
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
import { ObjectCache } from '../object-cache.ts';
import type { FailWrite, Store } from '../port.ts';
import { type PageQuery, readPages } from '../read-log.ts';
import { PostgresCheckpoints } from './checkpoints.ts';
import { asUnavailable, connect, migrateDatabase, type Sql } from './database.ts';
import { PostgresFlows } from './flows.ts';
import { Presence } from './presence.ts';
import { backupPostgres, objectsAt, objectsSince } from './snapshot.ts';
import { runGroup, tokenUses, unknownOrganization, WRITE_TIMEOUT_MS, type WriteAnswer, type WriteJob } from './writer.ts';

/** Connections of one process: writes and reads apart, so that a long read never delays an append. */
const WRITE_CONNECTIONS = 4;
const READ_CONNECTIONS = 4;
const CLOSE_TIMEOUT_S = 5;
const CHANNEL = 'sallyport_change';
/** Pause between two looks at the revisions, milliseconds: a notification that never came is made up for within this time. */
export const REVISION_POLL_MS = 1_000;

export interface PostgresOptions {
  /** `postgres://…`; never logged. */
  url: string;
  failWrite?: FailWrite | undefined;
}

/** Open and migrated when it resolves. Rejects with GatewayError `schema_newer`, `schema_changed`, `database_unsuitable`, `store_unavailable`. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const store = new PostgresStore(options);
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
    limits: { quotas: store.flows.limits, rates: store.flows.limits, places: store.flows.places },
    approvals: store.flows.approvals,
    passkeys: store.flows.passkeys,
    outbox: store.flows.outbox,
    forwards: store.flows.forwards,
    deliveries: store.flows.deliveries,
    flowFacts: store.flows.flowFacts,
    retention: store.flows.retention,
    presence: { claim: () => store.claim(), settle: () => store.settle(), count: () => store.count() },
    backup: (toPath) => backupPostgres(options.url, toPath),
  };
}

interface Open {
  writes: Sql;
  reads: Sql;
  queues: Map<string, GroupQueue<WriteJob, WriteAnswer>>;
  poll: NodeJS.Timeout;
}

class PostgresStore {
  readonly flows: PostgresFlows;
  readonly checkpoints = new PostgresCheckpoints({
    submit: async (org, run, bytes) => done(await this.#submit(org, { type: 'statement', run }, 1, bytes)),
    read: (query) => this.#read(query),
  });
  readonly #url: string;
  readonly #failWrite: FailWrite | undefined;
  readonly #listeners = new Set<(org: string, revision: number) => void>();
  /** Newest control revision seen per organization, from notifications, receipts and own writes alike. */
  readonly #seen = new Map<string, number>();
  #presence: Presence | undefined;
  readonly #objects = new ObjectCache();
  #writeCount = 0;
  #looking = false;
  #open: Open | undefined;

  constructor({ url, failWrite }: PostgresOptions) {
    this.#url = url;
    this.flows = new PostgresFlows(url);
    this.#failWrite = failWrite;
  }

  async open(): Promise<void> {
    if (this.#open) return;
    const open: Open = {
      writes: connect(this.#url, WRITE_CONNECTIONS, WRITE_TIMEOUT_MS),
      reads: connect(this.#url, READ_CONNECTIONS),
      queues: new Map(),
      // INVARIANT: a gateway that hears no notifications still learns of a freeze (test/fault/lost-notification.test.ts).
      poll: setInterval(() => this.#look(), REVISION_POLL_MS).unref(),
    };
    try {
      await migrateDatabase(open.reads);
      this.#open = open;
      // The second callback runs on every (re)connection: whatever changed while nobody listened is found by asking.
      await open.reads.listen(
        CHANNEL,
        (text) => this.#onNotification(text),
        () => {
          this.#look();
          this.#presence?.resume().catch(() => undefined);
        },
      );
    } catch (error) {
      this.#open = undefined;
      clearInterval(open.poll);
      await Promise.all([open.writes.end({ timeout: 0 }), open.reads.end({ timeout: 0 })]);
      throw asUnavailable(error);
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    if (!open) return;
    this.#listeners.clear();
    clearInterval(open.poll);
    await Promise.all([...open.queues.values()].map((queue) => queue.close()));
    this.#open = undefined;
    await Promise.all([
      open.writes.end({ timeout: CLOSE_TIMEOUT_S }),
      open.reads.end({ timeout: CLOSE_TIMEOUT_S }),
      this.#presence?.close(),
      this.flows.close(CLOSE_TIMEOUT_S),
    ]);
  }

  async claim(): Promise<boolean> {
    this.#presence ??= new Presence(this.#url);
    try {
      return await this.#presence.claim();
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async settle(): Promise<void> {
    await this.#presence?.settle();
  }

  async count(): Promise<number> {
    return (await this.#presence?.count()) ?? 0;
  }

  async healthy(): Promise<boolean> {
    try {
      await this.#submit('', { type: 'statement', run: async (sql) => (await sql`UPDATE health SET writes = writes + 1`).count }, 1, 0);
      return true;
    } catch {
      return false;
    }
  }

  append<T = Receipt[]>(org: string, drafts: readonly EntryDraft[], then = asTheyAre<T>, failed?: OnFailure<T>): Promise<T> {
    const job = { type: 'append', drafts } as const;
    const read = (answer: WriteAnswer): T => then(this.#receipts(org, answer));
    return settledAppend(drafts, then, failed) ?? this.#submit(org, job, drafts.length, draftBytes(drafts), read, failed);
  }

  async head(org: string): Promise<Head> {
    const [row] = await this.#read((sql) => sql`SELECT seq, hash, revision FROM organization WHERE name = ${org}`);
    if (!row) throw unknownOrganization(org);
    return { seq: Number(row.seq), hash: row.hash, revision: Number(row.revision) };
  }

  read(query: EntryQuery): AsyncIterable<StoredEntry> {
    return readPages(
      query,
      () => this.head(query.org),
      (page) => this.#page(page),
    );
  }

  async payload(org: string, commitment: string): Promise<Uint8Array | undefined> {
    const bytes = Buffer.from(commitment, 'hex');
    const [row] = await this.#read(
      (sql) =>
        sql`SELECT p.sealed FROM payload p JOIN organization o ON o.id = p.org WHERE p.commitment = ${bytes} AND o.name = ${org} ORDER BY p.id LIMIT 1`,
    );
    return row?.sealed;
  }

  async erasePayloads(org: string, commitments: readonly string[]): Promise<number> {
    const text = commitments.filter((commitment) => /^[0-9a-f]{64}$/.test(commitment)).join(',');
    const run = async (sql: Sql): Promise<number> =>
      (
        await sql`DELETE FROM payload WHERE org = (SELECT id FROM organization WHERE name = ${org})
          AND commitment IN (SELECT decode(c, 'hex') FROM string_to_table(${text}, ',') AS c)`
      ).count;
    return done(await this.#submit(org, { type: 'statement', run }, 1, text.length));
  }

  async organizations(): Promise<string[]> {
    return (await this.#read((sql) => sql`SELECT name FROM organization ORDER BY id`)).map((row) => row.name);
  }

  async createOrganization(org: string): Promise<void> {
    checkOrganization(org);
    const run = async (sql: Sql): Promise<number> =>
      (await sql`INSERT INTO organization (name) VALUES (${org}) ON CONFLICT DO NOTHING`).count;
    await this.#submit('', { type: 'statement', run }, 1, 0);
  }

  load(org: string): Promise<ControlSnapshot> {
    return this.#objects.load(org, (since) => this.#read((sql) => objectsSince(sql, org, since)));
  }

  loadAt(org: string, revision: number): Promise<ControlSnapshot> {
    return this.#read((sql) => objectsAt(sql, org, revision));
  }

  async write(org: string, writes: readonly ObjectWrite[], author: string, timeMs: number, entry: EntryDraft): Promise<WriteResult> {
    checkWrites(writes);
    checkDraft(entry);
    const rows = JSON.stringify(
      writes.map(({ kind, name, document, expectedRevision }) => ({
        kind,
        name,
        document: document && documentText(document),
        expected: expectedRevision,
      })),
    );
    const answer = await this.#submit(org, { type: 'write', writes: rows, author, timeMs, entry }, 1, rows.length + draftBytes([entry]));
    if (answer.type === 'conflict') {
      const { kind = '', name = '' } = writes[answer.index] ?? {};
      return { type: 'conflict', kind, name, currentRevision: answer.currentRevision };
    }
    const [receipt] = this.#receipts(org, answer);
    if (!receipt) throw logUnavailable('a write of objects was not confirmed');
    return { type: 'written', revision: receipt.revision, receipt };
  }

  async history(org: string, kind: string, name: string, limit: number): Promise<ObjectVersion[]> {
    const rows = await this.#read(
      (sql) => sql`SELECT h.revision, h.document, h.author, h.time_ms FROM object_history h JOIN organization o ON o.id = h.org
        WHERE o.name = ${org} AND h.kind = ${kind} AND h.name = ${name} ORDER BY h.revision DESC LIMIT ${limit}`,
    );
    return rows.map((row) => {
      const revision = Number(row.revision);
      const document = row.document === null ? undefined : parseDocument(row.document, revision);
      return { kind, name, revision, document, author: row.author, timeMs: Number(row.time_ms) };
    });
  }

  onChange(listener: (org: string, revision: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async put(org: string, id: string, wrapped: Uint8Array): Promise<void> {
    const bytes = Buffer.from(wrapped);
    const run = async (sql: Sql): Promise<number> =>
      (
        await sql`INSERT INTO data_key (org, id, wrapped) SELECT o.id, ${id}, ${bytes} FROM organization o WHERE o.name = ${org}
          ON CONFLICT (org, id) DO UPDATE SET wrapped = excluded.wrapped`
      ).count;
    if (done(await this.#submit(org, { type: 'statement', run }, 1, bytes.length)) === 0) throw unknownOrganization(org);
  }

  async list(org: string): Promise<WrappedKey[]> {
    const rows = await this.#read(
      (sql) => sql`SELECT k.id, k.wrapped FROM data_key k JOIN organization o ON o.id = k.org WHERE o.name = ${org} ORDER BY k.position`,
    );
    return rows.map((row) => ({ id: row.id, wrapped: row.wrapped }));
  }

  async noteTokenUse(org: string, uses: readonly TokenUse[]): Promise<void> {
    if (uses.length > 0) await this.#submit(org, { type: 'statement', run: tokenUses.note(org, uses) }, 1, uses.length * tokenUses.bytes);
  }

  loadTokenUse = (org: string): Promise<TokenUse[]> => this.#read((sql) => tokenUses.load(sql, org));

  async saveDefinitions(org: string, definitions: readonly { hash: string; text: string }[]): Promise<void> {
    const rows = JSON.stringify(definitions);
    const run = async (sql: Sql): Promise<number> =>
      (
        await sql`INSERT INTO definition (org, hash, text) SELECT o.id, d.hash, d.text
          FROM organization o, json_to_recordset(${rows}::text::json) AS d (hash text, text text) WHERE o.name = ${org} ON CONFLICT DO NOTHING`
      ).count;
    await this.#submit(org, { type: 'statement', run }, 1, rows.length);
  }

  async loadDefinition(org: string, hash: string): Promise<string | undefined> {
    const [row] = await this.#read(
      (sql) => sql`SELECT d.text FROM definition d JOIN organization o ON o.id = d.org WHERE o.name = ${org} AND d.hash = ${hash}`,
    );
    return row?.text;
  }

  async saveHistory(org: string, { seq, beyond, data }: KeptHistory): Promise<void> {
    const bytes = Buffer.from(data);
    const run = async (sql: Sql): Promise<number> =>
      (
        await sql`INSERT INTO risk_history (org, seq, beyond, data) SELECT o.id, ${seq}, ${beyond.join(',')}, ${bytes} FROM organization o WHERE o.name = ${org}
          ON CONFLICT (org) DO UPDATE SET seq = excluded.seq, beyond = excluded.beyond, data = excluded.data WHERE excluded.seq >= risk_history.seq`
      ).count;
    await this.#submit(org, { type: 'statement', run }, 1, bytes.length);
  }

  async loadHistory(org: string): Promise<KeptHistory | undefined> {
    const [row] = await this.#read(
      (sql) => sql`SELECT r.seq, r.beyond, r.data FROM risk_history r JOIN organization o ON o.id = r.org WHERE o.name = ${org}`,
    );
    return row && { seq: Number(row.seq), beyond: readNumbers(row.beyond), data: row.data };
  }

  async #page({ org, fromSeq, toSeq, callId, reverse, limit }: PageQuery): Promise<StoredEntry[]> {
    const rows = await this.#read(
      (sql) => sql`SELECT seq, hash, header, content FROM entry WHERE org = (SELECT id FROM organization WHERE name = ${org})
        AND seq BETWEEN ${fromSeq} AND ${toSeq} ${callId === undefined ? sql`` : sql`AND call = ${callId}`}
        ORDER BY seq ${reverse ? sql`DESC` : sql`ASC`} LIMIT ${limit}`,
    );
    return rows.map((row) => ({ seq: Number(row.seq), hash: row.hash, header: row.header, content: row.content }));
  }

  #submit<T = WriteAnswer>(
    org: string,
    job: WriteJob,
    entries: number,
    bytes: number,
    read?: (answer: WriteAnswer) => T,
    failed?: OnFailure<T>,
  ): Promise<T> {
    const open = this.#open;
    if (!open) return refused(logUnavailable('the store is closed'), failed);
    let queue = open.queues.get(org);
    if (!queue) {
      const failWrite = this.#failWrite;
      queue = new GroupQueue((jobs) => runGroup(open.writes, org, jobs), failWrite && (() => failWrite(++this.#writeCount)));
      open.queues.set(org, queue);
    }
    return queue.submit({ job, entries, bytes }, read, failed);
  }

  async #read<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    if (!this.#open) throw new GatewayError('store_unavailable', 'The database is closed.');
    try {
      return await query(this.#open.reads);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  #receipts(org: string, answer: WriteAnswer): Receipt[] {
    if (answer.type !== 'appended') throw logUnavailable(`unexpected answer ${answer.type}`);
    this.#observe(org, answer.revision);
    return answer.hashes.map((hash, index) => mintReceipt(org, answer.firstSeq + index, hash, answer.revision));
  }

  #onNotification(text: string): void {
    const [org, revision] = text.split(' ');
    if (org && revision) this.#observe(org, Number(revision));
  }

  /** One look at a time: what cannot be read now is read by the next. */
  #look(): void {
    if (this.#looking || !this.#open) return;
    this.#looking = true;
    this.#catchUp()
      .catch(() => undefined)
      .finally(() => {
        this.#looking = false;
      });
  }

  async #catchUp(): Promise<void> {
    const rows = await this.#read((sql) => sql`SELECT name, revision FROM organization`);
    for (const row of rows) this.#observe(row.name, Number(row.revision));
  }

  #observe(org: string, revision: number): void {
    if (revision <= (this.#seen.get(org) ?? 0)) return;
    this.#seen.set(org, revision);
    for (const listener of this.#listeners) listener(org, revision);
  }
}

function done(answer: WriteAnswer): number {
  return answer.type === 'done' ? answer.count : 0;
}
