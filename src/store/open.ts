// Which driver: PostgreSQL when a URL is given, the embedded store otherwise. The only place that knows both.
import type { Config } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import type { BackupSummary, FailWrite, Store } from './port.ts';

/** Open and migrated when it resolves. Drivers are loaded only when they are used. */
export async function openStore(config: Place, failWrite?: FailWrite): Promise<Store> {
  if (config.databaseUrl === undefined) {
    const { openSqliteStore } = await import('./sqlite/store.ts');
    return openSqliteStore({ dataDir: config.dataDir, failWrite });
  }
  const { openPostgresStore } = await import('./postgres/store.ts');
  const url = config.databaseUrl;
  return reaching(() => openPostgresStore({ url, failWrite }));
}

/** Backs up what `openStore` would open, whether a gateway is running on it or not. Throws GatewayError `backup_exists`, `no_database`. */
export async function backupStore({ dataDir, databaseUrl }: Place, toPath: string): Promise<BackupSummary> {
  if (databaseUrl === undefined) return (await import('./sqlite/snapshot.ts')).backupSqlite(dataDir, toPath);
  const { backupPostgres } = await import('./postgres/snapshot.ts');
  return reaching(() => backupPostgres(databaseUrl, toPath));
}

/** Restores into what `openStore` would open, which must hold nothing. Throws GatewayError `backup_damaged`, `restore_target_not_empty`. */
export async function restoreStore({ dataDir, databaseUrl }: Place, fromPath: string): Promise<BackupSummary> {
  if (databaseUrl === undefined) return (await import('./sqlite/snapshot.ts')).restoreSqlite(fromPath, dataDir);
  const { restorePostgres } = await import('./postgres/snapshot.ts');
  return reaching(() => restorePostgres(fromPath, databaseUrl));
}

type Place = Pick<Config, 'dataDir' | 'databaseUrl'>;

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    // A file that cannot be read or written says so itself.
    if (error instanceof Error && 'path' in error) throw error;
    throw new GatewayError('database_unreachable', 'The PostgreSQL database given by DATABASE_URL cannot be opened.', { cause: error });
  }
}
