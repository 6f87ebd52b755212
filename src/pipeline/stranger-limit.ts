// How many attempts without a valid token are recorded: a few each second, so that a stranger can neither go unseen nor fill the log.

/** Recorded attempts of nobody in particular, per second. */
export const STRANGER_ENTRIES_PER_S = 5;

export class StrangerLimit {
  #windowMs = 0;
  #admitted = 0;

  /** Whether this attempt gets an entry. */
  admit(nowMs: number): boolean {
    if (nowMs - this.#windowMs >= 1000 || nowMs < this.#windowMs) {
      this.#windowMs = nowMs;
      this.#admitted = 0;
    }
    return ++this.#admitted <= STRANGER_ENTRIES_PER_S;
  }
}
