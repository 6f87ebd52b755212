// From the log to deliveries: each subscription has a durable place in the log, and moves on in the same transaction that writes what it is told.
// INVARIANT: no entry is passed over and none is taken twice, on however many gateways (test/fault/notify.test.ts).
// Does nothing at all for an organization without subscriptions.
import type { LogStore, StoredEntry } from '../audit/port.ts';
import type { Clock } from '../lib/clock.ts';
import type { ObjectStore } from '../object/port.ts';
import { Digests, type Place } from './digests.ts';
import { eventsOf, revisionOf } from './entry-event.ts';
import { eventBody, type NotifyEvent } from './event.ts';
import type { CursorMove, NewDelivery, OutboxCursor, OutboxStore, Waiting } from './port.ts';
import type { Subscription, SubscriptionSet } from './subscription.ts';

/** Entries looked at between two writes. */
export const ENTRIES_AT_ONCE = 512;
/** Deliveries of one subscription that wait; beyond it the log keeps the rest, and the subscription stays where it is. */
export const MAX_PENDING = 2_000;
/** Versions of a subscription that are looked at to find when it was made. */
const MAX_VERSIONS = 1_000;

export interface FollowerOptions {
  log: LogStore;
  objects: Pick<ObjectStore, 'history'>;
  outbox: OutboxStore;
  clock: Pick<Clock, 'nowMs'>;
  /** Subscriptions as of at least this control revision. */
  subscriptions(org: string, revision: number): Promise<SubscriptionSet>;
}

export class Follower {
  readonly #options: FollowerOptions;
  /** When each subscription was made, by organization and name, as of a version of it. */
  readonly #made = new Map<string, { revision: number; since: number }>();
  /** Head of the log at which every subscription was, last time. */
  readonly #settled = new Map<string, { seq: number; set: SubscriptionSet }>();
  readonly #digests: Digests;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#digests = new Digests({ ...options, entriesAtOnce: ENTRIES_AT_ONCE });
  }

  /** One step: true when there is more to look at. `waiting`: what is pending of each subscription. */
  async step(org: string, waiting: readonly Waiting[]): Promise<boolean> {
    const { log, outbox, subscriptions } = this.#options;
    const head = await log.head(org);
    const set = await subscriptions(org, head.revision);
    const settled = this.#settled.get(org);
    if (set.all.length === 0) return false;
    if (settled?.seq === head.seq && settled.set === set && !this.#digests.isDue(org)) return false;
    const kept = new Map((await outbox.cursors(org)).map((cursor) => [cursor.subscription, cursor]));
    const full = new Set(waiting.filter(({ pending }) => pending >= MAX_PENDING).map(({ subscription }) => subscription));
    const places: Place[] = [];
    const collected: Place[] = [];
    for (const subscription of set.all) {
      if (full.has(subscription.name)) continue;
      const place = await this.#place(org, subscription, kept.get(subscription.name), head.seq);
      (subscription.spec.digest ? collected : places).push(place);
    }
    const hasMore = await this.#digests.step(org, collected, head.seq, set.wantsAllowed);
    this.#settled.delete(org);
    const from = Math.min(...places.map(({ cursor }) => cursor.seq));
    if (places.length === 0 || from >= head.seq) {
      if (full.size === 0 && !hasMore) this.#settled.set(org, { seq: head.seq, set });
      await this.#save(org, places, [], from);
      return hasMore;
    }
    const { rows, to } = await this.#read(org, from, head.seq, places, set.wantsAllowed);
    const isTaken = await this.#save(org, places, rows, to);
    return hasMore || !isTaken || to < head.seq;
  }

  async #save(org: string, places: readonly Place[], rows: readonly NewDelivery[], to: number): Promise<boolean> {
    const moves = places.flatMap(({ cursor, from }): CursorMove[] => {
      const seq = Math.max(cursor.seq, to);
      return from?.since === cursor.since && from.seq === seq ? [] : [{ ...cursor, seq, from }];
    });
    return moves.length === 0 || this.#options.outbox.take(org, moves, rows);
  }

  async #read(org: string, from: number, headSeq: number, places: readonly Place[], wantsAllowed: boolean) {
    const rows: NewDelivery[] = [];
    const toSeq = Math.min(headSeq, from + ENTRIES_AT_ONCE);
    let to = from;
    for await (const entry of this.#options.log.read({ org, fromSeq: from + 1, toSeq })) {
      const events = eventsOf(org, entry, wantsAllowed);
      for (const { subscription, cursor } of places) {
        if (entry.seq > cursor.seq) rows.push(...deliveriesOf(org, subscription, events));
      }
      to = entry.seq;
    }
    // Entries that are not there any more (archived): nothing is told of them.
    return { rows, to: Math.max(to, toSeq) };
  }

  async #place(org: string, subscription: Subscription, kept: OutboxCursor | undefined, headSeq: number): Promise<Place> {
    const since = await this.#since(org, subscription, kept);
    if (kept?.since === since) return { subscription, cursor: kept, from: kept };
    // It is told of everything from the change on that made it.
    const seq = await firstAtRevision(this.#options.log, org, since, headSeq);
    return { subscription, cursor: { subscription: subscription.name, since, seq: seq - 1 }, from: kept };
  }

  async #since(org: string, { name, revision }: Subscription, kept: OutboxCursor | undefined): Promise<number> {
    const key = JSON.stringify([org, name]);
    const known = this.#made.get(key);
    if (known?.revision === revision) return known.since;
    const versions = await this.#options.objects.history(org, 'subscription', name, MAX_VERSIONS);
    const gone = versions.find((version) => version.document === undefined && version.revision < revision);
    const living = versions.filter((version) => version.document && version.revision > (gone?.revision ?? 0));
    const first = living.at(-1)?.revision ?? revision;
    const since = kept && kept.since > (gone?.revision ?? 0) ? kept.since : first;
    this.#made.set(key, { revision, since });
    return since;
  }
}

export function deliveriesOf(org: string, subscription: Subscription, events: readonly NotifyEvent[]): NewDelivery[] {
  return events
    .filter((event) => subscription.wants(event))
    .map((event) => ({
      subscription: subscription.name,
      event: event.id,
      type: event.type,
      subject: event.subject,
      seq: event.seq,
      body: JSON.stringify(eventBody(org, event)),
    }));
}

/** Number of the first entry that was written at this control revision or later; one more than the head when there is none. */
export async function firstAtRevision(log: Pick<LogStore, 'read'>, org: string, revision: number, headSeq: number): Promise<number> {
  let low = 1;
  let high = headSeq + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let found: StoredEntry | undefined;
    for await (const entry of log.read({ org, fromSeq: middle, toSeq: middle })) found = entry;
    if (found && revisionOf(found) >= revision) high = middle;
    else low = middle + 1;
  }
  return low;
}
