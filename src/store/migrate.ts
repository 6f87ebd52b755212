// Migrations: numbered SQL files, forward only. A driver applies what `pendingMigrations` returns, in order, and records each one.
// Never edit a file that has been released: its checksum is part of every database.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';

export interface Migration {
  number: number;
  name: string;
  sql: string;
  /** SHA-256 of the file, hex. */
  checksum: string;
}

export interface AppliedMigration {
  number: number;
  checksum: string;
}

/**
 * Migrations still to apply. Throws GatewayError `schema_newer` when the database knows one that this version does not,
 * `schema_changed` when an applied file reads differently now.
 */
export function pendingMigrations(available: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  const known = new Map(available.map((migration) => [migration.number, migration]));
  for (const { number, checksum } of applied) {
    const migration = known.get(number);
    if (!migration) {
      throw new GatewayError(
        'schema_newer',
        `The database has schema ${number}, this version of Sallyport knows up to ${available.at(-1)?.number ?? 0}. Install the newer version again, or restore a backup made by this one.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new GatewayError(
        'schema_changed',
        `Schema change ${migration.name} is not the one this database was built with. Reinstall Sallyport.`,
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return available.filter(({ number }) => !done.has(number));
}

/** For whoever reads a database and may not change it. Throws GatewayError `schema_older`, or as `pendingMigrations`. */
export function refuseOlderSchema(driver: 'sqlite' | 'postgres', applied: readonly AppliedMigration[]): void {
  if (pendingMigrations(readMigrations(driver), applied).length === 0) return;
  throw new GatewayError(
    'schema_older',
    'The database was written by an older version of Sallyport. Start this version once (`sallyport serve`), which brings it up to date, or use the version that wrote it.',
  );
}

/** Files of one driver, in order. Numbered upwards; a number may be left out. */
export function readMigrations(driver: 'sqlite' | 'postgres'): Migration[] {
  const folder = fileURLToPath(new URL(`./migrations/${driver}/`, import.meta.url));
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name) => {
    const number = Number.parseInt(name, 10);
    if (!(number > 0)) throw new GatewayError('schema_changed', `The file ${name} is no numbered schema change. Reinstall Sallyport.`);
    const sql = readFileSync(`${folder}${name}`, 'utf8');
    return { number, name, sql, checksum: sha256Hex(sql) };
  });
}
