// Events of one subscription collected into one message per interval. What is collected is nowhere but in the log: the place of the subscription
// stays before it until one transaction moves the place and writes the message, so a restart only reads it again.
// INVARIANT: every event is in one digest, in the order of the log (digest.test.ts, test/fault/notify.test.ts).
import type { StoredEntry } from '../audit/port.ts';
import type { JsonObject } from '../lib/json.ts';
import { eventsOf, revisionOf } from './entry-event.ts';
import { type EventBody, eventBody, makeEvent, type NotifyEvent, type Severity } from './event.ts';
import type { NewDelivery } from './port.ts';
import { GRAVITY, type Subscription } from './subscription.ts';

/** Events of one digest, and characters of their bodies: what is beyond is in the next one, as soon as this one is due. */
export const MAX_DIGEST_EVENTS = 100;
const MAX_DIGEST_CHARS = 128 * 1024;

export class DigestDraft {
  readonly subscription: Subscription;
  /** Place of the subscription that this was begun at. */
  readonly from: number;
  readonly #everyMs: number;
  readonly #org: string;
  readonly #events: NotifyEvent[] = [];
  readonly #bodies: EventBody[] = [];
  #chars = 0;
  #read: number;
  #isFull = false;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(org: string, subscription: Subscription, from: number) {
    this.#org = org;
    this.subscription = subscription;
    this.#everyMs = subscription.spec.digest?.everyMs ?? 0;
    this.from = from;
    this.#read = from;
  }

  get #isDisabled(): boolean {
    return this.subscription.spec.disabled;
  }

  /** Every entry up to here is in it, or is not wanted. */
  get read(): number {
    return this.#read;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** One interval after its first event; at once when its subscription was disabled: what was collected is kept, and the place moves on. */
  isDue(nowMs: number): boolean {
    return nowMs >= this.#dueMs || (this.#isDisabled && !this.isEmpty);
  }

  /** The next entry; false when it has no room any more. */
  take(entry: StoredEntry, wantsAllowed: boolean, nowMs: number): boolean {
    const events = this.#wanted(entry, wantsAllowed);
    const bodies = events.map((event) => eventBody(this.#org, event));
    const chars = bodies.reduce((sum, body) => sum + JSON.stringify(body).length, 0);
    const isBeyond = this.#events.length + events.length > MAX_DIGEST_EVENTS || this.#chars + chars > MAX_DIGEST_CHARS;
    if (events.length > 0 && !this.isEmpty && isBeyond) {
      this.#isFull = true;
      return false;
    }
    // A clock that is ahead puts nothing off.
    if (this.isEmpty && events[0]) this.#dueMs = Math.min(nowMs, events[0].timeMs) + this.#everyMs;
    this.#events.push(...events);
    this.#bodies.push(...bodies);
    this.#chars += chars;
    this.#read = entry.seq;
    return true;
  }

  /** Of a subscription that was disabled: what came before it was. */
  #wanted(entry: StoredEntry, wantsAllowed: boolean): NotifyEvent[] {
    const { subscription } = this;
    if (this.#isDisabled && revisionOf(entry) >= subscription.revision) return [];
    return eventsOf(this.#org, entry, wantsAllowed || this.#isDisabled).filter((event) => subscription.fits(event));
  }

  /** Entries up to here are not there, or were looked at. */
  passTo(seq: number): void {
    this.#read = Math.max(this.#read, seq);
  }

  /** INVARIANT: the same events are the same message, with the same id, on whichever gateway it is made. */
  delivery(): NewDelivery {
    const [first, last] = [this.#events[0], this.#events.at(-1)] as [NotifyEvent, NotifyEvent];
    const types = new Map<string, number>();
    for (const { type } of this.#events) types.set(type, (types.get(type) ?? 0) + 1);
    const data: JsonObject = {
      ...{ from: new Date(first.timeMs).toISOString(), to: new Date(last.timeMs).toISOString(), count: this.#events.length },
      types: [...types].map(([type, count]) => ({ type, count })),
      events: this.#bodies.map((body) => ({ ...body })),
    };
    const severity = this.#events.reduce<Severity>(
      (most, event) => (GRAVITY[event.severity] > GRAVITY[most] ? event.severity : most),
      'info',
    );
    const draft = { type: 'events.digest' as const, subject: 'digest', severity, data };
    const key = ['digest', this.subscription.name, ...this.#events.map(({ id }) => id)].join('\n');
    const event = makeEvent(this.#org, key, { timeMs: last.timeMs, seq: last.seq }, draft);
    return {
      ...{ subscription: this.subscription.name, event: event.id, type: event.type, subject: event.subject, seq: event.seq },
      body: JSON.stringify(eventBody(this.#org, event)),
    };
  }
}
