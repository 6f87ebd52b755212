// Reading and filling a whole PostgreSQL store: one REPEATABLE READ transaction for a backup, one transaction for a restore.

import type postgres from 'postgres';
import type { ControlSnapshot } from '../../object/port.ts';
import {
  COLUMNS,
  notEmpty,
  type RestoreTarget,
  restoreBackup,
  type Snapshot,
  type Table,
  type Value,
  type Values,
  writeBackup,
} from '../backup.ts';
import { SELECT_ROWS } from '../backup-rows.ts';
import { parseDocument } from '../check-write.ts';
import { type AppliedMigration, refuseOlderSchema } from '../migrate.ts';
import type { ObjectDelta } from '../object-cache.ts';
import type { BackupSummary } from '../port.ts';
import type { Sql } from './database.ts';
import { connect, migrateDatabase } from './database.ts';
import { unknownOrganization } from './writer.ts';

/** Rows fetched at a time. */
const CURSOR_ROWS = 256;

/** Backs up a database, whether gateways are running on it or not. Throws GatewayError `backup_exists`. */
export async function backupPostgres(url: string, toPath: string): Promise<BackupSummary> {
  return writeBackup(postgresSnapshot(url), toPath);
}

/** Restores into a database that holds no organization. Throws as `restoreBackup`. */
export async function restorePostgres(fromPath: string, url: string): Promise<BackupSummary> {
  return restoreBackup(fromPath, postgresTarget(url));
}

function postgresSnapshot(url: string): Snapshot {
  return async (use) => {
    const sql = connect(url, 1);
    try {
      const result = await sql.begin('isolation level repeatable read read only', async (tx) => {
        refuseOlderSchema('postgres', await tx<AppliedMigration[]>`SELECT number, checksum FROM migration ORDER BY number`);
        return { value: await use((table) => rowsOf(tx, table)) };
      });
      return result.value;
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
}

async function* rowsOf(tx: postgres.TransactionSql, table: Table): AsyncGenerator<Values, void, undefined> {
  const numbers = new Set([
    'seq',
    'revision',
    'time_ms',
    'bucket_ms',
    'used',
    'used_ms',
    'until_ms',
    'size',
    'made_ms',
    'position',
    'since',
    'attempts',
    'created_ms',
    'next_ms',
    'settled_ms',
    'from_seq',
    'to_seq',
    'by_seq',
    'counter',
    'at_ms',
    'other_ms',
  ]);
  for await (const rows of tx.unsafe(SELECT[table]).cursor(CURSOR_ROWS)) {
    for (const row of rows) {
      yield COLUMNS[table].map((column): Value => {
        const value: unknown = row[column];
        if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
        return value !== null && numbers.has(column) ? Number(value) : (value as Value);
      });
    }
  }
}

function postgresTarget(url: string): RestoreTarget {
  return async (fill) => {
    const sql = connect(url, 1);
    try {
      await migrateDatabase(sql);
      await sql.begin(async (tx) => {
        await tx`LOCK TABLE organization IN EXCLUSIVE MODE`;
        const [any] = await tx`SELECT 1 FROM organization LIMIT 1`;
        if (any) throw notEmpty('The database');
        await fill(async (table, rows) => {
          await tx.unsafe(INSERT[table], [JSON.stringify(rows)]);
        });
        await tx`UPDATE organization o SET seq = e.seq, hash = e.hash FROM entry e
          WHERE e.org = o.id AND e.seq = (SELECT max(seq) FROM entry WHERE org = o.id)`;
      });
    } finally {
      await sql.end({ timeout: 1 });
    }
  };
}

const SELECT: Readonly<Record<Table, string>> = {
  ...SELECT_ROWS,
  entry:
    'SELECT o.name AS org, t.seq, t.hash, t.header, t.content, t.call FROM entry t JOIN organization o ON o.id = t.org ORDER BY t.org, t.seq',
};

/** $1 is a JSON array of rows, each an array of values; `ORDINALITY` keeps their order. */
const FROM = `FROM json_array_elements($1::text::json) WITH ORDINALITY AS r (v, n)`;
const BY_ORG = `${FROM} JOIN organization o ON o.name = r.v ->> 0 ORDER BY r.n`;
const INSERT: Readonly<Record<Table, string>> = {
  organization: `INSERT INTO organization (name, revision) SELECT r.v ->> 0, (r.v ->> 1)::bigint ${FROM} ORDER BY r.n`,
  entry: `INSERT INTO entry (org, seq, hash, header, content, call)
    SELECT o.id, (r.v ->> 1)::bigint, r.v ->> 2, r.v ->> 3, r.v ->> 4, r.v ->> 5 ${BY_ORG}`,
  payload: `INSERT INTO payload (org, seq, role, commitment, sealed)
    SELECT o.id, (r.v ->> 1)::bigint, r.v ->> 2, decode(r.v ->> 3, 'base64'), decode(r.v ->> 4, 'base64') ${BY_ORG}`,
  object: `INSERT INTO object (org, kind, name, revision, document)
    SELECT o.id, r.v ->> 1, r.v ->> 2, (r.v ->> 3)::bigint, r.v ->> 4 ${BY_ORG}`,
  object_history: `INSERT INTO object_history (org, kind, name, revision, document, author, time_ms)
    SELECT o.id, r.v ->> 1, r.v ->> 2, (r.v ->> 3)::bigint, r.v ->> 4, r.v ->> 5, (r.v ->> 6)::bigint ${BY_ORG}`,
  data_key: `INSERT INTO data_key (org, id, wrapped) SELECT o.id, r.v ->> 1, decode(r.v ->> 2, 'base64') ${BY_ORG}`,
  quota: `INSERT INTO quota (org, name, key, bucket_ms, used, until_ms)
    SELECT o.id, r.v ->> 1, r.v ->> 2, (r.v ->> 3)::bigint, (r.v ->> 4)::bigint, (r.v ->> 5)::bigint ${BY_ORG}`,
  grant_use: `INSERT INTO grant_use (org, key, used, used_ms) SELECT o.id, r.v ->> 1, (r.v ->> 2)::bigint, (r.v ->> 3)::bigint ${BY_ORG}`,
  checkpoint_key: `INSERT INTO checkpoint_key (org, position, verifier_key, sealed)
    SELECT o.id, (r.v ->> 1)::bigint, r.v ->> 2, r.v ->> 3 ${BY_ORG}`,
  checkpoint: `INSERT INTO checkpoint (org, size, made_ms, note)
    SELECT o.id, (r.v ->> 1)::bigint, (r.v ->> 2)::bigint, r.v ->> 3 ${BY_ORG}`,
  notify_cursor: `INSERT INTO notify_cursor (org, subscription, since, seq)
    SELECT o.id, r.v ->> 1, (r.v ->> 2)::bigint, (r.v ->> 3)::bigint ${BY_ORG}`,
  delivery: `INSERT INTO delivery (org, subscription, event, type, subject, seq, body, status, attempts, error, created_ms, next_ms, settled_ms)
    SELECT o.id, r.v ->> 1, r.v ->> 2, r.v ->> 3, r.v ->> 4, (r.v ->> 5)::bigint, r.v ->> 6, r.v ->> 7, (r.v ->> 8)::integer, r.v ->> 9,
      (r.v ->> 10)::bigint, (r.v ->> 11)::bigint, (r.v ->> 12)::bigint ${BY_ORG}`,
  forward_cursor: `INSERT INTO forward_cursor (org, name, start, next, epoch, owner, lease_until_ms, sent, lost, failures)
    SELECT o.id, r.v ->> 1, r.v ->> 2, (r.v ->> 3)::bigint, (r.v ->> 4)::bigint, '', 0, (r.v ->> 5)::bigint, (r.v ->> 6)::bigint, 0 ${BY_ORG}`,
  archived: `INSERT INTO archived (org, seq, hash, revision, first_hash, first_time)
    SELECT o.id, (r.v ->> 1)::bigint, r.v ->> 2, (r.v ->> 3)::bigint, r.v ->> 4, r.v ->> 5 ${BY_ORG}`,
  tree_block: `INSERT INTO tree_block (org, position, root) SELECT o.id, (r.v ->> 1)::bigint, decode(r.v ->> 2, 'base64') ${BY_ORG}`,
  erased: `INSERT INTO erased (org, from_seq, to_seq, by_seq)
    SELECT o.id, (r.v ->> 1)::bigint, (r.v ->> 2)::bigint, (r.v ->> 3)::bigint ${BY_ORG}`,
  passkey_once: `INSERT INTO passkey_once (org, key, until_ms) SELECT o.id, r.v ->> 1, (r.v ->> 2)::bigint ${BY_ORG}`,
  passkey_use: `INSERT INTO passkey_use (org, credential, counter, used_ms)
    SELECT o.id, r.v ->> 1, (r.v ->> 2)::bigint, (r.v ->> 3)::bigint ${BY_ORG}`,
  flow_source: `INSERT INTO flow_source (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
    SELECT o.id, r.v ->> 1, r.v ->> 2, r.v ->> 3, r.v ->> 4, r.v ->> 5, r.v ->> 6, (r.v ->> 7)::integer, (r.v ->> 8)::integer,
      (r.v ->> 9)::bigint, (r.v ->> 10)::bigint ${BY_ORG}`,
};

/** The newest version of each object up to a revision; what was deleted by then has none. */
export async function objectsAt(sql: Sql, org: string, revision: number): Promise<ControlSnapshot> {
  const rows = await sql`
    SELECT h.revision, h.document FROM object_history h JOIN organization o ON o.id = h.org
    WHERE o.name = ${org} AND h.document IS NOT NULL AND h.revision = (
      SELECT max(l.revision) FROM object_history l WHERE l.org = h.org AND l.kind = h.kind AND l.name = h.name AND l.revision <= ${revision})
    ORDER BY h.kind COLLATE "C", h.name COLLATE "C"`;
  return { org, revision, objects: rows.map((row) => parseDocument(row.document, Number(row.revision))) };
}

/** One statement, so that objects and revision belong together; a row without a document is what was deleted. */
export async function objectsSince(sql: Sql, org: string, since: number): Promise<ObjectDelta> {
  const rows = await sql`
    SELECT o.revision AS control_revision, c.total, b.revision, b.document, NULL AS kind, NULL AS name FROM organization o
    CROSS JOIN LATERAL (SELECT count(*) AS total FROM object t WHERE t.org = o.id) c
    LEFT JOIN object b ON b.org = o.id AND b.revision > ${since} WHERE o.name = ${org}
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, h.kind, h.name FROM object_history h JOIN organization o ON o.id = h.org
    WHERE o.name = ${org} AND ${since} >= 0 AND h.revision > ${since} AND h.document IS NULL`;
  const first = rows.find((row) => row.control_revision !== null);
  if (!first) throw unknownOrganization(org);
  const changed = rows.filter((row) => row.document !== null).map((row) => parseDocument(row.document, Number(row.revision)));
  const deleted = rows.filter((row) => row.kind !== null).map(({ kind, name }) => ({ kind, name }));
  return { revision: Number(first.control_revision), total: Number(first.total), changed, deleted };
}
