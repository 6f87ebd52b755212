// Reading and filling a whole SQLite store: the embedded side of backup and restore. Works beside a running gateway (WAL snapshot).
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError } from '../../lib/error.ts';
import {
  COLUMNS,
  notEmpty,
  type RestoreTarget,
  restoreBackup,
  type Snapshot,
  type Table,
  type Value,
  type Values,
  writeBackup,
} from '../backup.ts';
import { SELECT_ROWS } from '../backup-rows.ts';
import { refuseOlderSchema } from '../migrate.ts';
import type { BackupSummary } from '../port.ts';
import { appliedMigrations, DATABASE_FILE, migrateDatabase, openDatabase } from './database.ts';
import { lockDataDirectory } from './lock.ts';

/** Rows between two turns of the event loop. */
const ROWS_PER_TURN = 256;

/** Backs up a data directory, whether a gateway is running on it or not. Throws GatewayError `backup_exists`, `no_database`. */
export async function backupSqlite(dataDir: string, toPath: string): Promise<BackupSummary> {
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) throw new GatewayError('no_database', `There is no database in ${dataDir}.`);
  return writeBackup(sqliteSnapshot(path), toPath);
}

/** Restores into a data directory without a database or with an empty one. Throws as `restoreBackup`, or `data_directory_in_use`. */
export async function restoreSqlite(fromPath: string, dataDir: string): Promise<BackupSummary> {
  return restoreBackup(fromPath, sqliteTarget(dataDir));
}

function sqliteSnapshot(path: string): Snapshot {
  return async (use) => {
    const db = openDatabase(path, 'read');
    try {
      db.exec('BEGIN');
      refuseOlderSchema('sqlite', appliedMigrations(db));
      return await use((table) => rowsOf(db, table));
    } finally {
      db.close();
    }
  };
}

async function* rowsOf(db: DatabaseSync, table: Table): AsyncGenerator<Values, void, undefined> {
  let count = 0;
  for (const row of db.prepare(SELECT[table]).iterate()) {
    yield Object.values(row).map(
      (value): Value => (value instanceof Uint8Array ? toBase64(value) : typeof value === 'bigint' ? Number(value) : value),
    );
    if (++count % ROWS_PER_TURN === 0) await nextTurn();
  }
}

function sqliteTarget(dataDir: string): RestoreTarget {
  return async (fill) => {
    const release = lockDataDirectory(dataDir);
    try {
      const db = openDatabase(join(dataDir, DATABASE_FILE), 'write');
      try {
        migrateDatabase(db);
        await fillDatabase(db, dataDir, fill);
      } finally {
        db.close();
      }
    } finally {
      release();
    }
  };
}

async function fillDatabase(db: DatabaseSync, dataDir: string, fill: Parameters<RestoreTarget>[0]): Promise<void> {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (db.prepare('SELECT 1 FROM organization LIMIT 1').get()) throw notEmpty(`The data directory ${dataDir}`);
    await fill(async (table, rows) => {
      const insert = db.prepare(INSERT[table]);
      const binary = COLUMNS[table].map((column) => BINARY[table]?.has(column) === true);
      for (const row of rows) insert.run(...row.map((value, index) => (binary[index] ? Buffer.from(String(value), 'base64') : value)));
      await nextTurn();
    });
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** `sealed` of a checkpoint key is text. */
const BINARY: Readonly<Partial<Record<Table, ReadonlySet<string>>>> = {
  payload: new Set(['commitment', 'sealed']),
  data_key: new Set(['wrapped']),
  tree_block: new Set(['root']),
};

const SELECT: Readonly<Record<Table, string>> = {
  ...SELECT_ROWS,
  entry: 'SELECT o.name AS org, t.seq, t.hash, t.header, t.content, t.call FROM entry t JOIN organization o ON o.id = t.org ORDER BY t.id',
};

const ORG = '(SELECT id FROM organization WHERE name = ?)';
const INSERT: Readonly<Record<Table, string>> = {
  organization: 'INSERT INTO organization (name, revision) VALUES (?, ?)',
  entry: `INSERT INTO entry (id, hash, header, content, call) VALUES ((${ORG} << 36) | ?, ?, ?, ?, ?)`,
  // Behind the payloads of its entry that are there already: they come in their order.
  payload: `INSERT INTO payload (id, role, commitment, sealed)
    SELECT at + (SELECT count(*) FROM payload WHERE id BETWEEN at AND at + 7), role, commitment, sealed
    FROM (SELECT ((${ORG} << 36) | ?) << 3 AS at, ? AS role, ? AS commitment, ? AS sealed)`,
  object: `INSERT INTO object (org, kind, name, revision, document) VALUES (${ORG}, ?, ?, ?, ?)`,
  object_history: `INSERT INTO object_history (org, kind, name, revision, document, author, time_ms) VALUES (${ORG}, ?, ?, ?, ?, ?, ?)`,
  data_key: `INSERT INTO data_key (org, id, wrapped) VALUES (${ORG}, ?, ?)`,
  quota: `INSERT INTO quota (org, name, key, bucket_ms, used, until_ms) VALUES (${ORG}, ?, ?, ?, ?, ?)`,
  grant_use: `INSERT INTO grant_use (org, key, used, used_ms) VALUES (${ORG}, ?, ?, ?)`,
  checkpoint_key: `INSERT INTO checkpoint_key (org, position, verifier_key, sealed) VALUES (${ORG}, ?, ?, ?)`,
  checkpoint: `INSERT INTO checkpoint (org, size, made_ms, note) VALUES (${ORG}, ?, ?, ?)`,
  notify_cursor: `INSERT INTO notify_cursor (org, subscription, since, seq) VALUES (${ORG}, ?, ?, ?)`,
  delivery: `INSERT INTO delivery (org, subscription, event, type, subject, seq, body, status, attempts, error, created_ms, next_ms, settled_ms)
    VALUES (${ORG}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  forward_cursor: `INSERT INTO forward_cursor (org, name, start, next, epoch, owner, lease_until_ms, sent, lost, failures)
    VALUES (${ORG}, ?, ?, ?, ?, '', 0, ?, ?, 0)`,
  archived: `INSERT INTO archived (org, seq, hash, revision, first_hash, first_time) VALUES (${ORG}, ?, ?, ?, ?, ?)`,
  tree_block: `INSERT INTO tree_block (org, position, root) VALUES (${ORG}, ?, ?)`,
  erased: `INSERT INTO erased (org, from_seq, to_seq, by_seq) VALUES (${ORG}, ?, ?, ?)`,
  passkey_once: `INSERT INTO passkey_once (org, key, until_ms) VALUES (${ORG}, ?, ?)`,
  passkey_use: `INSERT INTO passkey_use (org, credential, counter, used_ms) VALUES (${ORG}, ?, ?, ?)`,
  flow_source: `INSERT INTO flow_source (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
    VALUES (${ORG}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
};

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
