// What the writer's thread keeps beside tickets: deliveries to agents of held calls, what passkeys used up, what was read where. Each job is one transaction.
import type { DatabaseSync } from 'node:sqlite';
import { type DeliveryJob, DeliveryWriter } from './deliveries.ts';
import { type FlowFactJob, FlowFactWriter } from './flow-facts.ts';
import { type PasskeyJob, PasskeyWriter } from './passkeys.ts';

export class BesideTickets {
  readonly #deliveries: DeliveryWriter;
  readonly #passkeys: PasskeyWriter;
  readonly #flowFacts: FlowFactWriter;

  constructor(db: DatabaseSync) {
    this.#deliveries = new DeliveryWriter(db);
    this.#passkeys = new PasskeyWriter(db);
    this.#flowFacts = new FlowFactWriter(db);
  }

  /** What the job's kind counts: rows, or what became of a use. */
  run(job: DeliveryJob | PasskeyJob | FlowFactJob, idOf: (org: string) => number): number {
    if (job.type === 'use-passkey') return this.#passkeys.use(idOf(job.org), job.use);
    if (job.type === 'flow-fact') return this.#flowFacts.note(idOf(job.org), job);
    return job.type === 'delivery' ? this.#deliveries.save(idOf(job.org), job.row) : this.#deliveries.forget(job.nowMs);
  }
}
