// Checkpoints, their keys and the blocks of the tree in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CheckpointStore, KeptCheckpoint, KeptSigningKey } from '../../audit/port.ts';
import type { ReadJob, Row, WriteAnswer, WriteJob } from './job.ts';

export type CheckpointJob =
  | { type: 'checkpoint'; org: string; checkpoint: KeptCheckpoint; sinceMs: number }
  | { type: 'checkpoint-note'; org: string; size: number; before: string; note: string }
  | { type: 'signing-key'; org: string; known: number; key: KeptSigningKey }
  | { type: 'tree-blocks'; org: string; from: number; roots: Uint8Array };

export type CheckpointRead =
  | { type: 'checkpoints'; org: string; limit: number }
  | { type: 'signing-keys'; org: string }
  | { type: 'hashes'; org: string; from: number; limit: number }
  | { type: 'blocks'; org: string; from: number; limit: number };

const HASH_BYTES = 32;

const STATEMENTS = {
  checkpoint: `INSERT INTO checkpoint (org, size, made_ms, note) SELECT ?1, ?2, ?3, ?4
    WHERE NOT EXISTS (SELECT 1 FROM checkpoint WHERE org = ?1 AND (size >= ?2 OR made_ms > ?5))`,
  note: 'UPDATE checkpoint SET note = ? WHERE org = ? AND size = ? AND note = ?',
  key: `INSERT INTO checkpoint_key (org, position, verifier_key, sealed) SELECT ?1, ?2, ?3, ?4
    WHERE (SELECT count(*) FROM checkpoint_key WHERE org = ?1) = ?2`,
  block: 'INSERT INTO tree_block (org, position, root) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
} as const;

export class CheckpointWriter {
  readonly #statements: Record<keyof typeof STATEMENTS, StatementSync>;

  constructor(db: DatabaseSync) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof STATEMENTS, StatementSync>;
  }

  /** How many rows it wrote. */
  apply(org: number, job: CheckpointJob): number {
    const { checkpoint, note: replace, key, block } = this.#statements;
    if (job.type === 'checkpoint') {
      const { size, madeMs, note } = job.checkpoint;
      return Number(checkpoint.run(org, size, madeMs, note, job.sinceMs).changes);
    }
    if (job.type === 'checkpoint-note') return Number(replace.run(job.note, org, job.size, job.before).changes);
    if (job.type === 'signing-key') return Number(key.run(org, job.known, job.key.verifierKey, job.key.sealed).changes);
    let written = 0;
    for (let at = 0; at < job.roots.length; at += HASH_BYTES)
      written += Number(block.run(org, job.from + at / HASH_BYTES, job.roots.subarray(at, at + HASH_BYTES)).changes);
    return written;
  }
}

/** SQL and parameters of a read. */
export function checkpointQuery(job: CheckpointRead): [string, ...(string | number)[]] {
  if (job.type === 'checkpoints') return [CHECKPOINTS, job.org, job.limit];
  if (job.type === 'signing-keys') return [SIGNING_KEYS, job.org];
  if (job.type === 'hashes') return [HASHES, job.org, job.from, job.limit];
  return [BLOCKS, job.org, job.from, job.limit];
}

const OF_ORG = 'JOIN organization o ON o.id = t.org WHERE o.name = ?';
const CHECKPOINTS = `SELECT t.size, t.made_ms, t.note FROM checkpoint t ${OF_ORG} ORDER BY t.size DESC LIMIT ?`;
const SIGNING_KEYS = `SELECT t.verifier_key, t.sealed FROM checkpoint_key t ${OF_ORG} ORDER BY t.position`;
const HASHES = `SELECT min(e.seq) AS first, max(e.seq) AS last, count(*) AS count, group_concat(e.hash, '' ORDER BY e.id) AS hashes FROM organization o
  JOIN entry e ON e.id BETWEEN (o.id << 36) + ?2 AND (o.id << 36) + ?2 + ?3 - 1 WHERE o.name = ?1`;
const BLOCKS = `SELECT t.position, t.root FROM tree_block t ${OF_ORG} AND t.position >= ? ORDER BY t.position LIMIT ?`;

export interface CheckpointPorts {
  submit(job: WriteJob, bytes: number): Promise<WriteAnswer>;
  read(job: ReadJob): Promise<Row[]>;
}

export class SqliteCheckpoints implements CheckpointStore {
  readonly #ports: CheckpointPorts;

  constructor(ports: CheckpointPorts) {
    this.#ports = ports;
  }

  async checkpoints(org: string, limit: number): Promise<KeptCheckpoint[]> {
    const rows = await this.#ports.read({ type: 'checkpoints', org, limit });
    return rows.map((row) => ({ size: Number(row.size), madeMs: Number(row.made_ms), note: String(row.note) }));
  }

  async saveCheckpoint(org: string, checkpoint: KeptCheckpoint, sinceMs: number): Promise<boolean> {
    return (await this.#write({ type: 'checkpoint', org, checkpoint, sinceMs }, checkpoint.note.length)) > 0;
  }

  async replaceNote(org: string, size: number, before: string, note: string): Promise<boolean> {
    return (await this.#write({ type: 'checkpoint-note', org, size, before, note }, note.length)) > 0;
  }

  async signingKeys(org: string): Promise<KeptSigningKey[]> {
    const rows = await this.#ports.read({ type: 'signing-keys', org });
    return rows.map((row) => ({ verifierKey: String(row.verifier_key), sealed: String(row.sealed) }));
  }

  async addSigningKey(org: string, known: number, key: KeptSigningKey): Promise<boolean> {
    return (await this.#write({ type: 'signing-key', org, known, key }, key.sealed.length)) > 0;
  }

  async entryHashes(org: string, from: number, limit: number): Promise<string> {
    const [row] = await this.#ports.read({ type: 'hashes', org, from, limit });
    const isWhole = row && Number(row.first) === from && Number(row.last) - from + 1 === Number(row.count);
    return isWhole ? String(row.hashes) : '';
  }

  async treeBlocks(org: string, from: number, limit: number): Promise<Uint8Array> {
    return joinBlocks(from, await this.#ports.read({ type: 'blocks', org, from, limit }));
  }

  async saveTreeBlocks(org: string, from: number, roots: Uint8Array): Promise<void> {
    await this.#write({ type: 'tree-blocks', org, from, roots }, roots.length);
  }

  async #write(job: CheckpointJob, bytes: number): Promise<number> {
    const answer = await this.#ports.submit(job, bytes);
    return answer.type === 'done' ? answer.count : 0;
  }
}

/** Up to the first block that is missing. */
function joinBlocks(from: number, rows: readonly Row[]): Uint8Array {
  const gap = rows.findIndex((row, index) => Number(row.position) !== from + index);
  return Buffer.concat((gap < 0 ? rows : rows.slice(0, gap)).map((row) => row.root as Uint8Array));
}
