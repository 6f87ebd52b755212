// How many refused attempts are recorded: a few each second and organization, so that a stranger can neither go unseen nor fill the log, and
// who knocks at one organization hides nothing of another.

/** Recorded attempts of nobody in particular, per second and organization. */
export const STRANGER_ENTRIES_PER_S = 5;

export class StrangerLimit {
  /** As many as there are organizations. */
  readonly #windows = new Map<string, { startMs: number; admitted: number }>();

  /** Whether this attempt gets an entry. `org`: whose token was shown; empty when it was nobody's. */
  admit(nowMs: number, org = ''): boolean {
    const window = this.#windows.get(org);
    if (!window || nowMs - window.startMs >= 1000 || nowMs < window.startMs) {
      this.#windows.set(org, { startMs: nowMs, admitted: 1 });
      return true;
    }
    return ++window.admitted <= STRANGER_ENTRIES_PER_S;
  }
}
