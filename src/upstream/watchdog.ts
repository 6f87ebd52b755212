// One coarse timer for many deadlines, so that a call needs no timer of its own. Late by at most one tick; never early.
import type { Clock } from '../lib/clock.ts';
import { Roster } from '../lib/roster.ts';

export const WATCHDOG_TICK_MS = 100;

export interface Watched {
  /** On the monotonic clock; Infinity: not now. May be changed at any time. */
  deadlineMs: number;
  /** Called once, after which the entry is forgotten. Must not throw. */
  expire(): void;
  /** Where the watchdog keeps it; the watchdog's own. */
  watchSeat?: number | undefined;
}

export class Watchdog {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #entries = new Roster<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, tickMs = WATCHDOG_TICK_MS) {
    this.#clock = clock;
    this.#tickMs = tickMs;
  }

  nowMs(): number {
    return this.#clock.monotonicMs();
  }

  get size(): number {
    return this.#entries.size;
  }

  add(entry: Watched): void {
    if (entry.watchSeat === undefined) entry.watchSeat = this.#entries.enter(entry);
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs).unref();
  }

  delete(entry: Watched): void {
    if (entry.watchSeat === undefined) return;
    this.#entries.leave(entry.watchSeat, entry);
    entry.watchSeat = undefined;
  }

  /** Forgets everything without calling anybody. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#entries.clear();
  }

  #tick(): void {
    if (this.#entries.size === 0) {
      this.stop();
      return;
    }
    const nowMs = this.nowMs();
    for (const entry of this.#entries) {
      if (entry.deadlineMs > nowMs) continue;
      this.delete(entry);
      entry.expire();
    }
  }
}
