// Makes the calls of held tasks once they are approved: at once when the vote is cast here, else at the next look at the store.
// INVARIANT: each is made on its own grant or not at all, by whichever gateway is first (test/fault/delivery-replicas.test.ts).
import type { Deliveries } from '../approval/deliveries.ts';
import type { ApprovalDesk } from '../approval/desk.ts';
import type { Ticket } from '../approval/ticket.ts';
import type { Clock } from '../lib/clock.ts';
import { Lru } from '../lib/lru.ts';
import type { Logger } from '../observe/log.ts';
import { PASSING, parkedCall } from '../pipeline/parked-call.ts';
import type { Pipeline } from '../pipeline/run.ts';

/** Calls of tasks that one process makes at the same time; the others wait for the next look. */
export const MAX_TASK_RUNS = 64;
const MAX_RETRIES = 10_000;
/** Between two times that old rows are thrown away, milliseconds. */
const FORGET_EVERY_MS = 60_000;
/** What could not be made now is tried again after 5, 10, 20 … seconds. */
const MIN_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;

export interface TaskRunnerPorts {
  deliveries: Deliveries;
  approvals: ApprovalDesk;
  pipeline: Pipeline;
  clock: Clock;
  logger: Pick<Logger, 'error' | 'warn'>;
}

export class TaskRunner {
  readonly #ports: TaskRunnerPorts;
  readonly #runs = new Map<string, { controller: AbortController; work: Promise<void> }>();
  /** When, by monotonic time, a ticket is tried again. */
  readonly #retries = new Lru<string, { atMs: number; pauseMs: number }>(MAX_RETRIES);
  #isStopped = false;
  #forgotMs = Number.NEGATIVE_INFINITY;

  constructor(ports: TaskRunnerPorts) {
    this.#ports = ports;
    const onApproved = (org: string, { id }: Pick<Ticket, 'id'>): void => this.#begin(org, id);
    ports.approvals.waiting.onApproved = onApproved;
  }

  /** `live`: the tickets of the organization, as they stand in the store now. */
  async look(org: string, live: readonly Ticket[]): Promise<void> {
    const { deliveries, clock } = this.#ports;
    if (clock.monotonicMs() - this.#forgotMs >= FORGET_EVERY_MS) {
      this.#forgotMs = clock.monotonicMs();
      await deliveries.forget();
    }
    const approved = live.filter(({ state }) => state === 'approved');
    if (approved.length === 0) return;
    const waiting = new Set(await deliveries.waiting(org));
    for (const { id } of approved) if (waiting.has(id)) this.#begin(org, id);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#ports.approvals.waiting.onApproved = undefined;
    for (const { controller } of this.#runs.values()) controller.abort(new Error('the gateway stops'));
    await Promise.all([...this.#runs.values()].map(({ work }) => work));
  }

  #begin(org: string, ticket: string): void {
    const key = `${org}/${ticket}`;
    const nowMs = this.#ports.clock.monotonicMs();
    if (this.#isStopped || this.#runs.has(key) || this.#runs.size >= MAX_TASK_RUNS || nowMs < (this.#retries.get(key)?.atMs ?? 0)) return;
    const controller = new AbortController();
    const work = this.#make(org, ticket, controller)
      .catch((error: unknown) => this.#ports.logger.error({ ticket, why: String(error) }, 'the call of an approved task could not be made'))
      .finally(() => void this.#runs.delete(key));
    this.#runs.set(key, { controller, work });
  }

  #later(key: string): void {
    const pauseMs = Math.min((this.#retries.get(key)?.pauseMs ?? MIN_RETRY_MS / 2) * 2, MAX_RETRY_MS);
    this.#retries.set(key, { atMs: this.#ports.clock.monotonicMs() + pauseMs, pauseMs });
  }

  async #make(org: string, ticket: string, controller: AbortController): Promise<void> {
    const { deliveries, approvals, pipeline, clock } = this.#ports;
    const request = await deliveries.parked(org, ticket);
    // What was made already waits for its answer to be let go, which whoever asks for the task gets.
    if (!request || (await deliveries.find(org, ticket))?.kept) return;
    const call = parkedCall(request, ticket, controller, clock);
    const outcome = await pipeline.run(call);
    // What ran on the grant was kept by the pipeline, before anybody could be told.
    if (outcome.type !== 'denied') return;
    if (PASSING.has(outcome.code)) return this.#later(`${org}/${ticket}`);
    if ((await approvals.find(org, ticket))?.state !== 'approved') return;
    const message = outcome.hint === undefined ? outcome.message : `${outcome.message} ${outcome.hint}`;
    await approvals.drain(org, ticket, `its task was refused: ${outcome.code}`);
    await deliveries.keep(org, ticket, call.id, { type: 'refused', message, code: outcome.code }, request.keepMs);
  }
}
