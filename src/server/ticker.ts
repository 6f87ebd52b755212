// One timer for everything on the agent side that has to look at the clock now and then: waiting answers, keep-alives, idle sessions.
// A timer per call would cost more than the call. Never lets one member's failure stop the others.

export interface Ticking {
  tick(nowMs: number): void;
}

export class Ticker {
  readonly #members = new Set<Ticking>();
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
    this.#members.add(member);
  }

  remove(member: Ticking): void {
    this.#members.delete(member);
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
