// When each token was last used, in memory, for the operator's eyes only. Bounded; lost at restart; never an input to a decision.

/** Tokens remembered at most; the one first seen longest ago makes room. */
export const MAX_LAST_USED = 100_000;

export class LastUsed {
  readonly #times = new Map<string, number>();
  readonly #max: number;

  constructor(max = MAX_LAST_USED) {
    this.#max = max;
  }

  get size(): number {
    return this.#times.size;
  }

  touch(org: string, token: string, nowMs: number): void {
    const key = keyOf(org, token);
    if (this.#times.size >= this.#max && !this.#times.has(key)) {
      const oldest = this.#times.keys().next();
      if (!oldest.done) this.#times.delete(oldest.value);
    }
    this.#times.set(key, nowMs);
  }

  /** Milliseconds since the epoch; undefined when not used since the process started. */
  get(org: string, token: string): number | undefined {
    return this.#times.get(keyOf(org, token));
  }
}

function keyOf(org: string, token: string): string {
  return `${org}\n${token}`;
}
