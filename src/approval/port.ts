// What approvals need from a store: tickets, each change of one in the same transaction as its log entry. Types only.
import type { EntryDraft, Receipt } from '../audit/port.ts';

/** A ticket as a store sees it. `text` is its facts as JSON (ticket.ts); the arguments are sealed and stand apart. */
export interface TicketRow {
  id: string;
  /** Digest of what is asked for; one live ticket has it. Hex. */
  binding: string;
  /** It answers for the identical call: open, approved or refused. */
  live: boolean;
  agent: string;
  /** Raised by every change, from 1. */
  version: number;
  createdMs: number;
  expiresMs: number;
  text: string;
  /** When its grant was used; written, not read back. */
  usedMs?: number | undefined;
}

/** A grant that was used. */
export interface UsedGrant {
  agent: string;
  binding: string;
  usedMs: number;
}

export type PutResult =
  | { type: 'written'; receipt: Receipt }
  /** Somebody else was faster. */
  | { type: 'conflict' }
  /** The control revision is this one, not the one that was asked for. */
  | { type: 'moved'; revision: number };

/** One more use of a standing grant. */
export interface GrantUse {
  /** Name, and when it was written as it is. */
  key: string;
  maxUses: number | undefined;
  timeMs: number;
  /** Only while the control revision is this one. */
  atRevision: number;
}

export type GrantUsed = Exclude<PutResult, { type: 'conflict' }> | { type: 'used_up' };

export interface ApprovalStore {
  /** Counts the use and appends the entry, both or neither. INVARIANT: never beyond `maxUses`, whoever asks (test/contract/approval-cases.ts). */
  useGrant(org: string, use: GrantUse, entry: EntryDraft): Promise<GrantUsed>;
  /** By key; grants that were never used have none. */
  grantUses(org: string): Promise<ReadonlyMap<string, { used: number; lastMs: number }>>;
  /**
   * Writes the row and appends the entry, both or neither. `row.version` must be one more than what is stored (1: the ticket is new, and no
   * live one has its binding). `sealed` is kept from the first write. `atRevision`: only while the control revision is this one.
   */
  put(
    org: string,
    row: TicketRow,
    entry: EntryDraft,
    more: { sealed?: Uint8Array | undefined; atRevision?: number | undefined },
  ): Promise<PutResult>;
  get(org: string, id: string): Promise<TicketRow | undefined>;
  live(org: string, binding: string): Promise<TicketRow | undefined>;
  /** The last ticket with this binding, whatever became of it. */
  newest(org: string, binding: string): Promise<TicketRow | undefined>;
  /** Newest first. `agent`: of one agent only. */
  list(org: string, query: { live: boolean; agent?: string | undefined; limit: number }): Promise<TicketRow[]>;
  /** Grants used since then, newest first. */
  used(org: string, sinceMs: number, limit: number): Promise<UsedGrant[]>;
  /** What was sealed at the first write. */
  sealed(org: string, id: string): Promise<Uint8Array | undefined>;
}
