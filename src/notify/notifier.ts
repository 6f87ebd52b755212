// Notifications of one process: looks at the log of every organization that has subscriptions, and keeps a courier for each of them. Runs beside the
// calls and never in their way; what it cannot do now it does at the next look, from where the store says it was.
import { setTimeout as pause } from 'node:timers/promises';
import type { LogStore } from '../audit/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { ObjectStore } from '../object/port.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Channels } from './channels.ts';
import { Courier } from './courier.ts';
import { type EventDraft, eventBody, makeEvent } from './event.ts';
import { expiriesOf } from './expiry.ts';
import { deliveriesOf, Follower } from './follower.ts';
import type { OutboxCounts, OutboxStore } from './port.ts';
import type { OpenSecret, SendResult } from './send.ts';
import { type SubscriptionSet, subscriptionsOf } from './subscription.ts';

/** Between two looks, milliseconds. */
export const LOOK_MS = 500;
/** Steps through one log in one look: then it is the next organization's turn. */
const STEPS_AT_ONCE = 8;
/** Looks between two counts for the metrics, and between two looks at what ends by itself. */
const LOOKS_PER_COUNT = 10;
const LOOKS_PER_EXPIRY = 60;
const FORGET_MS = 600_000;
const FORGET_PAUSE_MS = 100;
const DAY_MS = 86_400_000;
/** Keys of told events that are remembered; beyond it the store tells that they are known. */
const MAX_TOLD = 10_000;
/** What is kept of deliveries that are settled. Events of no entry stay longer: while they do, they are not told again. */
export const RETENTION = {
  ...{ deliveredMs: 7 * DAY_MS, deadMs: 30 * DAY_MS, unloggedMs: 400 * DAY_MS },
  /** Of what was delivered, for one organization. */
  keep: 10_000,
  /** Dropped in one transaction: appends wait behind it. */
  limit: 1_000,
} as const;

export interface NotifierOptions {
  log: LogStore;
  objects: Pick<ObjectStore, 'history'>;
  outbox: OutboxStore;
  channels: Pick<Channels, 'send' | 'close'>;
  clock: Clock;
  /** From 0 up to 1. */
  chance(): number;
  /** Unique to this process. */
  instance: string;
  /** Every organization, as it is in force here. */
  views(): readonly ControlView[];
  view(org: string): ControlView | undefined;
  atLeast(org: string, revision: number): Promise<ControlView>;
  openSecret(org: string, name: string): string | undefined;
  report(org: string, what: string, error: unknown): void;
}

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #follower: Follower;
  readonly #couriers = new Map<string, Courier>();
  /** Subscriptions as they were at the last look. */
  readonly #seen = new Map<string, SubscriptionSet>();
  readonly #counts = new Map<string, OutboxCounts>();
  /** Ends of tokens that this process has told of, by organization. */
  readonly #told = new Map<string, Set<string>>();
  readonly #totals = new Map<string, { delivered: number; retried: number; dead: number }>();
  #looks = 0;
  #looking: Promise<void> | undefined;
  #isClosed = false;
  #timers: NodeJS.Timeout[] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#follower = new Follower({
      ...options,
      subscriptions: async (org, revision) => subscriptionsOf((await options.atLeast(org, revision)).list('subscription')),
    });
  }

  /** `exclusive`: no other process is there, so what others had taken is free. */
  async start(exclusive: boolean): Promise<void> {
    const isUsed = this.#options.views().some((view) => view.list('subscription').length > 0);
    if (exclusive && isUsed) await this.#options.outbox.releaseAll();
    this.#timers = [setInterval(() => void this.look(), LOOK_MS).unref(), setInterval(() => void this.#forget(), FORGET_MS).unref()];
  }

  /** One look at a time; asked for meanwhile, it is the one that runs. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([...this.#couriers.values()].map((courier) => courier.close()));
    await this.#looking;
    await this.#options.channels.close();
  }

  /** What stands in no entry of the log: told once for each `key`. */
  async raise(org: string, key: string, draft: EventDraft): Promise<void> {
    const view = this.#options.view(org);
    if (view) await this.#add(view, [{ key, draft }]);
  }

  /** Sends a test event now, past the queue. undefined: there is no such subscription. */
  async test(org: string, name: string): Promise<{ result: SendResult; durationMs: number; event: string } | undefined> {
    const { clock, channels } = this.#options;
    const subscription = this.#subscription(org, name);
    if (!subscription) return undefined;
    const timeMs = clock.nowMs();
    const draft = { type: 'webhook.test' as const, subject: `subscription/${name}`, data: { name } };
    const event = makeEvent(org, `test/${name}/${timeMs}/${this.#options.chance()}`, { timeMs, seq: 0 }, draft);
    const began = clock.monotonicMs();
    const message = { id: event.id, body: eventBody(org, event) };
    const result = await channels.send(subscription.spec, this.#openSecret(org), message, new AbortController().signal);
    return { result, durationMs: Math.round(clock.monotonicMs() - began), event: event.id };
  }

  /** As last counted, of organizations with subscriptions. */
  counts(): ReadonlyMap<string, OutboxCounts> {
    return this.#counts;
  }

  totals(): ReadonlyMap<string, { delivered: number; retried: number; dead: number }> {
    return this.#totals;
  }

  /** Subscriptions whose endpoint is left alone by this process at the moment. */
  resting(org: string): string[] {
    return [...this.#couriers].filter(([key, courier]) => orgOf(key) === org && courier.isResting).map(([key]) => nameOf(key));
  }

  async #lookAtAll(): Promise<void> {
    const looks = this.#looks++;
    for (const view of this.#options.views()) {
      if (this.#isClosed) return;
      try {
        await this.#lookAt(view, looks);
      } catch (error) {
        this.#options.report(view.org, 'notifications could not be looked after', error);
      }
    }
  }

  async #lookAt(view: ControlView, looks: number): Promise<void> {
    const { outbox } = this.#options;
    const { org } = view;
    const set = subscriptionsOf(view.list('subscription'));
    const seen = this.#seen.get(org);
    if (set.all.length === 0 && seen === undefined) return;
    if (set !== seen) await this.#changed(view, set);
    if (set.all.length === 0) return;
    let waiting = await outbox.waiting(org);
    for (let steps = 0; steps < STEPS_AT_ONCE && !this.#isClosed; steps++) {
      const more = await this.#follower.step(org, waiting);
      waiting = await outbox.waiting(org);
      if (!more) break;
    }
    for (const { subscription, dueMs } of waiting) if (dueMs <= 0 && set.get(subscription)) this.#work(org, subscription);
    if (looks % LOOKS_PER_EXPIRY === 0 || set !== seen) await this.#add(view, expiriesOf(view, this.#options.clock.nowMs()));
    if (looks % LOOKS_PER_COUNT === 0 || set !== seen) this.#counts.set(org, await outbox.counts(org));
  }

  async #changed(view: ControlView, set: SubscriptionSet): Promise<void> {
    const { org, revision } = view;
    const names = set.all.map(({ name }) => name);
    await this.#options.outbox.keepOnly(org, names, revision);
    for (const [key, courier] of this.#couriers) {
      if (orgOf(key) !== org || set.get(nameOf(key))) continue;
      this.#couriers.delete(key);
      await courier.close();
    }
    this.#told.delete(org);
    if (set.all.length === 0) {
      this.#seen.delete(org);
      this.#counts.delete(org);
    } else this.#seen.set(org, set);
  }

  #work(org: string, name: string): void {
    const key = JSON.stringify([org, name]);
    let courier = this.#couriers.get(key);
    if (!courier) {
      courier = this.#newCourier(org, name);
      this.#couriers.set(key, courier);
    }
    if (!this.#isClosed)
      courier.work().catch((error: unknown) => this.#options.report(org, `deliveries of ${name} could not go on`, error));
  }

  #newCourier(org: string, name: string): Courier {
    const { outbox, channels, clock, chance, instance } = this.#options;
    const totals = this.#totals.get(org) ?? { delivered: 0, retried: 0, dead: 0 };
    this.#totals.set(org, totals);
    return new Courier(org, {
      ...{ outbox, channels, clock, chance, holder: instance },
      openSecret: this.#openSecret(org),
      current: () => this.#subscription(org, name),
      report: (result) => {
        totals[result]++;
      },
    });
  }

  #subscription(org: string, name: string) {
    const view = this.#options.view(org);
    return view && subscriptionsOf(view.list('subscription')).get(name);
  }

  #openSecret(org: string): OpenSecret {
    return (name) => this.#options.openSecret(org, name);
  }

  async #add(view: ControlView, happened: readonly { key: string; draft: EventDraft }[]): Promise<void> {
    const { org } = view;
    const told = this.#told.get(org) ?? new Set();
    this.#told.set(org, told);
    const fresh = happened.filter(({ key }) => !told.has(key));
    if (fresh.length === 0) return;
    const { outbox, clock } = this.#options;
    const events = fresh.map(({ key, draft }) => makeEvent(org, key, { timeMs: clock.nowMs(), seq: 0 }, draft));
    const { all } = subscriptionsOf(view.list('subscription'));
    const rows = all.flatMap((subscription) => deliveriesOf(org, subscription, events));
    if (rows.length > 0) await outbox.add(org, rows);
    if (told.size > MAX_TOLD) told.clear();
    for (const { key } of fresh) told.add(key);
  }

  async #forget(): Promise<void> {
    if (this.#seen.size === 0) return;
    try {
      while (!this.#isClosed && (await this.#options.outbox.forget(RETENTION)) > 0) await pause(FORGET_PAUSE_MS);
    } catch (error) {
      this.#options.report('', 'old deliveries could not be dropped', error);
    }
  }
}

function orgOf(key: string): string {
  return String((JSON.parse(key) as string[])[0]);
}

function nameOf(key: string): string {
  return String((JSON.parse(key) as string[])[1]);
}
