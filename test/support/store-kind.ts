// Both stores behind one word, for tests that run over each: a fresh embedded store, or a fresh database of a PostgreSQL that is started once
// per test file. Whoever opens one closes it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Core, openCore } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { seed } from './seed.ts';

export const STORES = ['sqlite', 'postgres'] as const;
export type StoreKind = (typeof STORES)[number];

export interface Place {
  dataDir: string;
  databaseUrl: string | undefined;
  config: Config;
  /** Opens what is there; only while no gateway runs on it when it is embedded. */
  open(): Promise<Core>;
  seed(...objects: StoredObject[]): Promise<void>;
  remove(): Promise<void>;
}

export async function freshPlace(kind: StoreKind): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-fault-'));
  const databaseUrl = kind === 'postgres' ? await freshDatabase() : undefined;
  const { config, problems } = loadConfig({ env: {}, flags: { dataDir, databaseUrl } });
  if (!config) throw new Error(problems?.join('; '));
  const open = () => openCore(config, { create: true });
  return {
    dataDir,
    databaseUrl,
    config,
    open,
    seed: async (...objects) => {
      const core = await open();
      try {
        await seed(core, config.organization, objects);
      } finally {
        await core.store.lifecycle.close();
      }
    },
    remove: async () => {
      if (databaseUrl !== undefined) await leaveServer();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

let server: Promise<TestPostgres> | undefined;
let users = 0;

async function freshDatabase(): Promise<string> {
  users++;
  server ??= startPostgres();
  return (await server).freshUrl();
}

async function leaveServer(): Promise<void> {
  if (--users > 0) return;
  const last = server;
  server = undefined;
  await (await last)?.stop();
}
