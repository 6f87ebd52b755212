// `sallyport backup` and `sallyport restore`: on the data directory or the database itself. A backup is safe while gateways run.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { GatewayError } from '../../lib/error.ts';
import { MASTER_KEY_FILE } from '../../vault/master-key.ts';
import { type Action, type Run, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { messageOf } from '../failure.ts';
import { readSettings } from '../settings.ts';

export const backupAction: Action = async (run, path = '') => {
  const config = readSettings(run);
  const summary = await uninterrupted(run, `${path}.partial`, async () => {
    const { databaseUrl } = config;
    if (databaseUrl !== undefined)
      return onPostgres(async () => (await import('../../store/postgres/snapshot.ts')).backupPostgres(databaseUrl, path));
    return (await import('../../store/sqlite/snapshot.ts')).backupSqlite(config.dataDir, path);
  });
  show(
    run,
    summary,
    () =>
      `Wrote ${path}: ${countOf(summary.organizations)}, ${summary.entries} log entries, ${summary.bytes} bytes.\n${masterKeyAdvice(config)}`,
  );
  return exitCode.ok;
};

export const restoreAction: Action = async (run, path = '') => {
  const config = readSettings(run);
  const { databaseUrl } = config;
  run.terminal.progress('verifying and restoring…');
  const summary = await (databaseUrl !== undefined
    ? onPostgres(async () => (await import('../../store/postgres/snapshot.ts')).restorePostgres(path, databaseUrl))
    : (await import('../../store/sqlite/snapshot.ts')).restoreSqlite(path, config.dataDir));
  run.terminal.progress('');
  const keyThere = config.masterKey !== undefined || existsSync(join(config.dataDir, MASTER_KEY_FILE));
  const next = keyThere
    ? 'Next: sallyport doctor, then sallyport serve'
    : `Next: put the master key of the backed-up gateway at ${join(config.dataDir, MASTER_KEY_FILE)} (mode 0600), then sallyport serve`;
  show(
    run,
    { ...summary, masterKey: keyThere },
    () => `Restored ${countOf(summary.organizations)} and ${summary.entries} log entries, all verified.\n${next}`,
  );
  return exitCode.ok;
};

function countOf(organizations: number): string {
  return organizations === 1 ? '1 organization' : `${organizations} organizations`;
}

/** What the driver throws is about the database, unless it names a file. */
async function onPostgres<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GatewayError || typeof (error as NodeJS.ErrnoException).path === 'string') throw error;
    const message = `PostgreSQL cannot be used: ${messageOf(error)}. Check DATABASE_URL and the server.`;
    throw new GatewayError('database_unreachable', message, { cause: error });
  }
}

function masterKeyAdvice(config: Config): string {
  if (config.masterKey !== undefined) return 'Keep SALLYPORT_MASTER_KEY too, elsewhere: without it, sealed values cannot be opened.';
  return `Keep a copy of ${join(config.dataDir, MASTER_KEY_FILE)} too, elsewhere: without it, sealed values cannot be opened.`;
}

/** Ctrl-C leaves no half file behind. */
async function uninterrupted<T>(run: Run, partial: string, work: () => Promise<T>): Promise<T> {
  const fresh = !existsSync(partial);
  const stopListening = run.terminal.onInterrupt(() => {
    if (fresh) rmSync(partial, { force: true });
    run.terminal.err('sallyport: interrupted; no backup was written');
    process.exit(exitCode.interrupted);
  });
  run.terminal.progress('writing…');
  try {
    return await work();
  } finally {
    run.terminal.progress('');
    stopListening();
  }
}
