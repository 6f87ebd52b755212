// Who waits for a decision in this process, and the live tickets it knows of. One of the two places where the operator side reaches a running
// pipeline. Only a memory: what is true stands in the store, and the table decides.
import type { Abortable } from '../lib/cutoff.ts';
import { Lru } from '../lib/lru.ts';
import { LIVE_STATES, type Ticket } from './ticket.ts';

/** Live tickets remembered for all organizations together; the oldest are left to the next look at the store. */
export const MAX_REMEMBERED = 50_000;

export class Waiting {
  readonly #live = new Lru<string, { org: string; ticket: Ticket }>(MAX_REMEMBERED);
  readonly #waiters = new Map<string, Set<() => void>>();
  /** Told of every grant that is given in this process; must not throw. */
  onApproved: ((org: string, ticket: Ticket) => void) | undefined;

  /** A ticket was made or changed, as far as this process knows. */
  changed(org: string, ticket: Ticket): void {
    const key = `${org}/${ticket.id}`;
    if (LIVE_STATES.has(ticket.state)) this.#live.set(key, { org, ticket });
    else this.#live.delete(key);
    this.wake(org, ticket.id);
    if (ticket.state === 'approved') this.onApproved?.(org, ticket);
  }

  /** Whoever waits for something about this ticket looks again. */
  wake(org: string, id: string): void {
    for (const wake of this.#waiters.get(`${org}/${id}`) ?? []) wake();
  }

  /** What the store says is live now. */
  replace(org: string, tickets: readonly Ticket[]): void {
    for (const one of this.#live.values()) if (one.org === org) this.#live.delete(`${org}/${one.ticket.id}`);
    for (const ticket of tickets) this.#live.set(`${org}/${ticket.id}`, { org, ticket });
  }

  live(org: string): Ticket[] {
    return [...this.#live.values()].filter((one) => one.org === org).map(({ ticket }) => ticket);
  }

  /** Resolves when the ticket changes here, the signal aborts, or the time is over. */
  next(org: string, id: string, timeoutMs: number, signal: Abortable): Promise<void> {
    const key = `${org}/${id}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters.add(resolve));
    const timer = setTimeout(resolve, timeoutMs);
    const wake = (): void => resolve();
    signal.addEventListener('abort', wake, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      waiters.delete(resolve);
      if (waiters.size === 0) this.#waiters.delete(key);
    });
  }
}
