// Connecting to PostgreSQL with the settings that make a commit durable, and bringing the schema up to date.
// Never puts the connection string or a parameter into an error message.
import postgres from 'postgres';
import { GatewayError } from '../../lib/error.ts';
import { type AppliedMigration, pendingMigrations, readMigrations } from '../migrate.ts';

export type Sql = postgres.Sql;

const CONNECT_TIMEOUT_S = 10;
const IDLE_TIMEOUT_S = 300;
const FIRST_RECONNECT_S = 0.02;
const MAX_RECONNECT_S = 0.5;
/** A statement waiting for the lock of an organization gives up after this. */
const LOCK_TIMEOUT_MS = 8_000;
/** Oldest server: string_to_table, and what is tested. */
const OLDEST_VERSION_NUM = 150_000;

/** `statementTimeoutMs` 0: statements may take as long as they need (reads, migrations, backups). */
/** `held`: one connection that is never given up by itself, for what belongs to the session. */
export function connect(url: string, max: number, statementTimeoutMs = 0, held = false): Sql {
  try {
    return postgres(url, {
      max,
      connect_timeout: CONNECT_TIMEOUT_S,
      backoff: reconnectDelayS,
      idle_timeout: held ? 0 : IDLE_TIMEOUT_S,
      ...(held ? { max_lifetime: null } : {}),
      onnotice: () => {},
      // The driver asks for array types without minding the answer: a connection lost at that moment would end the process
      // (test/fault/lost-database.test.ts). No query here takes or returns an array.
      fetch_types: false,
      connection: {
        application_name: 'sallyport',
        default_transaction_isolation: 'read committed',
        lock_timeout: LOCK_TIMEOUT_MS,
        statement_timeout: statementTimeoutMs,
      },
    });
  } catch (cause) {
    throw new GatewayError(
      'invalid_database_url',
      'DATABASE_URL is not a PostgreSQL URL. Write postgres://user:password@host:5432/database.',
      { cause },
    );
  }
}

/** Before connection attempt `retries` of those that failed in a row. The driver's own goes up to 20 s: so long a freeze would wait once the database is back. */
export function reconnectDelayS(retries: number): number {
  return Math.min(FIRST_RECONNECT_S * 2 ** retries, MAX_RECONNECT_S);
}

/** Creates or migrates the schema. Throws GatewayError `schema_newer`, `schema_changed` or `database_unsuitable`; then nothing has changed. */
export async function migrateDatabase(sql: Sql): Promise<void> {
  await checkServer(sql);
  await sql.begin(async (tx) => {
    await tx`SELECT pg_advisory_xact_lock(1396788297, 0)`;
    await tx`CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`;
    const applied = await tx<AppliedMigration[]>`SELECT number, checksum FROM migration ORDER BY number`;
    for (const { number, name, sql: text, checksum } of pendingMigrations(readMigrations('postgres'), applied)) {
      await tx.unsafe(text).simple();
      await tx`INSERT INTO migration (number, name, checksum) VALUES (${number}, ${name}, ${checksum})`;
    }
  });
}

/** Refuses a server on which "durable" would not be true. */
async function checkServer(sql: Sql): Promise<void> {
  const [row] = await sql`
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
      current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous`;
  if (!row) throw unsuitable('it does not answer');
  if (row.version < OLDEST_VERSION_NUM) throw unsuitable('Sallyport needs PostgreSQL 15 or newer');
  if (row.encoding !== 'UTF8') throw unsuitable(`its encoding is ${row.encoding}, Sallyport needs UTF8`);
  if (row.fsync === 'off') throw unsuitable('fsync is off, so no entry would be durable');
  if (row.synchronous === 'off') throw unsuitable('synchronous_commit is off, so no entry would be durable');
}

function unsuitable(why: string): GatewayError {
  return new GatewayError('database_unsuitable', `The PostgreSQL database cannot hold the log: ${why}.`);
}

/** What a caller is told when the database fails it. */
export function asUnavailable(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const code = (error as { code?: unknown } | undefined)?.code;
  const why = typeof code === 'string' && PUBLIC_CODE.test(code) ? ` (${code}${MEANING[code] ?? ''})` : '';
  return new GatewayError(
    'store_unavailable',
    `The database cannot be reached or refused the request${why}. Check DATABASE_URL and the server.`,
    { detail },
  );
}

/** Codes of the system, of the driver and of PostgreSQL: none of them quotes a value. */
const PUBLIC_CODE = /^[A-Z0-9_]{5,40}$/;
/** What an operator meets at a first start. */
const MEANING: Readonly<Record<string, string>> = {
  ECONNREFUSED: ': nothing listens there',
  ENOTFOUND: ': the name of the host is not known',
  '28P01': ': wrong password',
  '28000': ': this user may not connect',
  '3D000': ': there is no such database',
  '42501': ': this user may not make tables',
  '53300': ': too many connections',
};
