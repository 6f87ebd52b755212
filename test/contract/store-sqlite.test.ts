// The embedded driver against the store contract, and what only it promises: one process per data directory.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { backupStore, restoreStore } from '../../src/store/open.ts';
import { HOLDER_FILE } from '../../src/store/sqlite/lock.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { appendUntilKilled } from './append-until-killed.ts';
import { approvalCases, ticketEntry, usedBefore } from './approval-cases.ts';
import { flowFactCases } from './flow-fact-cases.ts';
import { forwardCases } from './forward-cases.ts';
import { limitCases } from './limit-cases.ts';
import { outboxCases } from './outbox-cases.ts';
import { passkeyCases } from './passkey-cases.ts';
import { retentionCases } from './retention-cases.ts';
import { type Driver, decision, ORG, storeCases } from './store-cases.ts';

const driver: Driver = {
  name: 'sqlite',
  place: async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
    return {
      open: (failWrite) => openSqliteStore({ dataDir, failWrite }),
      restore: (fromPath) => restoreStore({ dataDir, databaseUrl: undefined }, fromPath),
      makeSchemaNewer: async () => {
        const db = new DatabaseSync(join(dataDir, 'sallyport.db'));
        db.exec("INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', 'x')");
        db.close();
      },
      dispose: async () => rmSync(dataDir, { recursive: true, force: true }),
    };
  },
};

storeCases(driver);
limitCases(driver);
approvalCases(driver);
passkeyCases(driver);
flowFactCases(driver);
outboxCases(driver);
forwardCases(driver);
retentionCases(driver);

describe('embedded store', () => {
  it('refuses a second process on its data directory and names the first', async () => {
    await inDirectory(async (dataDir) => {
      const store = await openSqliteStore({ dataDir });
      await expect(openSqliteStore({ dataDir })).rejects.toMatchObject({ code: 'data_directory_in_use' });
      const script = `import { lockDataDirectory } from ${JSON.stringify(join(import.meta.dirname, '../../src/store/sqlite/lock.ts'))};
        try { lockDataDirectory(${JSON.stringify(dataDir)}); console.log('locked'); } catch (error) { console.log(error.code, error.message); }`;
      const child = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8' });
      expect(child.stdout).toContain('data_directory_in_use');
      expect(child.stdout).toContain(`process ${process.pid}`);
      await store.lifecycle.close();
      expect(existsSync(join(dataDir, HOLDER_FILE))).toBe(false);
      await (await openSqliteStore({ dataDir })).lifecycle.close();
    });
  });

  it('takes the lock over from a process that is gone, however young', async () => {
    await inDirectory(async (dataDir) => {
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(join(dataDir, HOLDER_FILE), JSON.stringify({ pid, startTicks: '1', bootId: 'some other boot' }));
      await (await openSqliteStore({ dataDir })).lifecycle.close();
      writeFileSync(join(dataDir, HOLDER_FILE), 'not JSON');
      await (await openSqliteStore({ dataDir })).lifecycle.close();
    });
  });

  it('can be backed up from outside, running or not', async () => {
    await inDirectory(async (dataDir) => {
      const store = await openSqliteStore({ dataDir });
      await store.objects.createOrganization(ORG);
      await store.log.append(ORG, [decision('call_1', 0)]);
      expect(await backupStore({ dataDir: dataDir, databaseUrl: undefined }, join(dataDir, 'running.jsonl'))).toMatchObject({ entries: 1 });
      await store.lifecycle.close();
      expect(await backupStore({ dataDir: dataDir, databaseUrl: undefined }, join(dataDir, 'stopped.jsonl'))).toMatchObject({ entries: 1 });
      await expect(
        backupStore({ dataDir: join(dataDir, 'nowhere'), databaseUrl: undefined }, join(dataDir, 'x.jsonl')),
      ).rejects.toMatchObject({ code: 'no_database' });
    });
  });

  it('knows of grants that were used before it had a place for that', async () => {
    await inDirectory(async (dataDir) => {
      const before = await openSqliteStore({ dataDir });
      await before.objects.createOrganization(ORG);
      await before.approvals.put(ORG, usedBefore(1, 10), ticketEntry, {});
      await before.approvals.put(ORG, { ...usedBefore(2, 20), live: true, text: '{"state":"open"}' }, ticketEntry, {});
      await before.lifecycle.close();
      const db = new DatabaseSync(join(dataDir, 'sallyport.db'));
      db.exec(
        'DROP TRIGGER flow_source_of_agent; DROP TABLE flow_source; DROP INDEX approval_used; ALTER TABLE approval DROP COLUMN used_ms; DELETE FROM migration WHERE number >= 20',
      );
      db.close();
      const store = await openSqliteStore({ dataDir });
      expect(await store.approvals.used(ORG, 0, 10)).toEqual([{ agent: 'a', binding: 'b1', usedMs: 10 }]);
      await store.lifecycle.close();
    });
  });

  it('loses no acknowledged entry when it is killed', { timeout: 180_000 }, async () => {
    await inDirectory(async (dataDir) => {
      await appendUntilKilled({ dataDir }, () => openSqliteStore({ dataDir }));
    });
  });
});

async function inDirectory(work: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
  try {
    await work(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
