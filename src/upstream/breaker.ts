// The circuit breaker of one endpoint (cockatiel, docs/decisions/0008): a server that mostly fails is left alone for a while, then tried with one
// call. While it rests nothing is sent, and the agent is told at once. Counts faults of the server only, never what an agent did. It rests for those
// whose own calls failed; of the others a few at a time find out whether it is down for them, too: whoever knows how to make it fail, alone or with
// others, keeps nobody else away from it.
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
/** While it rests for several: callers whose own calls did not fail, and of whom it is not known yet, that may ask at once. */
export const MAX_WITNESSES = 4;
/** Callers it rests for that are remembered; who was forgotten may be a witness again. */
export const MAX_KEPT = 1_000;

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

/** Under what an exchange with a server that was up counts. */
export interface UpCount {
  readonly policy: Policy;
  readonly counter: CountBreaker;
}

export class Breaker {
  readonly #options: BreakerOptions;
  #policy: Policy;
  #counter: CountBreaker;
  #restUntilMs = 0;
  #trialSinceMs = 0;
  #hasSecondTrial = false;
  #seen = 0;
  /** By caller: the number of the last exchange that failed for it, when nothing succeeded for it since. */
  readonly #failing = new Map<string, number>();
  /** For whom the server rests. */
  readonly #kept = new Set<string>();
  /** When those began to ask who find out for the others, by the monotonic clock. */
  readonly #witnesses = new Set<{ caller: string; sinceMs: number }>();
  /** The last of them that came back was answered. */
  #isVouchedFor = false;

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

  /** The same for one caller. INVARIANT: failing calls of some agents, however many, keep no other agent away (breaker.test.ts). */
  restMsFor(caller: string): number {
    return this.#isSpared(caller) ? 0 : this.restMs;
  }

  /** Throws ServerResting. For what may stand for hours and so is no trial. */
  check(caller: string): void {
    if (this.#policy.state !== CircuitState.Closed && !this.#isSpared(caller)) throw this.#resting();
  }

  /** Rejects with ServerResting when the server is left alone, else as `work` does. Of those who come after a rest one is the trial. */
  run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const { state } = this.#policy;
    if (state === CircuitState.Closed) return this.#whileUp(caller, work);
    const noted = (): Promise<T> => this.#noted(caller, work);
    if (this.#isSpared(caller)) return this.#witness(caller, noted);
    if (this.restMs > 0) return Promise.reject(this.#resting());
    return state === CircuitState.HalfOpen ? this.#tryBeside(noted) : this.#policy.execute(noted);
  }

  /** For one exchange while the server is up; undefined while it is not: then `run` decides. Told once of what came of it. */
  count(): UpCount | undefined {
    return this.#policy.state === CircuitState.Closed ? { policy: this.#policy, counter: this.#counter } : undefined;
  }

  succeeded({ counter }: UpCount, caller: string): void {
    this.#seen++;
    if (this.#failing.size > 0) this.#failing.delete(caller);
    counter.success(CircuitState.Closed);
  }

  /**
   * Counts as the policy would, without its promises; only a fault goes through the policy, which may end the good times: whoever waits for it sees the
   * server rest. Never rejects.
   */
  failed({ policy }: UpCount, caller: string, error: unknown): Promise<void> | undefined {
    // The server rests already, or is being tried: what began before says nothing new.
    if (!(error instanceof Error && isFault(error)) || policy.state !== CircuitState.Closed) return undefined;
    this.#seen++;
    this.#blame(caller);
    return policy.execute(() => Promise.reject(error)).catch(ignore);
  }

  #isSpared(caller: string): boolean {
    return this.#policy.state !== CircuitState.Closed && this.#kept.size > 0 && !this.#kept.has(caller) && this.#hasRoom(caller);
  }

  /** One agent's faults prove nothing. Those of several may be a server that is down, where not everybody should wait to see it. */
  #hasRoom(caller: string): boolean {
    if (this.#kept.size === 1 || this.#isVouchedFor) return true;
    const sinceMs = this.#options.clock.monotonicMs() - TRIAL_PATIENCE_MS;
    let waiting = 0;
    for (const witness of this.#witnesses) {
      if (witness.sinceMs <= sinceMs) continue;
      // One call of each: nobody takes the places of all.
      if (witness.caller === caller || ++waiting >= MAX_WITNESSES) return false;
    }
    return true;
  }

  async #witness<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const witness = { caller, sinceMs: this.#options.clock.monotonicMs() };
    this.#witnesses.add(witness);
    try {
      return await work();
    } finally {
      this.#witnesses.delete(witness);
    }
  }

  /** While it rests for somebody: whoever finds it failing, too, is kept away as well, and who finds it well long after shows that it is. */
  async #noted<T>(caller: string, work: () => Promise<T>): Promise<T> {
    try {
      const answer = await work();
      if (!this.#kept.has(caller) && this.#policy.state !== CircuitState.Closed) {
        this.#isVouchedFor = true;
        if (this.#isForgotten()) this.#begin();
      }
      return answer;
    } catch (error) {
      if (error instanceof Error && isFault(error) && this.#policy.state !== CircuitState.Closed) this.#keep(caller);
      throw error;
    }
  }

  #keep(caller: string): void {
    if (this.#kept.has(caller)) return;
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value ?? '');
    this.#kept.add(caller);
    this.#isVouchedFor = false;
  }

  /** Those it rests for could have tried it long ago. Not sooner: who makes it fail would have it told as well and resting in turns. */
  #isForgotten(): boolean {
    return this.#policy.state === CircuitState.Open && this.#options.clock.nowMs() >= this.#restUntilMs + LONGEST_REST_MS;
  }

  #begin(): void {
    this.#policy = this.#newPolicy();
    this.#options.onChange('up');
  }

  #blame(caller: string): void {
    if (this.#failing.size >= BREAKER_SIZE) this.#failing.delete(this.#failing.keys().next().value ?? '');
    this.#failing.set(caller, this.#seen);
  }

  async #whileUp<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const count = { policy: this.#policy, counter: this.#counter };
    try {
      const answer = await work();
      this.succeeded(count, caller);
      return answer;
    } catch (error) {
      await this.failed(count, caller, error);
      throw error;
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
      if (this.#policy === tried && tried.state === CircuitState.HalfOpen) this.#begin();
      return answer;
    } finally {
      this.#hasSecondTrial = false;
    }
  }

  #newPolicy(): Policy {
    const { clock, onChange, firstRestMs = FIRST_REST_MS } = this.#options;
    this.#counter = newCounter();
    this.#forgetCallers();
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
      if (state === CircuitState.Open) for (const [caller, at] of this.#failing) if (at > this.#seen - BREAKER_SIZE) this.#keep(caller);
      if (state === CircuitState.Closed) this.#forgetCallers();
      // One that was replaced meanwhile has nothing to say any more.
      if (policy === this.#policy) onChange(healthOf(state));
    });
    return policy;
  }

  #forgetCallers(): void {
    this.#failing.clear();
    this.#kept.clear();
    this.#isVouchedFor = false;
  }

  #resting(): ServerResting {
    return new ServerResting(this.#options.server, Math.max(this.restMs, 1));
  }
}

function ignore(): void {}

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
