// Databases as earlier versions left them, brought up to date: what stood in them in a form that is no longer used is there in the new one, or gone.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTicket } from '../../src/approval/ticket.ts';
import { readMigrations } from '../../src/store/migrate.ts';
import type { Store } from '../../src/store/port.ts';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { DATABASE_FILE } from '../../src/store/sqlite/database.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';

const LIMIT_MS = 600_000;

interface Old {
  /** Runs before the upgrade, or after it while the store is closed. */
  run(sql: string): Promise<Record<string, unknown>[]>;
  open(): Promise<Store>;
  /** Bytes of its files; undefined where they are not ours to read. */
  bytes(): string | undefined;
  remove(): Promise<void>;
}

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, LIMIT_MS);
afterAll(() => server?.stop());

/** A database that knows the schema changes up to this one. */
const olds: Record<'sqlite' | 'postgres', (upTo: number) => Promise<Old>> = {
  sqlite: async (upTo) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-upgrade-'));
    const path = join(dataDir, DATABASE_FILE);
    const run = async (sql: string): Promise<Record<string, unknown>[]> => {
      const db = new DatabaseSync(path);
      try {
        if (/^SELECT/.test(sql)) return db.prepare(sql).all();
        db.exec(sql);
        return [];
      } finally {
        db.close();
      }
    };
    await run('PRAGMA journal_mode=WAL');
    await run(
      'CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP) STRICT',
    );
    for (const { number, name, sql, checksum } of readMigrations('sqlite').filter((one) => one.number <= upTo)) {
      await run(sql);
      await run(`INSERT INTO migration (number, name, checksum) VALUES (${number}, '${name}', '${checksum}')`);
    }
    return {
      run,
      open: () => openSqliteStore({ dataDir }),
      bytes: () => readFileSync(path, 'latin1'),
      remove: async () => rmSync(dataDir, { recursive: true, force: true }),
    };
  },
  postgres: async (upTo) => {
    const url = await server.freshUrl();
    const run = async (text: string): Promise<Record<string, unknown>[]> => {
      const sql = postgres(url, { max: 1, onnotice: () => undefined });
      try {
        return [...(await sql.unsafe(text).simple())];
      } finally {
        await sql.end();
      }
    };
    await run(
      'CREATE TABLE migration (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    for (const { number, name, sql, checksum } of readMigrations('postgres').filter((one) => one.number <= upTo)) {
      await run(sql);
      await run(`INSERT INTO migration (number, name, checksum) VALUES (${number}, '${name}', '${checksum}')`);
    }
    return { run, open: () => openPostgresStore({ url }), bytes: () => undefined, remove: async () => undefined };
  },
};

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const ORG = "(SELECT id FROM organization WHERE name = 'acme')";

describe.each(['sqlite', 'postgres'] as const)('on %s', (kind) => {
  it('flow facts of several processes become one for each source, which is nobody’s own', { timeout: LIMIT_MS }, async () => {
    const old = await olds[kind](22);
    try {
      await old.run("INSERT INTO organization (name) VALUES ('acme')");
      const atMs = Date.now();
      const rows = [
        ['p1', 'crm.get', '["private"]', 0, atMs - 5_000],
        ['p2', 'crm.get', '["private"]', 1, atMs],
        ['p1', 'crm.list', '["private"]', 0, atMs],
      ].map(
        ([process, source, labels, untrusted, at]) =>
          `(${ORG}, 's1', '${process}', '${source}', '${labels}', 'crm', 1, ${untrusted}, ${at})`,
      );
      await old.run(
        `INSERT INTO flow_read (org, subject, process, source, labels, server, private, untrusted, at_ms) VALUES ${rows.join(', ')}`,
      );
      const store = await old.open();
      try {
        const fact = { subject: 's1', agent: '', process: '', server: 'crm', labels: ['private'], isPrivate: true, isShared: false };
        expect(await store.flowFacts.list('acme', 's1', 86_400_000)).toEqual([
          { ...fact, source: 'crm.get', isUntrusted: true },
          { ...fact, source: 'crm.list', isUntrusted: false },
        ]);
      } finally {
        await store.lifecycle.close();
      }
    } finally {
      await old.remove();
    }
  });

  it('what a class was read from stands in no ticket in clear any more, and all else in it stays', { timeout: LIMIT_MS }, async () => {
    const old = await olds[kind](22);
    try {
      await old.run("INSERT INTO organization (name) VALUES ('acme')");
      const evidence = [
        { signal: 'name', path: 'name', why: 'the name begins with "drop"' },
        { signal: 'sql', path: '/arguments/query', why: 'statement: DROP TABLE patient_okafor' },
        { signal: 'later-word', path: '/arguments/okafor', why: 'okafor' },
      ];
      const intent = { category: 'database', evidence, intent: 'destructive' };
      // Texts that no other form of JSON in a database may hold, and numbers as they are written.
      const odd = { b: 'half \\ud83d, none \\u0000', a: 1 };
      const made = (more: object): string =>
        JSON.stringify({ id: 'x', reason: 'it’s held', odd, nonce: '1', state: 'open', ...more }).replaceAll('\\\\u', '\\u');
      const texts: Record<string, string> = {
        both: made({ intent }),
        ours: made({ intent: { ...intent, evidence: [evidence[0], { signal: 'sql' }] } }),
        bare: made({ intent: { ...intent, evidence: [] } }),
        none: made({}),
        strange: made({ intent: { ...intent, evidence: ['okafor', null, { why: 'okafor' }] } }),
      };
      const no = kind === 'sqlite' ? '0' : 'false';
      for (const [id, text] of Object.entries(texts))
        await old.run(
          `INSERT INTO approval (org, id, binding, live, agent, version, created_ms, expires_ms, document) VALUES (${ORG}, '${id}', '${id}', ${no}, 'bot', 3, 1, 2, ${quoted(text)})`,
        );
      await (await old.open()).lifecycle.close();
      const found = await old.run('SELECT id, version, document FROM approval ORDER BY id');
      const documents = Object.fromEntries(found.map(({ id, document }) => [String(id), String(document)]));
      expect(JSON.stringify(documents)).not.toContain('okafor');
      expect(found.map(({ version }) => Number(version))).toEqual([3, 3, 3, 3, 3]);
      const kept = [evidence[0], { signal: 'sql' }, { signal: 'later-word' }];
      expect(readTicket(documents.both ?? '')).toEqual({ ...JSON.parse(texts.both ?? ''), intent: { ...intent, evidence: kept } });
      for (const id of ['ours', 'bare', 'none']) expect(readTicket(documents[id] ?? '')).toEqual(JSON.parse(texts[id] ?? ''));
      expect(old.bytes() ?? '').not.toContain('okafor');
    } finally {
      await old.remove();
    }
  });
});
