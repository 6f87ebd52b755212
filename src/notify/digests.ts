// The digests of every organization that are being collected: reads on where each stands, and writes it when its interval is over.
// Holds nothing that the log does not; of two gateways that collect the same, the one that moves the place first writes the message.
import type { LogStore } from '../audit/port.ts';
import type { Clock } from '../lib/clock.ts';
import { DigestDraft } from './digest.ts';
import type { OutboxCursor, OutboxStore } from './port.ts';
import type { Subscription } from './subscription.ts';

/** Where a subscription stands. */
export interface Place {
  subscription: Subscription;
  cursor: OutboxCursor;
  /** As it stands in the store. */
  from: OutboxCursor | undefined;
}

export interface DigestOptions {
  log: Pick<LogStore, 'read'>;
  outbox: Pick<OutboxStore, 'take'>;
  clock: Pick<Clock, 'nowMs'>;
  /** Entries looked at between two writes. */
  entriesAtOnce: number;
}

type Done = 'collects' | 'over' | 'overtaken';

export class Digests {
  readonly #options: DigestOptions;
  readonly #drafts = new Map<string, Map<string, DigestDraft>>();

  constructor(options: DigestOptions) {
    this.#options = options;
  }

  /** Is there one to be written, though nothing new is in the log? */
  isDue(org: string): boolean {
    const nowMs = this.#options.clock.nowMs();
    return [...(this.#drafts.get(org)?.values() ?? [])].some((draft) => draft.isDue(nowMs));
  }

  /** One step of each: true when there is more to look at. */
  async step(org: string, places: readonly Place[], headSeq: number, wantsAllowed: boolean): Promise<boolean> {
    const before = this.#drafts.get(org);
    const drafts = new Map<string, DigestDraft>();
    this.#drafts.set(org, drafts);
    if (places.length === 0) this.#drafts.delete(org);
    let hasMore = false;
    for (const place of places) {
      const { subscription, cursor } = place;
      const known = before?.get(subscription.name);
      const draft =
        known?.from === cursor.seq && known.subscription === subscription ? known : new DigestDraft(org, subscription, cursor.seq);
      const done = await this.#stepOne(org, place, draft, headSeq, wantsAllowed);
      if (done === 'collects') drafts.set(subscription.name, draft);
      const waits = done === 'collects' && draft.isFull;
      if (done === 'overtaken' || (draft.read < headSeq && !waits)) hasMore = true;
    }
    return hasMore;
  }

  async #stepOne(org: string, { cursor, from }: Place, draft: DigestDraft, headSeq: number, wantsAllowed: boolean): Promise<Done> {
    const { outbox, clock } = this.#options;
    await this.#read(org, draft, headSeq, wantsAllowed);
    const isOver = draft.isEmpty || (draft.isDue(clock.nowMs()) && (draft.isFull || draft.read >= headSeq));
    if (!isOver) return 'collects';
    const rows = draft.isEmpty ? [] : [draft.delivery()];
    const isMoved = from?.since !== cursor.since || from.seq !== draft.read;
    if (!isMoved) return 'over';
    // When another gateway was first, its place is read at the next step.
    return (await outbox.take(org, [{ ...cursor, seq: draft.read, from }], rows)) ? 'over' : 'overtaken';
  }

  async #read(org: string, draft: DigestDraft, headSeq: number, wantsAllowed: boolean): Promise<void> {
    const { log, clock, entriesAtOnce } = this.#options;
    if (draft.isFull || draft.read >= headSeq) return;
    const toSeq = Math.min(headSeq, draft.read + entriesAtOnce);
    for await (const entry of log.read({ org, fromSeq: draft.read + 1, toSeq })) {
      if (!draft.take(entry, wantsAllowed, clock.nowMs())) return;
    }
    draft.passTo(toSeq);
  }
}
