// How many calls one server may have in flight, and how many may wait for a place. First come, first served; never unbounded.
import type { Abortable } from '../lib/cutoff.ts';
import { failure } from './failure.ts';

/** Calls that may wait for a place at one server. */
export const QUEUE_LIMIT = 256;

interface Waiter {
  admit(): void;
}

export class Capacity {
  readonly #server: string;
  readonly #queueLimit: number;
  #limit: number;
  #inUse = 0;
  readonly #queue: Waiter[] = [];

  constructor(server: string, limit: number, queueLimit = QUEUE_LIMIT) {
    this.#server = server;
    this.#limit = limit;
    this.#queueLimit = queueLimit;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** A lowered limit takes effect as calls end. */
  setLimit(limit: number): void {
    this.#limit = limit;
    this.#admitWaiting();
  }

  /** True: a place was taken at once. */
  tryEnter(): boolean {
    if (this.#inUse >= this.#limit || this.#queue.length > 0) return false;
    this.#inUse++;
    return true;
  }

  /** Resolves with a place taken. Rejects with `upstream_overloaded` when the queue is full or the wait is too long, or with the signal's reason. */
  enter(signal: Abortable, waitMs: number): Promise<void> {
    if (this.tryEnter()) return Promise.resolve();
    if (this.#queue.length >= this.#queueLimit) return Promise.reject(failure('upstream_overloaded', this.#server, 'the queue is full'));
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        const at = this.#queue.indexOf(waiter);
        if (at >= 0) this.#queue.splice(at, 1);
      };
      const waiter: Waiter = {
        admit: () => {
          leave();
          this.#inUse++;
          resolve();
        },
      };
      const aborted = () => {
        leave();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(failure('upstream_overloaded', this.#server, `no place within ${waitMs} ms`));
      }, waitMs);
      signal.addEventListener('abort', aborted, { once: true });
      this.#queue.push(waiter);
    });
  }

  leave(): void {
    this.#inUse--;
    this.#admitWaiting();
  }

  #admitWaiting(): void {
    while (this.#inUse < this.#limit) {
      const next = this.#queue[0];
      if (!next) return;
      next.admit();
    }
  }
}
