// The circuit breaker of one endpoint (cockatiel, docs/decisions/0006): a server that mostly fails is left alone for a while, then tried with one
// call. While it rests nothing is sent, and the agent is told at once. Counts faults of the server only, never what an agent did.
import { CircuitState, CountBreaker, circuitBreaker, DelegateBackoff, handleWhen } from 'cockatiel';
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';

/** Exchanges looked at, how many must have been seen, and the share of faults among them above which a server is left alone. */
export const BREAKER_SIZE = 20;
export const BREAKER_MINIMUM = 5;
export const BREAKER_SHARE = 0.5;
/** First rest and longest; each one after a failed trial is twice as long. Milliseconds. */
export const FIRST_REST_MS = 1_000;
export const LONGEST_REST_MS = 60_000;
/** Asked of agents while a trial is under way. */
const TRIAL_RETRY_MS = 1_000;

export type Health = 'up' | 'trial' | 'resting';

/** Nothing was sent: the server is left alone. */
export class ServerResting extends GatewayError {
  readonly retryAfterMs: number;
  constructor(server: string, retryAfterMs: number) {
    const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
    super(
      'upstream_unavailable',
      `Server "${server}" has failed too often and is left alone. Nothing was sent; try again in ${seconds} s.`,
    );
    this.retryAfterMs = Math.max(1, Math.ceil(retryAfterMs));
  }
}

export interface BreakerOptions {
  server: string;
  clock: Clock;
  onChange(health: Health): void;
  firstRestMs?: number | undefined;
}

const FAULTS: ReadonlySet<string> = new Set(['upstream_unreachable', 'upstream_timeout', 'upstream_closed', 'upstream_protocol']);

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #policy: ReturnType<typeof circuitBreaker>;
  #restUntilMs = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
    const firstRestMs = options.firstRestMs ?? FIRST_REST_MS;
    const rest = (attempt: number) => Math.min(LONGEST_REST_MS, firstRestMs * 2 ** Math.min(attempt - 1, 20));
    this.#policy = circuitBreaker(
      // A trial that its caller gave up has shown nothing good.
      handleWhen((error) => isFault(error) || this.#policy.state === CircuitState.HalfOpen),
      {
        breaker: new CountBreaker({ size: BREAKER_SIZE, minimumNumberOfCalls: BREAKER_MINIMUM, threshold: BREAKER_SHARE }),
        halfOpenAfter: new DelegateBackoff<{ attempt: number }>(({ attempt }) => {
          const restMs = rest(Math.max(1, attempt));
          this.#restUntilMs = options.clock.nowMs() + restMs;
          return restMs;
        }),
      },
    );
    this.#policy.onStateChange((state) => options.onChange(healthOf(state)));
  }

  get health(): Health {
    return healthOf(this.#policy.state);
  }

  /** Milliseconds until it may be tried; 0: now. */
  get restMs(): number {
    if (this.#policy.state === CircuitState.HalfOpen) return TRIAL_RETRY_MS;
    return this.#policy.state === CircuitState.Open ? Math.max(0, this.#restUntilMs - this.#options.clock.nowMs()) : 0;
  }

  /** Throws ServerResting. For what may stand for hours and so is no trial. */
  check(): void {
    if (this.#policy.state !== CircuitState.Closed) throw this.#resting();
  }

  /** Rejects with ServerResting when the server is left alone, else as `work` does. Of those who come after a rest one is the trial. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.restMs > 0) return Promise.reject(this.#resting());
    return this.#policy.execute(work);
  }

  #resting(): ServerResting {
    return new ServerResting(this.#options.server, Math.max(this.restMs, 1));
  }
}

function isFault(error: Error): boolean {
  return error instanceof GatewayError && FAULTS.has(error.code);
}

function healthOf(state: CircuitState): Health {
  if (state === CircuitState.Closed) return 'up';
  return state === CircuitState.HalfOpen ? 'trial' : 'resting';
}
