// What forwarding needs from a store: how far each forward has come, and which gateway works on it now.

/** One row for each forward of an organization; never moves back by itself. */
export interface ForwardCursor {
  name: string;
  /** What it was begun for: `spec.start`, and the revision that created the object. */
  start: string;
  /** First place of the log that was not dealt with. */
  next: number;
  /** Raised whenever another gateway takes over, or the beginning changes: who holds an older one writes no more. */
  epoch: number;
  /** Instance that works on it; empty when nobody does. */
  owner: string;
  sent: number;
  /** Entries that the target refused, or that the log did not hold any more: told to nobody. */
  lost: number;
  /** Since the last success. */
  failures: number;
  lastError: string | undefined;
  lastErrorMs: number | undefined;
  lastSentMs: number | undefined;
}

export interface ForwardClaim {
  owner: string;
  start: string;
  /** Where it begins when it has not begun, or `start` is another than before. */
  startSeq: number;
  leaseMs: number;
  nowMs: number;
}

export interface ForwardProgress {
  owner: string;
  epoch: number;
  next: number;
  sent: number;
  lost: number;
  nowMs: number;
  /** Why entries were lost. */
  note: string | undefined;
}

export interface ForwardStore {
  /** Takes or renews the lease; undefined while another gateway holds it. PostgreSQL measures by its own clock. */
  claimForward(org: string, name: string, claim: ForwardClaim): Promise<ForwardCursor | undefined>;
  /** false, and nothing written, when the lease has gone to another or `next` would move back. */
  advanceForward(org: string, name: string, progress: ForwardProgress): Promise<boolean>;
  failForward(org: string, name: string, failure: { owner: string; epoch: number; error: string; nowMs: number }): Promise<void>;
  /** So that another gateway need not wait for the lease to end. */
  releaseForward(org: string, name: string, owner: string): Promise<void>;
  /** Ends every lease: only for who knows that no other gateway is there. */
  freeForwards(org: string): Promise<void>;
  forwards(org: string): Promise<ForwardCursor[]>;
  /**
   * Forgets those that are not among `names`, the forwards there are at this control revision; nothing when it has moved on, for then another
   * gateway may work on one that this one does not know yet.
   */
  keepForwards(org: string, names: readonly string[], revision: number): Promise<void>;
}
