// When each token was last used, for the operator's eyes only; never an input to a decision. In memory, bounded, and written to the store in
// batches, so that a call costs no write: after a crash the last minute is not known.
import type { TokenUseStore } from './port.ts';

/** Tokens remembered at most; the one first seen longest ago makes room. */
export const MAX_LAST_USED = 100_000;

export class LastUsed {
  readonly #times = new Map<string, Use>();
  /** The same by token alone, for the organization that used one of this name last: nearly every call finds its own here. */
  readonly #recent = new Map<string, Use>();
  readonly #max: number;
  #savedMs = Number.NEGATIVE_INFINITY;

  constructor(max = MAX_LAST_USED) {
    this.#max = max;
  }

  get size(): number {
    return this.#times.size;
  }

  touch(org: string, token: string, nowMs: number): void {
    const recent = this.#recent.get(token);
    if (recent?.org === org) {
      recent.usedMs = nowMs;
      return;
    }
    const use = this.#useOf(org, token, nowMs);
    use.usedMs = nowMs;
    this.#recent.set(token, use);
  }

  #useOf(org: string, token: string, usedMs: number): Use {
    const key = keyOf(org, token);
    const known = this.#times.get(key);
    if (known) return known;
    if (this.#times.size >= this.#max) this.#forgetOldest();
    const use: Use = { org, token, usedMs };
    this.#times.set(key, use);
    return use;
  }

  #forgetOldest(): void {
    const oldest = this.#times.entries().next();
    if (oldest.done) return;
    const [key, use] = oldest.value;
    this.#times.delete(key);
    if (this.#recent.get(use.token) === use) this.#recent.delete(use.token);
  }

  /** Milliseconds since the epoch; undefined when no use is known. */
  get(org: string, token: string): number | undefined {
    return this.#times.get(keyOf(org, token))?.usedMs;
  }

  /** Writes what was used since the last time, and reads what other processes saw. Rejects when the store does; then the next time writes it. */
  async exchange(store: TokenUseStore, orgs: Iterable<string>, nowMs: number): Promise<void> {
    const fresh = this.#since(this.#savedMs);
    for (const [org, uses] of fresh) await store.noteTokenUse(org, uses);
    this.#savedMs = nowMs;
    for (const org of orgs) {
      for (const { token, usedMs } of await store.loadTokenUse(org)) {
        if (usedMs > (this.get(org, token) ?? Number.NEGATIVE_INFINITY)) this.touch(org, token, usedMs);
      }
    }
  }

  #since(ms: number): Map<string, { token: string; usedMs: number }[]> {
    const byOrg = new Map<string, { token: string; usedMs: number }[]>();
    for (const { org, token, usedMs } of this.#times.values()) {
      if (usedMs < ms) continue;
      const uses = byOrg.get(org);
      if (uses) uses.push({ token, usedMs });
      else byOrg.set(org, [{ token, usedMs }]);
    }
    return byOrg;
  }
}

interface Use {
  readonly org: string;
  readonly token: string;
  usedMs: number;
}

function keyOf(org: string, token: string): string {
  return `${org}\n${token}`;
}
