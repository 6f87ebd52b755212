// What the delivery of answers needs from a store: one row per ticket, everything in it sealed, all of it gone after a time. Types only.

export interface DeliveryRow {
  ticket: string;
  /** Sealed: the request that the gateway makes by itself once the ticket is approved; undefined when the agent comes back for it. */
  request: Uint8Array | undefined;
  /** Sealed: what became of the call; undefined while nothing did. */
  answer: Uint8Array | undefined;
  /** A gateway that runs the call says so until then, milliseconds since the epoch; 0: nobody said it. */
  leaseMs: number;
  /** The row is forgotten then. */
  untilMs: number;
}

export interface DeliveryStore {
  /** Joins with what is there: the first request and the first answer stay, the later lease and end count. */
  save(org: string, row: DeliveryRow): Promise<void>;
  find(org: string, ticket: string): Promise<DeliveryRow | undefined>;
  /** Tickets with a request and without an answer. */
  waiting(org: string, limit: number): Promise<string[]>;
  /** Rows of all organizations whose time is over. */
  forget(nowMs: number): Promise<void>;
}
