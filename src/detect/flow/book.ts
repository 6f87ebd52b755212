// The scopes of one process: whose reads count together, for how long, and how much of all of them is kept. Work on long texts is done in turns, so
// that nobody else waits for it.
import type { Clock } from '../../lib/clock.ts';
import { inTurns } from '../../lib/turn.ts';
import type { CanaryTest } from './canary.ts';
import { type Carried, carriedBy } from './carry.ts';
import { FlowHasher } from './hasher.ts';
import type { DataRank } from './label.ts';
import type { Leaf, Leaves } from './leaf.ts';
import { FlowScope, type Reading } from './scope.ts';
import type { Gauge } from './variant.ts';

/** Agents or sessions remembered; the one that called least recently goes first. */
export const MAX_SCOPES = 10_000;
/** Grams, values and links of all of them. */
export const MAX_KEPT = 2_000_000;

export class FlowBook {
  readonly hasher: FlowHasher;
  readonly #scopes = new Map<string, FlowScope>();
  readonly #clock: Clock;
  #kept = 0;
  /** The one that called last. */
  #latest: string | undefined;

  /** `key` is random bytes of this process. */
  constructor(clock: Clock, key: Uint8Array) {
    this.#clock = clock;
    this.hasher = new FlowHasher(key);
  }

  /** Of what is kept, hashes and places alone. */
  get kept(): number {
    return this.#kept;
  }

  get scopes(): number {
    return this.#scopes.size;
  }

  /** The scope as it is within the window; undefined when nothing was read. */
  find(key: string, windowMs: number): FlowScope | undefined {
    const scope = this.#scopes.get(key);
    if (!scope) return undefined;
    scope.expire(this.#clock.nowMs() - windowMs);
    this.#addUp(scope);
    if (scope.size > 0 || scope.privateAtMs !== undefined || scope.untrustedAtMs !== undefined) return scope;
    this.#forget(key, scope);
    return undefined;
  }

  /** Remembers what was read, and of what kind it was. */
  read(key: string, reading: Reading, leaves: Leaves, windowMs: number, isUntrusted: boolean): void | Promise<void> {
    const scope = this.find(key, windowMs) ?? new FlowScope(this.hasher);
    if (this.#latest !== key) {
      this.#scopes.delete(key);
      this.#scopes.set(key, scope);
      this.#latest = key;
    }
    const nowMs = this.#clock.nowMs();
    if (reading.rank >= 2) scope.privateAtMs = nowMs;
    if (isUntrusted) scope.untrustedAtMs = nowMs;
    const done = (): void => {
      // Forgotten meanwhile, it is not counted again.
      if (this.#scopes.get(key) === scope) this.#addUp(scope);
      this.#bound(key);
    };
    const work = inTurns(scope.read(reading, leaves, nowMs), this.#clock);
    if (work instanceof Promise) return work.then(done);
    done();
    return undefined;
  }

  /** The name of a canary that one of the texts holds. `gauge`: told of what could not be looked into. */
  touched(test: CanaryTest, texts: readonly string[], gauge?: Gauge): string | undefined | Promise<string | undefined> {
    return inTurns(test(texts, gauge), this.#clock);
  }

  carried(scope: FlowScope, leaves: readonly Leaf[], atLeast: DataRank, gauge?: Gauge): Carried[] | Promise<Carried[]> {
    return inTurns(carriedBy(scope, this.hasher, leaves, { atLeast, ...(gauge && { gauge }) }), this.#clock);
  }

  #bound(current: string): void {
    if (this.#scopes.size <= MAX_SCOPES && this.#kept <= MAX_KEPT) return;
    for (const [key, scope] of this.#scopes) {
      if (this.#scopes.size <= MAX_SCOPES && this.#kept <= MAX_KEPT) return;
      if (key === current) continue;
      this.#forget(key, scope);
    }
  }

  #addUp(scope: FlowScope): void {
    this.#kept += scope.size - scope.counted;
    scope.counted = scope.size;
  }

  #forget(key: string, scope: FlowScope): void {
    this.#scopes.delete(key);
    if (this.#latest === key) this.#latest = undefined;
    this.#kept -= scope.counted;
    scope.counted = 0;
  }
}
