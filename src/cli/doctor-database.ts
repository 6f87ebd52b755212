// What `sallyport doctor` says of the database: is it there, can it be opened, is its schema known. Opens it only when no gateway has it.
// Never migrates: an older schema is told, not changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { pendingMigrations, readMigrations } from '../store/migrate.ts';
import { keyIdOf } from '../vault/envelope.ts';
import type { Check } from './doctor-checks.ts';

const name = 'database';

export async function lookAtDatabase(config: Config, running: boolean): Promise<Check> {
  try {
    return config.databaseUrl === undefined ? await embedded(config.dataDir, running) : await postgres(config.databaseUrl);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const next =
      config.databaseUrl === undefined ? 'Restore a backup, or install the version that wrote it.' : 'Check DATABASE_URL and the server.';
    return { name, state: 'fail', message, next };
  }
}

/** Ids of the master keys that the data keys are wrapped by; none when the database cannot be read, which the check of the database says. */
export async function wrappingKeys(config: Config): Promise<string[]> {
  try {
    const wrapped = config.databaseUrl === undefined ? await embeddedKeys(config.dataDir) : await postgresKeys(config.databaseUrl);
    return [...new Set(wrapped.flatMap((bytes) => keyIdOf(bytes) ?? []))];
  } catch {
    return [];
  }
}

async function embeddedKeys(dataDir: string): Promise<Uint8Array[]> {
  const { DATABASE_FILE, openDatabase } = await import('../store/sqlite/database.ts');
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path)) return [];
  const db = openDatabase(path, 'read');
  try {
    return (db.prepare('SELECT wrapped FROM data_key').all() as { wrapped: Uint8Array }[]).map(({ wrapped }) => wrapped);
  } finally {
    db.close();
  }
}

async function postgresKeys(url: string): Promise<Uint8Array[]> {
  const { connect } = await import('../store/postgres/database.ts');
  const sql = connect(url, 1);
  try {
    return (await sql<{ wrapped: Uint8Array }[]>`SELECT wrapped FROM data_key`).map(({ wrapped }) => wrapped);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function embedded(dataDir: string, running: boolean): Promise<Check> {
  const { appliedMigrations, DATABASE_FILE, openDatabase } = await import('../store/sqlite/database.ts');
  const path = join(dataDir, DATABASE_FILE);
  if (!existsSync(path))
    return { name, state: 'fail', message: `${path} does not exist`, next: 'Run `sallyport init`, or restore a backup.' };
  const db = openDatabase(path, 'read');
  try {
    return schemaCheck(
      pendingMigrations(readMigrations('sqlite'), appliedMigrations(db)).length,
      `${path}${running ? '' : ', not in use'}`,
    );
  } finally {
    db.close();
  }
}

async function postgres(url: string): Promise<Check> {
  const { connect } = await import('../store/postgres/database.ts');
  const sql = connect(url, 1);
  try {
    const [found] = await sql<{ there: boolean }[]>`SELECT to_regclass('migration') IS NOT NULL AS there`;
    if (!found?.there)
      return { name, state: 'warn', message: 'PostgreSQL answers; it holds no data of Sallyport yet', next: 'Run `sallyport init`.' };
    const applied = await sql<{ number: number; checksum: string }[]>`SELECT number, checksum FROM migration ORDER BY number`;
    return schemaCheck(pendingMigrations(readMigrations('postgres'), applied).length, 'PostgreSQL answers');
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function schemaCheck(pending: number, message: string): Check {
  if (pending === 0) return { name, state: 'ok', message: `${message}, schema up to date` };
  return {
    name,
    state: 'warn',
    message: `${message}, ${pending} schema changes behind`,
    next: 'The next start changes the schema. Back up first: with the version that wrote it, or by copying the data while no gateway runs.',
  };
}
