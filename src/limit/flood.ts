// Refusals that come in floods: the first of a window are recorded one by one, the rest as one entry with their number when it is over.
// So nobody fills the log by calling too often, and nobody's calling too often goes unseen. What is only counted asks the store nothing: such a
// refusal follows the rules that this gateway has heard of, which may be those of a moment ago.

/** Length of a window, and refusals in it that are recorded singly, for each caller and limit. */
export const FLOOD_WINDOW_MS = 60_000;
export const SINGLE_ENTRIES = 5;
/** Callers and limits watched at once; what is beyond is counted together. */
export const MAX_FLOODS = 10_000;

export interface Flood {
  org: string;
  agent: string;
  token: string | undefined;
  limit: string;
  fromMs: number;
  toMs: number;
  /** Refusals without an entry of their own. */
  count: number;
}

interface Watched extends Flood {
  seen: number;
}

export class FloodGate {
  readonly #watched = new Map<string, Watched>();

  /** Whether this refusal gets an entry of its own. */
  admit(who: { org: string; agent: string; token: string | undefined; limit: string }, nowMs: number): boolean {
    const key = JSON.stringify([who.org, who.agent, who.token, who.limit]);
    const known = this.#watched.get(key);
    if (known && this.#isOpen(known, nowMs)) return this.#count(known, nowMs);
    if (known && known.count > 0) return this.#count(known, nowMs); // not yet collected: goes on until it is
    if (!known && this.#watched.size >= MAX_FLOODS) return this.#count(this.#rest(who.org, nowMs), nowMs);
    this.#watched.set(key, { ...who, fromMs: nowMs, toMs: nowMs, count: 0, seen: 1 });
    return true;
  }

  /** Takes out the windows that are over (all of them with `everything`); those with refusals to tell are returned. */
  collect(nowMs: number, everything = false): Flood[] {
    const told: Flood[] = [];
    for (const [key, watched] of this.#watched) {
      if (!everything && this.#isOpen(watched, nowMs)) continue;
      this.#watched.delete(key);
      const { seen: _seen, ...flood } = watched;
      if (flood.count > 0) told.push(flood);
    }
    return told;
  }

  #isOpen({ fromMs }: Watched, nowMs: number): boolean {
    return nowMs - fromMs < FLOOD_WINDOW_MS && nowMs >= fromMs;
  }

  #count(watched: Watched, nowMs: number): boolean {
    watched.toMs = Math.max(watched.toMs, nowMs);
    watched.seen++;
    if (watched.seen <= SINGLE_ENTRIES) return true;
    watched.count++;
    return false;
  }

  #rest(org: string, nowMs: number): Watched {
    const key = JSON.stringify([org]);
    const known = this.#watched.get(key);
    if (known) return known;
    const made = { org, agent: '*', token: undefined, limit: '*', fromMs: nowMs, toMs: nowMs, count: 0, seen: SINGLE_ENTRIES };
    this.#watched.set(key, made);
    return made;
  }
}
