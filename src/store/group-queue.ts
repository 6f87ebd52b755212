// Group commit: one commit in flight; everything that arrives meanwhile is the next group. Bounded, first in first out.
// Never reorders writes, and never answers a write before the commit that holds it.
import { GatewayError } from '../lib/error.ts';
import type { FailWrite } from './port.ts';

/** Entries waiting for a commit; beyond it writes are refused at once. */
export const MAX_QUEUED_ENTRIES = 16_384;
/** Bytes waiting for a commit. */
export const MAX_QUEUED_BYTES = 256 * 1024 * 1024;
/** Entries in one commit; a single write may be larger and then goes alone. */
export const MAX_GROUP_ENTRIES = 512;
export const MAX_GROUP_BYTES = 8 * 1024 * 1024;
/** Turns of the event loop a group waits at most. */
export const MAX_GATHER_TURNS = 16;
/** Writes with which a group waits no longer: a larger one costs hardly less. */
export const ENOUGH_WRITES = 64;
/** After a group of so many writes the next one waits for a turn that brings nothing, too. */
export const BUSY_WRITES = 16;

export interface Write<J> {
  job: J;
  entries: number;
  bytes: number;
}

export type Result<R> = { value: R } | { error: GatewayError };

/** What becomes of a failure; throws when it stays one. */
export type OnFailure<T> = (error: unknown) => T;

interface Waiting<J, R> extends Write<J> {
  read: ((result: R) => unknown) | undefined;
  failed: OnFailure<unknown> | undefined;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  failAfter: boolean;
}

export class GroupQueue<J, R> {
  readonly #commit: (jobs: J[]) => Promise<Result<R>[]>;
  readonly #failWrite: FailWrite | undefined;
  readonly #turn: () => Promise<void>;
  #queue: Waiting<J, R>[] = [];
  #queuedEntries = 0;
  #queuedBytes = 0;
  #writes = 0;
  /** Writes in the last group. */
  #lastSize = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  /** `commit` resolves, in order, with the result of each job once all of them are durable; `turn` with the next turn of the event loop. */
  constructor(commit: (jobs: J[]) => Promise<Result<R>[]>, failWrite: FailWrite | undefined, turn = nextTurn) {
    this.#commit = commit;
    this.#failWrite = failWrite;
    this.#turn = turn;
  }

  /**
   * Resolves with the result, or with what `read` makes of it; rejects with what `read` throws. A write that fails resolves with what `failed` makes
   * of the failure, or rejects. Both are called here rather than in a promise of their own: there are two writes in every call.
   */
  submit<T = R>({ job, entries, bytes }: Write<J>, read?: (result: R) => T, failed?: OnFailure<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting = { job, entries, bytes, read, failed, resolve: resolve as (value: unknown) => void, reject, failAfter: false };
    const refusal = this.#refusal(waiting);
    const fault = refusal === undefined && (this.#failWrite?.(++this.#writes) ?? false);
    if (refusal || fault === true) fail(waiting, refusal ?? logUnavailable('injected failure'));
    else {
      waiting.failAfter = fault === 'after';
      this.#queuedEntries += entries;
      this.#queuedBytes += bytes;
      this.#queue.push(waiting);
      this.#running ??= this.#run();
    }
    return promise;
  }

  /** Refuses further writes and resolves when the accepted ones are answered. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #refusal(write: Write<J>): GatewayError | undefined {
    if (this.#closed) return logUnavailable('the store is closed');
    if (this.#queuedEntries + write.entries > MAX_QUEUED_ENTRIES) return logUnavailable(`${this.#queuedEntries} entries are waiting`);
    if (this.#queuedBytes + write.bytes > MAX_QUEUED_BYTES) return logUnavailable(`${this.#queuedBytes} bytes are waiting`);
    return undefined;
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#gather();
      const group = this.#takeGroup();
      const results = await this.#attempt(group.map(({ job }) => job));
      group.forEach((waiting, index) => {
        settle(waiting, results[index]);
      });
    }
    this.#running = undefined;
  }

  /**
   * A commit costs more than a turn of the event loop, so what arrives in this turn shares it; and while every turn brings more, the loop is busy,
   * and another turn costs nobody time that a smaller group would not take from all. Those whom a large group has just let go come back a few at
   * first: one turn without any is no sign that the others stay away.
   */
  async #gather(): Promise<void> {
    const patience = this.#lastSize >= BUSY_WRITES ? 1 : 0;
    let idleTurns = 0;
    for (let turns = 0; turns < MAX_GATHER_TURNS && idleTurns <= patience; turns++) {
      const waiting = this.#queue.length;
      await this.#turn();
      if (this.#queue.length >= ENOUGH_WRITES) return;
      idleTurns = this.#queue.length > waiting ? 0 : idleTurns + 1;
    }
  }

  #takeGroup(): Waiting<J, R>[] {
    let size = 0;
    let entries = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      entries += waiting.entries;
      bytes += waiting.bytes;
      if (size > 0 && (entries > MAX_GROUP_ENTRIES || bytes > MAX_GROUP_BYTES)) break;
      size++;
    }
    this.#lastSize = size;
    const group = this.#queue.slice(0, size);
    this.#queue = this.#queue.slice(size);
    for (const waiting of group) {
      this.#queuedEntries -= waiting.entries;
      this.#queuedBytes -= waiting.bytes;
    }
    return group;
  }

  async #attempt(jobs: J[]): Promise<Result<R>[]> {
    try {
      return await this.#commit(jobs);
    } catch (cause) {
      const error = cause instanceof GatewayError ? cause : logUnavailable(cause instanceof Error ? cause.message : String(cause), cause);
      return jobs.map(() => ({ error }));
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function settle<J, R>(waiting: Waiting<J, R>, result: Result<R> | undefined): void {
  if (!result) fail(waiting, logUnavailable('the commit did not answer'));
  else if ('error' in result) fail(waiting, result.error);
  else if (waiting.failAfter) fail(waiting, logUnavailable('injected failure after the commit'));
  else {
    try {
      waiting.resolve(waiting.read ? waiting.read(result.value) : result.value);
    } catch (error) {
      waiting.reject(error);
    }
  }
}

function fail<J, R>({ failed, resolve, reject }: Waiting<J, R>, error: GatewayError): void {
  try {
    if (!failed) reject(error);
    else resolve(failed(error));
  } catch (thrown) {
    reject(thrown);
  }
}

/** A write that is refused before it waits. */
export function refused<T>(error: GatewayError, failed: OnFailure<T> | undefined): Promise<T> {
  const refusal = Promise.reject(error);
  return failed ? refusal.catch(failed) : refusal;
}

/** The one answer to "the log could not be written". */
export function logUnavailable(detail: string, cause?: unknown): GatewayError {
  return new GatewayError(
    'log_unavailable',
    'The audit log cannot be written, so nothing is let through. Check the disk and the database, then try again.',
    {
      detail,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
