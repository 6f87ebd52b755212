// Opening the SQLite file with the settings that make a commit durable, and bringing its schema up to date.
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type AppliedMigration, pendingMigrations, readMigrations } from '../migrate.ts';

/** Name of the database file inside the data directory. */
export const DATABASE_FILE = 'sallyport.db';

/** How long a statement waits for a lock of another process (a backup being taken). */
const BUSY_TIMEOUT_MS = 5_000;
/** Pages in the write-ahead log before it is copied back: 16 MiB. */
const CHECKPOINT_PAGES = 4_000;
const CACHE_KIB = 16_384;

/** WAL with synchronous=FULL: a commit that returned survives a power cut. */
export function openDatabase(path: string, mode: 'write' | 'read'): DatabaseSync {
  if (mode === 'write') createForOwner(path);
  const db = new DatabaseSync(path, { readOnly: mode === 'read', timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  db.exec(`PRAGMA cache_size=-${CACHE_KIB};`);
  if (mode === 'write') {
    db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=${CHECKPOINT_PAGES};`);
  }
  return db;
}

/**
 * Makes a new database file before the engine does, for its owner only: others must not read along, or take a lock, in a folder that is open to
 * them. Side files take over the mode. Never opens a file that exists: closing it again would give up the locks this process holds on it.
 */
export function createForOwner(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (!existsSync(path)) throw error;
  }
}

/** Creates or migrates the schema. Throws GatewayError `schema_newer` or `schema_changed` and then changes nothing. */
export function migrateDatabase(db: DatabaseSync): void {
  db.exec(
    'CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT',
  );
  const pending = pendingMigrations(readMigrations('sqlite'), appliedMigrations(db));
  const record = db.prepare('INSERT INTO migration (number, name, checksum) VALUES (?, ?, ?)');
  for (const { number, name, sql, checksum } of pending) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(sql);
      record.run(number, name, checksum);
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

export function appliedMigrations(db: DatabaseSync): AppliedMigration[] {
  const rows = db.prepare('SELECT number, checksum FROM migration ORDER BY number').all();
  return rows.map((row) => ({ number: Number(row.number), checksum: String(row.checksum) }));
}
