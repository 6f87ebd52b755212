// Which driver: PostgreSQL when a URL is given, the embedded store otherwise. The only place that knows both.
import type { Config } from '../config.ts';
import { GatewayError } from '../lib/error.ts';
import type { FailWrite, Store } from './port.ts';

/** Open and migrated when it resolves. Drivers are loaded only when they are used. */
export async function openStore(config: Pick<Config, 'dataDir' | 'databaseUrl'>, failWrite?: FailWrite): Promise<Store> {
  if (config.databaseUrl === undefined) {
    const { openSqliteStore } = await import('./sqlite/store.ts');
    return openSqliteStore({ dataDir: config.dataDir, failWrite });
  }
  const { openPostgresStore } = await import('./postgres/store.ts');
  try {
    return await openPostgresStore({ url: config.databaseUrl, failWrite });
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('database_unreachable', 'The PostgreSQL database given by DATABASE_URL cannot be opened.', { cause: error });
  }
}
