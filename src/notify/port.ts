// What telling needs from a store: how far each subscription has read the log, and what is still to be delivered. Types only.
// All times are the store's own: gateways that share a database must agree on them, whatever their clocks say.

/** How far a subscription has read the log. */
export interface OutboxCursor {
  subscription: string;
  /** Control revision at which the subscription was made: one that was deleted and made again starts anew. */
  since: number;
  /** Every entry up to here was looked at. */
  seq: number;
}

/** `from` undefined: there was no cursor, or one of another `since`. */
export interface CursorMove extends OutboxCursor {
  from: OutboxCursor | undefined;
}

export interface NewDelivery {
  subscription: string;
  /** Id of the event: what receivers tell duplicates by. */
  event: string;
  type: string;
  /** Events about one subject are delivered one after the other. */
  subject: string;
  /** Entry of the log it tells of; 0 for what is in no entry. */
  seq: number;
  /** The event as JSON. */
  body: string;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

export interface Delivery extends NewDelivery {
  /** Grows with every delivery: their order. */
  id: number;
  status: DeliveryStatus;
  /** Attempts that were begun. */
  attempts: number;
  /** Why the last attempt failed. */
  error: string | undefined;
  createdMs: number;
  /** Not before this time. */
  nextMs: number;
  /** When it was delivered or laid aside. */
  settledMs: number | undefined;
}

export type Settlement =
  | { type: 'delivered' }
  /** `refund`: the attempt was broken off here and does not count. */
  | { type: 'retry'; delayMs: number; error: string | undefined; refund?: boolean }
  | { type: 'dead'; error: string };

export interface Waiting {
  subscription: string;
  pending: number;
  /** Until the first of them may be tried, milliseconds; 0 or less: now. */
  dueMs: number;
}

export interface OutboxCounts {
  pending: number;
  dead: number;
  /** Age of the oldest that is pending, milliseconds. */
  oldestMs: number | undefined;
}

export interface Forgetting {
  deliveredMs: number;
  deadMs: number;
  unloggedMs: number;
  keep: number;
  limit: number;
}

export interface OutboxStore {
  cursors(org: string): Promise<OutboxCursor[]>;
  /** Moves cursors and adds deliveries, all or nothing; false when a cursor is not where the caller saw it. Rows keep their order. */
  take(org: string, moves: readonly CursorMove[], rows: readonly NewDelivery[]): Promise<boolean>;
  /** What is in no entry of the log: once for each event and subscription, however often it is asked for. Resolves to how many are new. */
  add(org: string, rows: readonly NewDelivery[]): Promise<number>;
  /**
   * The first that is pending of each subject, where it is due and nobody has it; it is `holder`'s for `leaseMs` milliseconds and its attempt is
   * counted. INVARIANT: of one subject and subscription nobody has two, and none before an earlier one is settled (test/contract/outbox-cases.ts).
   */
  claim(org: string, subscription: string, holder: string, options: { limit: number; leaseMs: number }): Promise<Delivery[]>;
  /** false when it is not `holder`'s any more: then nothing is written. */
  settle(org: string, id: number, holder: string, settlement: Settlement): Promise<boolean>;
  waiting(org: string): Promise<Waiting[]>;
  counts(org: string): Promise<OutboxCounts>;
  /** Newest first. */
  list(
    org: string,
    query: { status?: DeliveryStatus | undefined; subscription?: string | undefined; limit: number; before?: number | undefined },
  ): Promise<Delivery[]>;
  /** Makes it pending again, from the first attempt on: one delivery, or every dead one (of one subscription). Resolves to how many. */
  replay(org: string, which: { id: number } | { subscription?: string | undefined }): Promise<number>;
  /** Drops cursors and pending deliveries of subscriptions that are not among `names`, as of this control revision. */
  keepOnly(org: string, names: readonly string[], revision: number): Promise<void>;
  /** Gives back what processes that are gone had; only while no other process is there. */
  releaseAll(): Promise<void>;
  /**
   * Drops what was delivered, and what was dead, for longer than these times, and what was delivered beyond the newest `keep` of an organization.
   * Events of no entry stay `unloggedMs`. At most `limit` of each sort at a time; resolves to how many.
   */
  forget(what: Forgetting): Promise<number>;
}
