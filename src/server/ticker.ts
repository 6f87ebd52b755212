// One timer for everything on the agent side that has to look at the clock now and then: waiting answers, keep-alives, idle sessions.
// A timer per call would cost more than the call. Never lets one member's failure stop the others.
import { Roster } from '../lib/roster.ts';

export interface Ticking {
  tick(nowMs: number): void;
  /** Where the ticker keeps it; the ticker's own. */
  tickSeat?: number | undefined;
}

export class Ticker {
  readonly #members = new Roster<Ticking>();
  readonly #monotonicMs: () => number;
  readonly #onFailure: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;

  constructor(monotonicMs: () => number, tickMs: number, onFailure: (error: unknown) => void) {
    this.#monotonicMs = monotonicMs;
    this.#onFailure = onFailure;
    this.#timer = setInterval(() => this.#run(), tickMs);
    this.#timer.unref();
  }

  get nowMs(): number {
    return this.#monotonicMs();
  }

  add(member: Ticking): void {
    if (member.tickSeat === undefined) member.tickSeat = this.#members.enter(member);
  }

  remove(member: Ticking): void {
    if (member.tickSeat === undefined) return;
    this.#members.leave(member.tickSeat, member);
    member.tickSeat = undefined;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#members.clear();
  }

  #run(): void {
    const nowMs = this.#monotonicMs();
    for (const member of this.#members) {
      try {
        member.tick(nowMs);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}
