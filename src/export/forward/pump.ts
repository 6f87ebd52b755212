// One forward at work: takes the lease, reads on from the cursor, sends a batch, moves the cursor; one batch in flight, never on the path of a call.
// At least once: the cursor moves after the target has the batch, and only forward. A failure waits and comes again; nothing is skipped in silence.
import { setImmediate as breathe } from 'node:timers/promises';
import type { LogStore } from '../../audit/port.ts';
import type { Clock } from '../../lib/clock.ts';
import { underSignals } from '../../lib/joined-signal.ts';
import type { EntryFilter } from '../entry-filter.ts';
import type { LogEvent } from '../event.ts';
import { JoinedLog } from '../joined-log.ts';
import type { ForwardCursor, ForwardStore } from '../port.ts';
import { networkReason, SEND_TIMEOUT_MS, type Sender, type SendResult } from './sender.ts';

/** Entries in one batch. */
export const MAX_BATCH_ENTRIES = 500;
/** Characters of entries in one batch; one entry may be longer. */
export const MAX_BATCH_CHARS = 512 * 1024;
/** Places of the log looked at for one batch when the filter takes few. */
const MAX_LOOKED = 2_000;
/** Entries looked at between two breaths of the event loop. */
const ENTRIES_AT_ONCE = 25;
/** Milliseconds: a lease is renewed before it is too short for a batch, so no two gateways send at once. */
export const LEASE_MS = 15_000;
const LEASE_NEEDED_MS = SEND_TIMEOUT_MS + 2_000;
/** Between two looks at a log that has nothing new, and at a lease that another gateway has. */
const IDLE_MS = 500;
const FIRST_BACK_OFF_MS = 500;
export const MAX_BACK_OFF_MS = 60_000;
/** Longest text of a failure that is kept. */
const MAX_ERROR_CHARS = 500;

export interface PumpOptions {
  org: string;
  name: string;
  /** `spec.start`. */
  start: 'beginning' | 'now' | number;
  /** Revision that created the object: another object of the same name begins anew. */
  created: number;
  owner: string;
  log: LogStore;
  store: ForwardStore;
  sender: Sender;
  filter: EntryFilter;
  clock: Clock;
  /** 0 ≤ x < 1: spreads the retries of several gateways. */
  random(): number;
  /** Resolves after so long, or at once when the signal is aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  onFailure(reason: string): void;
  onLost(count: number, reason: string): void;
}

interface Held {
  cursor: ForwardCursor;
  next: number;
  untilMs: number;
}

interface Batch {
  events: LogEvent[];
  /** First place after what was looked at. */
  next: number;
  /** Places that the log does not hold any more. */
  missing: number;
}

export class Pump {
  readonly #options: PumpOptions;
  readonly #joined: JoinedLog;
  #batchEntries = MAX_BATCH_ENTRIES;
  #failures = 0;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#joined = new JoinedLog(options.log, options.org);
  }

  /** Until the signal is aborted. Failures of the store are waited out like those of the target. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, org, name, owner, pause, onFailure } = this.#options;
    while (!signal.aborted) {
      try {
        const held = await this.#claim();
        if (held) await this.#work(held, signal);
        else await pause(IDLE_MS, signal);
      } catch (error) {
        onFailure(error instanceof Error ? error.message : String(error));
        await pause(this.#backOffMs(undefined), signal);
      }
    }
    await store.releaseForward(org, name, owner).catch(() => undefined); // the lease ends by itself
  }

  async #claim(): Promise<Held | undefined> {
    const { store, log, org, name, owner, start, created, clock } = this.#options;
    const startSeq = start === 'beginning' ? 1 : start === 'now' ? (await log.head(org)).seq + 1 : start;
    const askedMs = clock.monotonicMs();
    const cursor = await store.claimForward(org, name, {
      owner,
      start: `${start}@${created}`,
      startSeq,
      leaseMs: LEASE_MS,
      nowMs: clock.nowMs(),
    });
    return cursor && { cursor, next: cursor.next, untilMs: askedMs + LEASE_MS };
  }

  /** Until the lease is lost or the signal aborted. INVARIANT: nothing is sent unless the lease outlasts it (test/fault/forward-kill.test.ts). */
  async #work(held: Held, signal: AbortSignal): Promise<void> {
    const { log, org, pause } = this.#options;
    while (!signal.aborted) {
      if (!(await this.#renewed(held))) return;
      const { seq: head } = await log.head(org);
      if (held.next > head) {
        await pause(IDLE_MS, signal);
        continue;
      }
      const batch = await this.#collect(held.next, head);
      const result = await this.#sent(batch, signal);
      if (result.type === 'sent') {
        if (!(await this.#advance(held, batch, result))) return;
      } else if (!signal.aborted) await this.#wait(held, result, batch.events.length, signal);
    }
  }

  async #renewed(held: Held): Promise<boolean> {
    if (held.untilMs - this.#options.clock.monotonicMs() > LEASE_NEEDED_MS) return true;
    const again = await this.#claim();
    if (!again || again.cursor.epoch !== held.cursor.epoch) return false;
    held.untilMs = again.untilMs;
    return true;
  }

  async #collect(from: number, head: number): Promise<Batch> {
    const { filter } = this.#options;
    const batch: Batch = { events: [], next: from, missing: 0 };
    let chars = 0;
    let looked = 0;
    for await (const { seq, event } of this.#joined.read(from, head, filter)) {
      const size = event ? event.entry.content.length : 0;
      if (batch.events.length > 0 && chars + size > MAX_BATCH_CHARS) return batch;
      batch.missing += seq - batch.next;
      batch.next = seq + 1;
      if (event) {
        batch.events.push(event);
        chars += size;
      }
      if (++looked >= MAX_LOOKED || batch.events.length >= this.#batchEntries) return batch;
      if (looked % ENTRIES_AT_ONCE === 0) await breathe();
    }
    // The log ends before the head that it told: what is between is not there any more.
    batch.missing += head + 1 - batch.next;
    batch.next = head + 1;
    return batch;
  }

  async #sent({ events }: Batch, signal: AbortSignal): Promise<SendResult> {
    if (events.length === 0) return { type: 'sent' };
    try {
      return await underSignals([signal], SEND_TIMEOUT_MS, (both) => this.#options.sender.send(events, both));
    } catch (error) {
      // As for a certificate or a header that cannot be used.
      return { type: 'failed', reason: networkReason(error) };
    }
  }

  async #advance(held: Held, { events, next, missing }: Batch, { refused = 0, note }: SendResult & { type: 'sent' }): Promise<boolean> {
    const { store, org, name, owner, clock, onLost } = this.#options;
    const lost = refused + missing;
    const reason =
      note ?? (missing > 0 ? `${missing} entries from ${held.next} on are not in the store any more and were not sent` : undefined);
    if (lost > 0) onLost(lost, reason ?? '');
    const progress = { owner, epoch: held.cursor.epoch, next, sent: events.length - refused, lost, nowMs: clock.nowMs(), note: reason };
    if (!(await store.advanceForward(org, name, progress))) return false;
    held.next = next;
    this.#failures = 0;
    this.#batchEntries = Math.min(MAX_BATCH_ENTRIES, this.#batchEntries * 2);
    return true;
  }

  async #wait(held: Held, failed: SendResult & { type: 'failed' }, count: number, signal: AbortSignal): Promise<void> {
    const { store, org, name, owner, clock, pause, onFailure } = this.#options;
    const error = failed.reason.slice(0, MAX_ERROR_CHARS);
    onFailure(error);
    await store.failForward(org, name, { owner, epoch: held.cursor.epoch, error, nowMs: clock.nowMs() });
    if (failed.smaller && count > 1) {
      this.#batchEntries = Math.ceil(count / 2);
      return;
    }
    // In steps, so that the lease stays this gateway's while it waits.
    let left = this.#backOffMs(failed.retryAfterMs);
    while (left > 0 && !signal.aborted) {
      const step = Math.min(left, LEASE_MS - LEASE_NEEDED_MS);
      await pause(step, signal);
      left -= step;
      if (left > 0 && !(await this.#renewed(held))) return;
    }
  }

  #backOffMs(askedMs: number | undefined): number {
    const base = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(this.#failures++, 10));
    return Math.max(askedMs ?? 0, base * (0.5 + this.#options.random() / 2));
  }
}
