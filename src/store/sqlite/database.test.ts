// The settings of the embedded database file: new ones, and files that an earlier version made.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_FILE, migrateDatabase, openDatabase } from './database.ts';

describe('openDatabase', () => {
  let dataDir: string;
  let path: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sallyport-database-'));
    path = join(dataDir, DATABASE_FILE);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const settings = (db: DatabaseSync) =>
    ['page_size', 'journal_mode', 'synchronous'].map((name) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

  it('gives a new database large pages, and syncs every commit', () => {
    const db = openDatabase(path, 'write');
    migrateDatabase(db);
    expect(settings(db)).toEqual([8_192, 'wal', 2]);
    db.close();
  });

  it('goes on with a database of other pages as it is', () => {
    const old = new DatabaseSync(path);
    old.exec('PRAGMA page_size=4096; CREATE TABLE before (id INTEGER PRIMARY KEY) STRICT; INSERT INTO before VALUES (7)');
    old.close();
    const db = openDatabase(path, 'write');
    migrateDatabase(db);
    expect(settings(db)).toEqual([4_096, 'wal', 2]);
    expect(db.prepare('SELECT id FROM before').get()).toEqual({ id: 7 });
    db.close();
  });
});
