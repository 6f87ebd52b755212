// Backups: one file format for both drivers, so that a backup of one can be restored into the other. Lines of JSON, closed by their digest.
// Never restores what does not verify, and never into a store that holds anything.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, link, open, rm } from 'node:fs/promises';
import { RESTORED } from '../approval/passkey-port.ts';
import { INVITATION_MS } from '../approval/review-link.ts';
import { entryLine } from '../audit/chain.ts';
import { LogVerifier, splitLines } from '../audit/verify.ts';
import { systemClock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import { isObject } from '../lib/json.ts';
import type { BackupSummary } from './port.ts';

/** Tables in the order in which they are written and restored. */
export const TABLES = [
  'organization',
  'archived',
  'entry',
  'payload',
  'object',
  'object_history',
  'data_key',
  'quota',
  'grant_use',
  'checkpoint_key',
  'checkpoint',
  'notify_cursor',
  'delivery',
  'forward_cursor',
  'erased',
  'tree_block',
  'passkey_once',
  'passkey_use',
  'flow_source',
] as const;
export type Table = (typeof TABLES)[number];

/** Columns of a backup row, the same for both drivers: `org` is the organization's name, bytes are base64, numbers are numbers. */
export const COLUMNS: Readonly<Record<Table, readonly string[]>> = {
  organization: ['name', 'revision'],
  archived: ['org', 'seq', 'hash', 'revision', 'first_hash', 'first_time'],
  entry: ['org', 'seq', 'hash', 'header', 'content', 'call'],
  payload: ['org', 'seq', 'role', 'commitment', 'sealed'],
  object: ['org', 'kind', 'name', 'revision', 'document'],
  object_history: ['org', 'kind', 'name', 'revision', 'document', 'author', 'time_ms'],
  data_key: ['org', 'id', 'wrapped'],
  quota: ['org', 'name', 'key', 'bucket_ms', 'used', 'until_ms'],
  grant_use: ['org', 'key', 'used', 'used_ms'],
  checkpoint_key: ['org', 'position', 'verifier_key', 'sealed'],
  checkpoint: ['org', 'size', 'made_ms', 'note'],
  notify_cursor: ['org', 'subscription', 'since', 'seq'],
  /** What is delivered is left out; leases are. */
  delivery: [
    ...['org', 'subscription', 'event', 'type', 'subject', 'seq', 'body', 'status', 'attempts', 'error'],
    ...['created_ms', 'next_ms', 'settled_ms'],
  ],
  forward_cursor: ['org', 'name', 'start', 'next', 'epoch', 'sent', 'lost'],
  erased: ['org', 'from_seq', 'to_seq', 'by_seq'],
  /** Of archived entries only: the others are made again from theirs. */
  tree_block: ['org', 'position', 'root'],
  passkey_once: ['org', 'key', 'until_ms'],
  passkey_use: ['org', 'credential', 'counter', 'used_ms'],
  flow_source: ['org', 'subject', 'source', 'labels', 'server', 'agent', 'process', 'private', 'untrusted', 'at_ms', 'other_ms'],
};

export type Value = string | number | null;
export type Values = readonly Value[];

/** All tables as of one moment. `use` may read each table once, in order. */
export type Snapshot = <T>(use: (rows: (table: Table) => AsyncIterable<Values>) => Promise<T>) => Promise<T>;

/** An empty store, filled in one transaction that is committed when `fill` resolves. Rejects with `restore_target_not_empty`. */
export type RestoreTarget = (fill: (insert: (table: Table, rows: readonly Values[]) => Promise<void>) => Promise<void>) => Promise<void>;

const FIRST_LINE = '{"format":"sallyport-backup","version":1}';
const WRITE_CHUNK_UNITS = 256 * 1024;
/** Rows handed to a driver at a time. */
const BATCH_ROWS = 500;

/** Writes a backup to a new file (mode 0600), synced before it gets its name. Throws GatewayError `backup_exists`. */
export async function writeBackup(snapshot: Snapshot, toPath: string): Promise<BackupSummary> {
  const partial = `${toPath}.partial`;
  const file = await create(partial);
  const summary: BackupSummary = { path: toPath, organizations: 0, entries: 0, bytes: 0 };
  try {
    summary.bytes = await snapshot((rows) => writeRows(file, rows, summary));
    await file.sync();
    await file.close();
    // A link, not a rename: it never replaces a file that is there.
    await link(partial, toPath);
    return summary;
  } catch (error) {
    if (isCode(error, 'EEXIST')) throw exists(toPath);
    throw error;
  } finally {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    throw isCode(error, 'EEXIST') ? exists(path) : error;
  }
}

async function writeRows(file: FileHandle, rows: (table: Table) => AsyncIterable<Values>, summary: BackupSummary): Promise<number> {
  const digest = createHash('sha256');
  let bytes = 0;
  let count = 0;
  let text = `${FIRST_LINE}\n`;
  const flush = async (): Promise<void> => {
    const chunk = Buffer.from(text, 'utf8');
    text = '';
    digest.update(chunk);
    bytes += chunk.length;
    await file.writeFile(chunk); // unlike write, all of it
  };
  for (const table of TABLES) {
    for await (const row of rows(table)) {
      text += `${JSON.stringify([table, ...row])}\n`;
      count++;
      if (table === 'organization') summary.organizations++;
      else if (table === 'entry') summary.entries++;
      if (text.length > WRITE_CHUNK_UNITS) await flush();
    }
  }
  await flush();
  const end = Buffer.from(`${JSON.stringify({ rows: count, sha256: digest.digest('hex') })}\n`, 'utf8');
  await file.writeFile(end);
  return bytes + end.length;
}

/**
 * Restores a backup into an empty store. Reads the file twice: first to check its digest and verify every log, then to fill the store.
 * Throws GatewayError `backup_damaged` or `restore_target_not_empty`; the store is then as it was.
 */
export async function restoreBackup(fromPath: string, target: RestoreTarget, nowMs = systemClock.nowMs()): Promise<BackupSummary> {
  const summary = await checkBackup(fromPath);
  const restored: Values[] = [];
  await target(async (insert) => {
    let table: Table | undefined;
    let batch: Values[] = [];
    const flush = async (): Promise<void> => {
      if (table && batch.length > 0) await insert(table, batch);
      batch = [];
    };
    for await (const [next, row] of backupRows(fromPath)) {
      if (next !== table || batch.length >= BATCH_ROWS) await flush();
      table = next;
      if (table === 'organization') restored.push([row[0] ?? null, RESTORED, nowMs + INVITATION_MS]);
      if (table !== 'passkey_once' || row[1] !== RESTORED) batch.push(row);
    }
    await flush();
    await insert('passkey_once', restored);
  });
  return summary;
}

/** Checks form, digest and every log of a backup without a store. Throws GatewayError `backup_damaged`. */
export async function checkBackup(fromPath: string): Promise<BackupSummary> {
  const summary: BackupSummary = { path: fromPath, organizations: 0, entries: 0, bytes: 0 };
  const verifiers = new Map<string, LogVerifier>();
  const revisions = new Map<string, number>();
  for await (const [table, row] of backupRows(fromPath, (bytes) => (summary.bytes = bytes))) {
    if (table === 'organization') {
      const name = String(row[0]);
      summary.organizations++;
      revisions.set(name, Number(row[1]));
      verifiers.set(name, new LogVerifier({ org: name }));
    } else if (table === 'archived') {
      const [org, seq, hash, revision] = row;
      verifiers.set(
        String(org),
        new LogVerifier({ org: String(org), start: { seq: Number(seq), hash: String(hash), revision: Number(revision) } }),
      );
    } else if (table === 'entry') {
      summary.entries++;
      const [org, seq, hash, header, content] = row;
      const line = entryLine({ seq: Number(seq), hash: String(hash), header: String(header), content: String(content) });
      verifiers.get(String(org))?.take(line);
    } else if (!revisions.has(String(row[0]))) throw damaged(`a row of ${table} belongs to no organization`);
  }
  for (const [org, verifier] of verifiers) {
    const { state, head, firstBad } = verifier.verdict();
    if (state === 'broken') throw damaged(`the log of ${org} breaks the rule "${firstBad?.rule}" at entry ${firstBad?.seq}`);
    if ((head?.revision ?? 0) !== revisions.get(org)) throw damaged(`the log of ${org} ends at another control revision than its objects`);
  }
  return summary;
}

/** Rows of a backup file; throws at the end when the file is cut short or was changed. */
async function* backupRows(path: string, onEnd?: (bytes: number) => void): AsyncGenerator<[Table, Values], void, undefined> {
  const digest = createHash('sha256');
  let bytes = 0;
  let rows = -1;
  let ended = false;
  for await (const line of splitLines(createReadStream(path))) {
    if (ended) throw damaged('there is text after its end');
    const parsed = parse(line);
    bytes += Buffer.byteLength(line) + 1;
    if (rows >= 0 && isObject(parsed)) {
      if (parsed.rows !== rows || parsed.sha256 !== digest.digest('hex')) throw damaged('its digest does not match');
      ended = true;
      continue;
    }
    digest.update(`${line}\n`);
    if (rows++ < 0) {
      if (line !== FIRST_LINE) throw damaged('it is not a backup of Sallyport, or of a newer version');
      continue;
    }
    yield asRow(parsed);
  }
  if (!ended) throw damaged('its end is missing');
  onEnd?.(bytes);
}

function asRow(parsed: unknown): [Table, Values] {
  if (!Array.isArray(parsed)) throw damaged('a line is not a row');
  const [name, ...row] = parsed as Value[];
  const table = TABLES.find((known) => known === name);
  if (!table || row.length !== COLUMNS[table].length) throw damaged('a line is not a row');
  return [table, row];
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw damaged('a line is not JSON');
  }
}

function damaged(why: string): GatewayError {
  return new GatewayError('backup_damaged', `The backup cannot be restored: ${why}.`);
}

function exists(path: string): GatewayError {
  return new GatewayError('backup_exists', `There is already a file ${path}. Choose another name or remove it.`);
}

export function notEmpty(what: string): GatewayError {
  return new GatewayError('restore_target_not_empty', `${what} already holds data. Restore into an empty one.`);
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
