// Delivers what waits for one subscription: takes the first of each subject, sends, writes down what became of it. Of one subject the next is taken
// only when the one before is delivered or laid aside. Works until nothing is due; nobody waits for it.
import type { Clock } from '../lib/clock.ts';
import { isObject, type Json } from '../lib/json.ts';
import { pauseMs } from './back-off.ts';
import type { Channels } from './channels.ts';
import { EndpointBreaker } from './endpoint-breaker.ts';
import type { EventBody } from './event.ts';
import type { Delivery, OutboxStore, Settlement } from './port.ts';
import { type OpenSecret, SEND_TIMEOUT_MS, type SendResult } from './send.ts';
import type { Subscription } from './subscription.ts';

/** Messages of one subscription that are under way at once. */
export const SENT_AT_ONCE = 8;
/** How long a delivery belongs to who took it: the time of an attempt, and time to write down what became of it. */
export const LEASE_MS = 3 * SEND_TIMEOUT_MS;
/** What a subscription without `retry` has. */
const RETRY = { attempts: 16, firstMs: 1_000, longestMs: 3_600_000 } as const;

export interface CourierOptions {
  outbox: OutboxStore;
  channels: Pick<Channels, 'send'>;
  /** As it is now; undefined when it is gone. */
  current(): Subscription | undefined;
  openSecret: OpenSecret;
  clock: Clock;
  /** From 0 up to 1. */
  chance(): number;
  /** Unique to this process. */
  holder: string;
  report(result: 'delivered' | 'retried' | 'dead'): void;
}

export class Courier {
  readonly #options: CourierOptions;
  readonly #org: string;
  readonly #ending = new AbortController();
  #breaker: EndpointBreaker;
  #running: Promise<void> | undefined;
  #place = '';

  constructor(org: string, options: CourierOptions) {
    this.#org = org;
    this.#options = options;
    this.#breaker = new EndpointBreaker(options.clock, RETRY);
  }

  get isResting(): boolean {
    return this.#breaker.isResting;
  }

  /** Starts working when it is not at it. A rejection of the store is the caller's to report. */
  work(): Promise<void> {
    this.#running ??= this.#deliver().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** What is under way is broken off, and waits in the store for whoever comes next. */
  async close(): Promise<void> {
    this.#ending.abort(new DOMException('the gateway stops', 'AbortError'));
    await this.#running?.catch(() => undefined);
  }

  async #deliver(): Promise<void> {
    const { outbox, holder, clock, current } = this.#options;
    while (!this.#ending.signal.aborted) {
      const subscription = current();
      if (!subscription || subscription.spec.disabled) return;
      this.#look(subscription);
      const limit = this.#breaker.room(SENT_AT_ONCE);
      if (limit === 0) return;
      const takenMs = clock.monotonicMs();
      const taken = await outbox.claim(this.#org, subscription.name, holder, { limit, leaseMs: LEASE_MS });
      if (taken.length === 0) return;
      const attempts = await Promise.allSettled(taken.map((delivery) => this.#attempt(subscription, delivery, takenMs)));
      const broken = attempts.find((attempt) => attempt.status === 'rejected');
      if (broken) throw broken.reason;
      if (!attempts.every((attempt) => attempt.status === 'fulfilled' && attempt.value)) return;
    }
  }

  /** Another endpoint has not failed yet. */
  #look({ spec }: Subscription): void {
    const place = JSON.stringify([spec.channel, spec.retry]);
    if (place !== this.#place) this.#breaker = new EndpointBreaker(this.#options.clock, spec.retry ?? RETRY);
    this.#place = place;
  }

  /** false when nothing was sent. */
  async #attempt(subscription: Subscription, delivery: Delivery, takenMs: number): Promise<boolean> {
    const { outbox, channels, clock, holder, openSecret } = this.#options;
    const { signal } = this.#ending;
    // INVARIANT: nothing is sent that may be somebody else's by now (courier.test.ts): this process may have stood still.
    if (clock.monotonicMs() - takenMs > LEASE_MS - 2 * SEND_TIMEOUT_MS) return false;
    const body = bodyOf(delivery.body);
    const result = await this.#breaker.run(() =>
      body
        ? channels.send(subscription.spec, openSecret, { id: delivery.event, body }, signal)
        : Promise.resolve<SendResult>({ type: 'failed', error: 'the event cannot be read', final: true }),
    );
    const settlement = this.#settlement(subscription, delivery, result);
    const isWritten = await outbox.settle(this.#org, delivery.id, holder, settlement);
    if (isWritten) this.#options.report(settlement.type === 'retry' ? 'retried' : settlement.type);
    return result !== undefined;
  }

  #settlement({ spec }: Subscription, { attempts }: Delivery, result: SendResult | undefined): Settlement {
    if (result?.type === 'sent') return { type: 'delivered' };
    if (result === undefined || this.#ending.signal.aborted) return { type: 'retry', delayMs: 0, error: undefined, refund: true };
    const retry = spec.retry ?? RETRY;
    if (result.final || attempts >= retry.attempts) return { type: 'dead', error: result.error };
    const pause = pauseMs(attempts, retry, this.#options.chance());
    return { type: 'retry', delayMs: Math.max(pause, result.retryAfterMs ?? 0), error: result.error };
  }
}

function bodyOf(text: string): EventBody | undefined {
  try {
    const parsed = JSON.parse(text) as Json;
    return isObject(parsed) && isObject(parsed.data) ? (parsed as unknown as EventBody) : undefined;
  } catch {
    return undefined;
  }
}
