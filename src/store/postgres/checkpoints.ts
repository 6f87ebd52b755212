// Checkpoints, their keys and the blocks of the tree in PostgreSQL. Of several gateways that make a checkpoint at once, one is kept.
import type { CheckpointStore, KeptCheckpoint, KeptSigningKey } from '../../audit/port.ts';
import type { Sql } from './database.ts';

const HASH_BYTES = 32;
/** Class of the advisory lock that lets one process at a time decide whether a checkpoint or key is due; not that of the log. */
const LOCK_CLASS = 1396788299;

export interface CheckpointPorts {
  submit(org: string, run: (sql: Sql) => Promise<number>, bytes: number): Promise<number>;
  read<T>(query: (sql: Sql) => Promise<T>): Promise<T>;
}

export class PostgresCheckpoints implements CheckpointStore {
  readonly #ports: CheckpointPorts;

  constructor(ports: CheckpointPorts) {
    this.#ports = ports;
  }

  async checkpoints(org: string, limit: number): Promise<KeptCheckpoint[]> {
    const rows = await this.#ports.read(
      (sql) => sql`SELECT t.size, t.made_ms, t.note FROM checkpoint t JOIN organization o ON o.id = t.org
        WHERE o.name = ${org} ORDER BY t.size DESC LIMIT ${limit}`,
    );
    return rows.map((row) => ({ size: Number(row.size), madeMs: Number(row.made_ms), note: row.note }));
  }

  async saveCheckpoint(org: string, { size, madeMs, note }: KeptCheckpoint, sinceMs: number): Promise<boolean> {
    const count = await this.#alone(
      org,
      (sql) => sql`INSERT INTO checkpoint (org, size, made_ms, note) SELECT o.id, ${size}, ${madeMs}, ${note} FROM organization o
        WHERE o.name = ${org} AND NOT EXISTS
          (SELECT 1 FROM checkpoint t WHERE t.org = o.id AND (t.size >= ${size} OR t.made_ms > ${sinceMs}))`,
      note.length,
    );
    return count > 0;
  }

  async replaceNote(org: string, size: number, before: string, note: string): Promise<boolean> {
    const count = await this.#ports.submit(
      org,
      async (sql) =>
        (
          await sql`UPDATE checkpoint t SET note = ${note} FROM organization o
          WHERE o.id = t.org AND o.name = ${org} AND t.size = ${size} AND t.note = ${before}`
        ).count,
      note.length,
    );
    return count > 0;
  }

  async signingKeys(org: string): Promise<KeptSigningKey[]> {
    const rows = await this.#ports.read(
      (sql) => sql`SELECT t.verifier_key, t.sealed FROM checkpoint_key t JOIN organization o ON o.id = t.org
        WHERE o.name = ${org} ORDER BY t.position`,
    );
    return rows.map((row) => ({ verifierKey: row.verifier_key, sealed: row.sealed }));
  }

  async addSigningKey(org: string, known: number, { verifierKey, sealed }: KeptSigningKey): Promise<boolean> {
    const count = await this.#alone(
      org,
      (sql) => sql`INSERT INTO checkpoint_key (org, position, verifier_key, sealed) SELECT o.id, ${known}, ${verifierKey}, ${sealed}
        FROM organization o WHERE o.name = ${org} AND (SELECT count(*) FROM checkpoint_key t WHERE t.org = o.id) = ${known}`,
      sealed.length,
    );
    return count > 0;
  }

  async entryHashes(org: string, from: number, limit: number): Promise<string> {
    const [row] = await this.#ports.read(
      (sql) => sql`SELECT min(e.seq) AS first, max(e.seq) AS last, count(*) AS count, string_agg(e.hash, '' ORDER BY e.seq) AS hashes
        FROM entry e JOIN organization o ON o.id = e.org WHERE o.name = ${org} AND e.seq BETWEEN ${from} AND ${from + limit - 1}`,
    );
    const isWhole = row && Number(row.first) === from && Number(row.last) - from + 1 === Number(row.count);
    return isWhole ? String(row.hashes) : '';
  }

  async treeBlocks(org: string, from: number, limit: number): Promise<Uint8Array> {
    const rows = await this.#ports.read(
      (sql) => sql`SELECT t.position, t.root FROM tree_block t JOIN organization o ON o.id = t.org
        WHERE o.name = ${org} AND t.position >= ${from} ORDER BY t.position LIMIT ${limit}`,
    );
    const gap = rows.findIndex((row, index) => Number(row.position) !== from + index);
    return Buffer.concat((gap < 0 ? [...rows] : rows.slice(0, gap)).map((row): Uint8Array => row.root));
  }

  async saveTreeBlocks(org: string, from: number, roots: Uint8Array): Promise<void> {
    const rows: string[] = [];
    for (let at = 0; at < roots.length; at += HASH_BYTES) rows.push(Buffer.from(roots.subarray(at, at + HASH_BYTES)).toString('hex'));
    const text = rows.join(',');
    await this.#ports.submit(
      org,
      async (sql) =>
        (
          await sql`INSERT INTO tree_block (org, position, root) SELECT o.id, ${from} + r.n - 1, decode(r.root, 'hex')
            FROM organization o, string_to_table(${text}, ',') WITH ORDINALITY AS r (root, n) WHERE o.name = ${org} ON CONFLICT DO NOTHING`
        ).count,
      text.length,
    );
  }

  /** INVARIANT: of two that decide at once whether something is due, the second sees what the first wrote (test/contract/store-cases.ts). */
  #alone(org: string, insert: (sql: Sql) => Promise<{ count: number }>, bytes: number): Promise<number> {
    const run = async (sql: Sql): Promise<number> =>
      sql.begin(async (tx) => {
        await tx`SELECT pg_advisory_xact_lock(${LOCK_CLASS}, hashtext(${org}))`;
        return (await insert(tx as unknown as Sql)).count;
      });
    return this.#ports.submit(org, run, bytes);
  }
}
