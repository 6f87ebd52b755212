// What is kept for the agents of held calls, in the embedded store. The first class runs in the writer's thread, the second beside the callers.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { DeliveryRow, DeliveryStore } from '../../approval/delivery-port.ts';
import type { ReadJob, Row, WriteAnswer, WriteJob } from './job.ts';

export type DeliveryJob = { type: 'delivery'; org: string; row: DeliveryRow } | { type: 'forget-deliveries'; nowMs: number };

export type DeliveryRead = { type: 'delivery'; org: string; ticket: string } | { type: 'deliveries'; org: string; limit: number };

const SAVE = `INSERT INTO held_answer (org, ticket, request, answer, lease_ms, until_ms) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (org, ticket) DO UPDATE SET request = coalesce(request, excluded.request), answer = coalesce(answer, excluded.answer),
  lease_ms = max(lease_ms, excluded.lease_ms), until_ms = max(until_ms, excluded.until_ms)`;
const FORGET = 'DELETE FROM held_answer WHERE until_ms <= ?';

export class DeliveryWriter {
  readonly #save: StatementSync;
  readonly #forget: StatementSync;

  constructor(db: DatabaseSync) {
    this.#save = db.prepare(SAVE);
    this.#forget = db.prepare(FORGET);
  }

  save(org: number, { ticket, request, answer, leaseMs, untilMs }: DeliveryRow): number {
    return Number(this.#save.run(org, ticket, request ?? null, answer ?? null, leaseMs, untilMs).changes);
  }

  forget(nowMs: number): number {
    return Number(this.#forget.run(nowMs).changes);
  }
}

/** SQL and parameters of a read. */
export function deliveryQuery(job: DeliveryRead): [string, ...(string | number)[]] {
  return job.type === 'delivery' ? [ONE, job.org, job.ticket] : [WAITING, job.org, job.limit];
}

const OF_ORG = 'JOIN organization o ON o.id = d.org WHERE o.name = ?';
const ONE = `SELECT d.ticket, d.request, d.answer, d.lease_ms, d.until_ms FROM held_answer d ${OF_ORG} AND d.ticket = ?`;
const WAITING = `SELECT d.ticket FROM held_answer d ${OF_ORG} AND d.request IS NOT NULL AND d.answer IS NULL ORDER BY d.ticket LIMIT ?`;

export interface DeliveryAccess {
  submit(job: WriteJob): Promise<WriteAnswer>;
  read(job: ReadJob): Promise<Row[]>;
}

export class SqliteDeliveries implements DeliveryStore {
  readonly #access: DeliveryAccess;

  constructor(access: DeliveryAccess) {
    this.#access = access;
  }

  async save(org: string, row: DeliveryRow): Promise<void> {
    await this.#access.submit({ type: 'delivery', org, row });
  }

  async find(org: string, ticket: string): Promise<DeliveryRow | undefined> {
    const [row] = await this.#access.read({ type: 'delivery', org, ticket });
    if (!row) return undefined;
    return {
      ticket: String(row.ticket),
      request: (row.request as Uint8Array | null) ?? undefined,
      answer: (row.answer as Uint8Array | null) ?? undefined,
      leaseMs: Number(row.lease_ms),
      untilMs: Number(row.until_ms),
    };
  }

  async waiting(org: string, limit: number): Promise<string[]> {
    return (await this.#access.read({ type: 'deliveries', org, limit })).map(({ ticket }) => String(ticket));
  }

  async forget(nowMs: number): Promise<void> {
    await this.#access.submit({ type: 'forget-deliveries', nowMs });
  }
}
