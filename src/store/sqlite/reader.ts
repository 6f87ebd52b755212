// Reads of the SQLite file on a connection that cannot write. Every answer is bounded by the limit its caller gave.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ReadJob, Row } from './job.ts';

export class SqliteReader {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  run(job: ReadJob): Row[] {
    switch (job.type) {
      case 'organizations':
        return this.#all('SELECT name FROM organization ORDER BY id');
      case 'head':
        return this.#all(HEAD, job.org);
      case 'entries':
        return this.#entries(job);
      case 'payload':
        return this.#all(PAYLOAD, Buffer.from(job.commitment, 'hex'), job.org);
      case 'objects':
        return this.#all(OBJECTS, job.org);
      case 'history':
        return this.#all(HISTORY, job.org, job.kind, job.name, job.limit);
      case 'keys':
        return this.#all(KEYS, job.org);
    }
  }

  close(): void {
    this.#db.close();
  }

  #entries({ org, fromSeq, toSeq, callId, reverse, limit }: Extract<ReadJob, { type: 'entries' }>): Row[] {
    const order = reverse ? 'DESC' : 'ASC';
    const select = 'SELECT seq, hash, header, content FROM entry WHERE org = (SELECT id FROM organization WHERE name = ?)';
    if (callId === undefined)
      return this.#all(`${select} AND seq BETWEEN ? AND ? ORDER BY seq ${order} LIMIT ?`, org, fromSeq, toSeq, limit);
    return this.#all(`${select} AND call = ? AND seq BETWEEN ? AND ? ORDER BY seq ${order} LIMIT ?`, org, callId, fromSeq, toSeq, limit);
  }

  #all(sql: string, ...parameters: (string | number | Uint8Array)[]): Row[] {
    let statement = this.#prepared.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement.all(...parameters) as Row[];
  }
}

const HEAD = `
  SELECT o.revision, coalesce(e.seq, 0) AS seq, e.hash FROM organization o
  LEFT JOIN entry e ON e.org = o.id AND e.seq = (SELECT max(seq) FROM entry WHERE org = o.id)
  WHERE o.name = ?`;

const PAYLOAD = `
  SELECT p.sealed FROM payload p JOIN organization o ON o.id = p.org
  WHERE p.commitment = ? AND o.name = ? ORDER BY p.id LIMIT 1`;

/** One statement, so that objects and revision belong together; the first row is the organization itself. */
const OBJECTS = `
  SELECT revision, NULL AS document FROM organization WHERE name = ?1
  UNION ALL
  SELECT * FROM (SELECT b.revision, b.document FROM object b JOIN organization o ON o.id = b.org WHERE o.name = ?1 ORDER BY b.kind, b.name)`;

const HISTORY = `
  SELECT h.revision, h.document, h.author, h.time_ms FROM object_history h JOIN organization o ON o.id = h.org
  WHERE o.name = ? AND h.kind = ? AND h.name = ? ORDER BY h.revision DESC LIMIT ?`;

const KEYS = 'SELECT k.id, k.wrapped FROM data_key k JOIN organization o ON o.id = k.org WHERE o.name = ? ORDER BY k.position';
