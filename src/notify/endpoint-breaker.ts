// The circuit breaker of one subscription's endpoint (cockatiel): after several failures in a row nothing is sent for a while, then one message tries
// it. What waits meanwhile uses up no attempts.
import { CircuitState, ConsecutiveBreaker, circuitBreaker, DelegateBackoff, handleAll, isBrokenCircuitError } from 'cockatiel';
import type { Clock } from '../lib/clock.ts';
import type { BackOff } from './back-off.ts';
import type { SendResult } from './send.ts';

/** Failures in a row after which an endpoint is left alone. */
export const FAILURES_TO_REST = 5;
/** The first rest is so many first pauses of the subscription; each one after a failed trial is twice as long, up to LONGEST_REST_MS. */
export const PAUSES_PER_REST = 5;
/** Milliseconds. */
export const LONGEST_REST_MS = 300_000;

class SendFailed extends Error {
  readonly result: SendResult;
  constructor(result: SendResult) {
    super('not sent');
    this.result = result;
  }
}

export class EndpointBreaker {
  readonly #clock: Clock;
  readonly #policy: ReturnType<typeof circuitBreaker>;
  #restUntilMs = 0;

  constructor(clock: Clock, pause: BackOff) {
    this.#clock = clock;
    this.#policy = circuitBreaker(handleAll, {
      breaker: new ConsecutiveBreaker(FAILURES_TO_REST),
      halfOpenAfter: new DelegateBackoff<{ attempt: number }>(({ attempt }) => {
        const longestMs = Math.min(LONGEST_REST_MS, pause.longestMs);
        const ms = Math.min(longestMs, pause.firstMs * PAUSES_PER_REST * 2 ** Math.min(Math.max(attempt, 1) - 1, 20));
        this.#restUntilMs = clock.nowMs() + ms;
        return ms;
      }),
    });
  }

  /** How many messages may be tried now: 0 while it rests, 1 for a trial. */
  room(wanted: number): number {
    if (this.#policy.state === CircuitState.Closed) return wanted;
    return this.#policy.state === CircuitState.Open && this.#clock.nowMs() >= this.#restUntilMs ? 1 : 0;
  }

  get isResting(): boolean {
    return this.#policy.state !== CircuitState.Closed;
  }

  /** undefined when nothing was sent, because it rests. */
  async run(send: () => Promise<SendResult>): Promise<SendResult | undefined> {
    try {
      return await this.#policy.execute(async () => {
        const result = await send();
        if (result.type === 'failed') throw new SendFailed(result);
        return result;
      });
    } catch (error) {
      if (error instanceof SendFailed) return error.result;
      if (isBrokenCircuitError(error)) return undefined;
      throw error;
    }
  }
}
