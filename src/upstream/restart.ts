// When a server that failed may be tried again: exponential waits with jitter, forgotten after it ran well for a while.
// Decides only; starts nothing and holds no timer.
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { Random } from '../lib/id.ts';

/** Wait after the first failure, the longest wait, and how long a server must run for its failures to be forgotten; milliseconds. */
export const FIRST_WAIT_MS = 500;
export const MAX_WAIT_MS = 60_000;
export const STABLE_MS = 60_000;

export interface BackoffOptions {
  clock: Clock;
  random: Random;
  firstWaitMs?: number;
  maxWaitMs?: number;
  stableMs?: number;
}

export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #firstWaitMs: number;
  readonly #maxWaitMs: number;
  readonly #stableMs: number;
  #failures = 0;
  #openedAtMs: number | undefined;
  /** On the monotonic clock. */
  #retryAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: BackoffOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#firstWaitMs = options.firstWaitMs ?? FIRST_WAIT_MS;
    this.#maxWaitMs = options.maxWaitMs ?? MAX_WAIT_MS;
    this.#stableMs = options.stableMs ?? STABLE_MS;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds until the next attempt is allowed; 0: now. */
  nextDelayMs(): number {
    return Math.max(0, Math.ceil(this.#retryAtMs - this.#clock.monotonicMs()));
  }

  /** The server runs. Its failures are forgotten only once it has run for a while: one that crashes after each start is still failing. */
  succeeded(): void {
    this.#openedAtMs = this.#clock.monotonicMs();
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
  }

  /** It could not be started, or ended by itself. */
  failed(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#openedAtMs !== undefined && nowMs - this.#openedAtMs >= this.#stableMs) this.#failures = 0;
    this.#openedAtMs = undefined;
    this.#failures++;
    const fullMs = Math.min(this.#maxWaitMs, this.#firstWaitMs * 2 ** Math.min(this.#failures - 1, 30));
    // Half to full wait, so that the servers of a gateway that all failed together do not come back together.
    this.#retryAtMs = nowMs + fullMs / 2 + (fullMs / 2) * fraction(this.#random);
  }

  /** An error for whoever comes too early; undefined when an attempt is allowed. `detail` (reason, last lines) is for the operator only. */
  refusal(detail: string): GatewayError | undefined {
    const delayMs = this.nextDelayMs();
    if (delayMs === 0) return undefined;
    const at = new Date(this.#clock.nowMs() + delayMs).toISOString();
    const times = this.#failures === 1 ? 'once' : `${this.#failures} times in a row`;
    return new GatewayError('upstream_unavailable', `the server failed ${times}; the next attempt is at ${at}`, {
      detail: detail.slice(0, 4096),
    });
  }
}

/** In [0, 1). */
function fraction(random: Random): number {
  const [high = 0, low = 0] = random.bytes(2);
  return (high * 256 + low) / 65_536;
}
