// Reads of the SQLite file on a connection that cannot write. Every answer is bounded by the limit its caller gave.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { checkpointQuery } from './checkpoints.ts';
import { deliveryQuery } from './deliveries.ts';
import { FLOW_FACTS } from './flow-facts.ts';
import { FORWARDS } from './forwards.ts';
import type { ReadJob, Row } from './job.ts';
import { outboxQuery } from './outbox.ts';
import { PASSKEY_USES } from './passkeys.ts';
import { retentionQuery } from './retention.ts';
import { entryKey, payloadKey, SEQ_SPAN } from './row-key.ts';

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
        return this.#payload(job);
      case 'objects':
        return this.#all(OBJECTS, job.org, job.since);
      case 'history':
        return this.#all(HISTORY, job.org, job.kind, job.name, job.limit);
      case 'keys':
        return this.#all(KEYS, job.org);
      case 'objects-at':
        return this.#all(OBJECTS_AT, job.org, job.revision);
      case 'token-use':
        return this.#all(TOKEN_USE, job.org);
      case 'quotas':
        return this.#all(QUOTAS, job.org, job.nowMs, job.name ?? null, job.limit);
      case 'risk-history':
        return this.#all(RISK_HISTORY, job.org);
      case 'definition':
        return this.#all(DEFINITION, job.org, job.hash);
      case 'grant-uses':
        return this.#all(GRANT_USES, job.org);
      case 'passkey-uses':
        return this.#all(PASSKEY_USES, job.org);
      case 'flow-facts':
        return this.#all(FLOW_FACTS, job.org, job.subject, job.sinceMs);
      case 'approvals':
        return this.#all(job.live ? LIVE_APPROVALS : APPROVALS, job.org, job.agent ?? null, job.limit);
      case 'used-grants':
        return this.#all(USED_GRANTS, job.org, job.sinceMs, job.limit);
      case 'approval':
        return this.#all(APPROVAL_BY[job.by], job.org, job.key);
      case 'forwards':
        return this.#all(FORWARDS, job.org);
      case 'delivery':
      case 'deliveries':
        return this.#all(...deliveryQuery(job));
      case 'checkpoints':
      case 'hashes':
      case 'signing-keys':
      case 'blocks':
        return this.#all(...checkpointQuery(job));
      case 'outbox-cursors':
      case 'outbox-waiting':
      case 'outbox-counts':
      case 'outbox-list':
        return this.#all(...outboxQuery(job));
      default:
        return this.#all(...retentionQuery(job, (name) => this.#org(name)));
    }
  }

  close(): void {
    this.#db.close();
  }

  #entries({ org, fromSeq, toSeq, callId, reverse, limit }: Extract<ReadJob, { type: 'entries' }>): Row[] {
    const order = reverse ? 'DESC' : 'ASC';
    const id = this.#org(org);
    const range = [entryKey(id, fromSeq), entryKey(id, Math.min(toSeq, SEQ_SPAN - 1))] as const;
    const select = 'SELECT seq, hash, header, content FROM entry WHERE id BETWEEN ? AND ?';
    if (callId === undefined) return this.#all(`${select} ORDER BY id ${order} LIMIT ?`, ...range, limit);
    return this.#all(`${select} AND call = ? ORDER BY id ${order} LIMIT ?`, ...range, callId, limit);
  }

  /** With the entry's sequence number a look-up; without it every payload of the organization is looked at. */
  #payload({ org, commitment, seq }: Extract<ReadJob, { type: 'payload' }>): Row[] {
    const id = this.#org(org);
    const range =
      seq === undefined ? [payloadKey(id, 0, 0), payloadKey(id + 1, 0, 0) - 1] : [payloadKey(id, seq, 0), payloadKey(id, seq + 1, 0) - 1];
    return this.#all(
      'SELECT sealed FROM payload WHERE id BETWEEN ? AND ? AND commitment = ? LIMIT 1',
      ...range,
      Buffer.from(commitment, 'hex'),
    );
  }

  /** 0, which no organization has, when there is none of that name. */
  #org(name: string): number {
    const [row] = this.#all('SELECT id FROM organization WHERE name = ?', name);
    return Number(row?.id ?? 0);
  }

  #all(sql: string, ...parameters: (string | number | Uint8Array | null)[]): Row[] {
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
  LEFT JOIN entry e ON e.id = (SELECT max(id) FROM entry WHERE id BETWEEN o.id << 36 AND ((o.id + 1) << 36) - 1)
  WHERE o.name = ?`;

/** One statement, so that objects and revision belong together; the first row is the organization itself, those with a kind are what was deleted. */
const OBJECTS = `
  SELECT o.revision, NULL AS document, (SELECT count(*) FROM object b WHERE b.org = o.id) AS total, NULL AS kind, NULL AS name
  FROM organization o WHERE o.name = ?1
  UNION ALL
  SELECT b.revision, b.document, NULL, NULL, NULL FROM object b JOIN organization o ON o.id = b.org WHERE o.name = ?1 AND b.revision > ?2
  UNION ALL
  SELECT NULL, NULL, NULL, h.kind, h.name FROM object_history h JOIN organization o ON o.id = h.org
  WHERE o.name = ?1 AND ?2 >= 0 AND h.revision > ?2 AND h.document IS NULL`;

/** The newest version of each object up to a revision; what was deleted by then has none. */
const OBJECTS_AT = `
  SELECT h.revision, h.document FROM object_history h JOIN organization o ON o.id = h.org
  WHERE o.name = ?1 AND h.document IS NOT NULL AND h.revision = (
    SELECT max(l.revision) FROM object_history l WHERE l.org = h.org AND l.kind = h.kind AND l.name = h.name AND l.revision <= ?2)
  ORDER BY h.kind, h.name`;

const HISTORY = `
  SELECT h.revision, h.document, h.author, h.time_ms FROM object_history h JOIN organization o ON o.id = h.org
  WHERE o.name = ? AND h.kind = ? AND h.name = ? ORDER BY h.revision DESC LIMIT ?`;

const TOKEN_USE = 'SELECT u.token, u.used_ms FROM token_use u JOIN organization o ON o.id = u.org WHERE o.name = ? ORDER BY u.token';
const RISK_HISTORY = 'SELECT r.seq, r.beyond, r.data FROM risk_history r JOIN organization o ON o.id = r.org WHERE o.name = ?';

const DEFINITION = 'SELECT d.text FROM definition d JOIN organization o ON o.id = d.org WHERE o.name = ? AND d.hash = ?';

const GRANT_USES = 'SELECT g.key, g.used, g.used_ms FROM grant_use g JOIN organization o ON o.id = g.org WHERE o.name = ?';

const APPROVAL = `SELECT a.id, a.binding, a.live, a.agent, a.version, a.created_ms, a.expires_ms, a.document FROM approval a
  JOIN organization o ON o.id = a.org WHERE o.name = ?1`;
const LIVE_APPROVALS = `${APPROVAL} AND a.live = 1 AND (?2 IS NULL OR a.agent = ?2) ORDER BY a.created_ms DESC, a.id DESC LIMIT ?3`;
const APPROVALS = `${APPROVAL} AND (?2 IS NULL OR a.agent = ?2) ORDER BY a.created_ms DESC, a.id DESC LIMIT ?3`;
const USED_GRANTS = `SELECT a.agent, a.binding, a.used_ms FROM approval a JOIN organization o ON o.id = a.org
  WHERE o.name = ?1 AND a.used_ms >= ?2 ORDER BY a.used_ms DESC LIMIT ?3`;
const APPROVAL_BY = {
  id: `${APPROVAL} AND a.id = ?2`,
  binding: `${APPROVAL} AND a.live = 1 AND a.binding = ?2`,
  newest: `${APPROVAL} AND a.binding = ?2 ORDER BY a.created_ms DESC, a.id DESC LIMIT 1`,
  sealed: 'SELECT a.sealed FROM approval a JOIN organization o ON o.id = a.org WHERE o.name = ?1 AND a.id = ?2',
} as const;

const KEYS = 'SELECT k.id, k.wrapped FROM data_key k JOIN organization o ON o.id = k.org WHERE o.name = ? ORDER BY k.position';

const QUOTAS = `
  SELECT q.name, q.key, q.bucket_ms, q.used, q.until_ms FROM quota q JOIN organization o ON o.id = q.org
  WHERE o.name = ?1 AND q.until_ms > ?2 AND q.used > 0 AND (?3 IS NULL OR q.name = ?3) ORDER BY q.used DESC, q.name, q.key LIMIT ?4`;
