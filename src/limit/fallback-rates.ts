// Rates counted elsewhere, and here while elsewhere does not answer: a lost Redis neither stops calls nor lifts their limits.
import type { Clock } from '../lib/clock.ts';
import type { RateItem, RateRefusal, RateStore } from './port.ts';

/** After a failure nothing is asked for this long. */
export const RETRY_SHARED_MS = 1_000;

export class FallbackRates implements RateStore {
  readonly #shared: RateStore;
  readonly #own: RateStore;
  readonly #clock: Clock;
  readonly #report: (why: string) => void;
  #silentUntilMs = 0;

  constructor(shared: RateStore, own: RateStore, clock: Clock, report: (why: string) => void) {
    this.#shared = shared;
    this.#own = own;
    this.#clock = clock;
    this.#report = report;
  }

  take(org: string, items: readonly RateItem[]): Promise<RateRefusal | undefined> {
    return this.#ask(async (rates) => rates.take(org, items));
  }

  ahead(org: string, items: readonly RateItem[]): Promise<number[]> {
    return this.#ask(async (rates) => rates.ahead(org, items));
  }

  async #ask<T>(ask: (rates: RateStore) => Promise<T>): Promise<T> {
    if (this.#clock.monotonicMs() < this.#silentUntilMs) return ask(this.#own);
    try {
      return await ask(this.#shared);
    } catch (error) {
      this.#silentUntilMs = this.#clock.monotonicMs() + RETRY_SHARED_MS;
      this.#report(error instanceof Error ? error.message : String(error));
      return ask(this.#own);
    }
  }
}
