// The circuit breaker of one endpoint (cockatiel, docs/decisions/0008): a server that mostly fails is left alone for a while, then tried with one
// call. While it rests nothing is sent, and the agent is told at once. Counts faults of the server only, never what an agent did.
import { CircuitState, CountBreaker, circuitBreaker, DelegateBackoff, handleWhen } from 'cockatiel';
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';

/** Exchanges looked at, how many must have been seen, and the share of faults among them above which a server is left alone. */
export const BREAKER_SIZE = 20;
export const BREAKER_MINIMUM = 5;
export const BREAKER_SHARE = 0.75;
/** First rest and longest; each one after a failed trial is twice as long. Milliseconds. */
export const FIRST_REST_MS = 1_000;
export const LONGEST_REST_MS = 60_000;
/** Asked of agents while a trial is under way. */
const TRIAL_RETRY_MS = 1_000;
/** A trial that takes longer is not waited for: another call may try beside it. */
export const TRIAL_PATIENCE_MS = 10_000;

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
/** Failures in which the server did answer. */
const ANSWERED: ReadonlySet<string> = new Set(['upstream_auth', 'upstream_too_large', 'upstream_header_mismatch']);

type Policy = ReturnType<typeof circuitBreaker>;

export class Breaker {
  readonly #options: BreakerOptions;
  #policy: Policy;
  #counter: CountBreaker;
  #restUntilMs = 0;
  #trialSinceMs = 0;
  #hasSecondTrial = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#counter = newCounter();
    this.#policy = this.#newPolicy();
  }

  get health(): Health {
    return healthOf(this.#policy.state);
  }

  /** Milliseconds until it may be tried; 0: now. */
  get restMs(): number {
    const { state } = this.#policy;
    if (state === CircuitState.HalfOpen) return this.#mayTryBeside() ? 0 : TRIAL_RETRY_MS;
    return state === CircuitState.Open ? Math.max(0, this.#restUntilMs - this.#options.clock.nowMs()) : 0;
  }

  /** Throws ServerResting. For what may stand for hours and so is no trial. */
  check(): void {
    if (this.#policy.state !== CircuitState.Closed) throw this.#resting();
  }

  /** Rejects with ServerResting when the server is left alone, else as `work` does. Of those who come after a rest one is the trial. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.restMs > 0) return Promise.reject(this.#resting());
    switch (this.#policy.state) {
      case CircuitState.Closed:
        return this.#whileUp(work);
      case CircuitState.HalfOpen:
        return this.#tryBeside(work);
      default:
        return this.#policy.execute(work);
    }
  }

  /** Counts as the policy would, without its promises; only a fault goes through the policy, which may end the good times. */
  async #whileUp<T>(work: () => Promise<T>): Promise<T> {
    const [policy, counter] = [this.#policy, this.#counter];
    try {
      const answer = await work();
      counter.success(CircuitState.Closed);
      return answer;
    } catch (error) {
      // The server rests already, or is being tried: what began before says nothing new.
      if (!(error instanceof Error && isFault(error)) || policy.state !== CircuitState.Closed) throw error;
      return policy.execute(() => Promise.reject(error));
    }
  }

  /** The trial may be a call that takes its time: it must not keep everybody out until it ends. */
  #mayTryBeside(): boolean {
    return !this.#hasSecondTrial && this.#options.clock.monotonicMs() - this.#trialSinceMs >= TRIAL_PATIENCE_MS;
  }

  async #tryBeside<T>(work: () => Promise<T>): Promise<T> {
    this.#hasSecondTrial = true;
    const tried = this.#policy;
    try {
      const answer = await work();
      if (this.#policy === tried && tried.state === CircuitState.HalfOpen) {
        this.#policy = this.#newPolicy();
        this.#options.onChange('up');
      }
      return answer;
    } finally {
      this.#hasSecondTrial = false;
    }
  }

  #newPolicy(): Policy {
    const { clock, onChange, firstRestMs = FIRST_REST_MS } = this.#options;
    this.#counter = newCounter();
    const policy: Policy = circuitBreaker(
      // A trial that its caller gave up has shown nothing good.
      handleWhen((error) => isFault(error) || (policy.state === CircuitState.HalfOpen && !isAnswer(error))),
      {
        breaker: this.#counter,
        halfOpenAfter: new DelegateBackoff<{ attempt: number }>(({ attempt }) => {
          const restMs = Math.min(LONGEST_REST_MS, firstRestMs * 2 ** Math.min(Math.max(attempt, 1) - 1, 20));
          this.#restUntilMs = clock.nowMs() + restMs;
          return restMs;
        }),
      },
    );
    policy.onStateChange((state) => {
      if (state === CircuitState.HalfOpen) this.#trialSinceMs = clock.monotonicMs();
      // One that was replaced meanwhile has nothing to say any more.
      if (policy === this.#policy) onChange(healthOf(state));
    });
    return policy;
  }

  #resting(): ServerResting {
    return new ServerResting(this.#options.server, Math.max(this.restMs, 1));
  }
}

function newCounter(): CountBreaker {
  return new CountBreaker({ size: BREAKER_SIZE, minimumNumberOfCalls: BREAKER_MINIMUM, threshold: BREAKER_SHARE });
}

function isFault(error: Error): boolean {
  return error instanceof GatewayError && FAULTS.has(error.code);
}

function isAnswer(error: Error): boolean {
  return error instanceof GatewayError && ANSWERED.has(error.code);
}

function healthOf(state: CircuitState): Health {
  if (state === CircuitState.Closed) return 'up';
  return state === CircuitState.HalfOpen ? 'trial' : 'resting';
}
