// What the log needs from a store, and the receipt that proves an entry is durable.
// Never mint a receipt before the commit that holds its entry has been synced to disk.
import type { JsonObject } from '../lib/json.ts';

declare const durable: unique symbol;

/** Proof that an entry is durable. Only a log store mints it (test/structure.test.ts). */
export interface Receipt {
  readonly [durable]: true;
  readonly org: string;
  readonly seq: number;
  /** Entry hash, 64 hex characters. */
  readonly hash: string;
  /** Control revision in force at this position of the log. */
  readonly revision: number;
}

/** INVARIANT: called by store/ only, after the commit (test/structure.test.ts). */
export function mintReceipt(org: string, seq: number, hash: string, revision: number): Receipt {
  return { org, seq, hash, revision } as Receipt;
}

/** One entry to append. The store assigns seq, prev and revision under the lock that orders the log. */
export interface EntryDraft {
  /** RFC 8785 text of the entry's content (audit/entry.ts builds it). */
  content: string;
  /** Call the entry belongs to, for look-up; undefined for object changes and system entries. */
  callId: string | undefined;
  payloads: readonly PayloadDraft[];
}

/** A full value kept beside the log, erasable without breaking the chain. */
export interface PayloadDraft {
  /** Commitment that stands in the entry: hex SHA-256 of salt ‖ value. */
  commitment: string;
  role: 'arguments' | 'result' | 'object';
  /** Sealed bytes (salt and value inside). */
  sealed: Uint8Array;
}

/** An entry as stored: `header` and `content` are the exact canonical texts; hash = SHA-256(header). */
export interface StoredEntry {
  seq: number;
  hash: string;
  header: string;
  content: string;
}

export interface Head {
  seq: number;
  hash: string;
  revision: number;
}

export interface EntryQuery {
  org: string;
  /** Inclusive bounds. */
  fromSeq?: number;
  toSeq?: number;
  callId?: string;
  /** Newest first when true; default oldest first. */
  reverse?: boolean;
  limit?: number;
}

export interface LogStore {
  /** Durable when it resolves. Many concurrent appends share one commit. Rejects with GatewayError `log_unavailable`. */
  append(org: string, drafts: readonly EntryDraft[]): Promise<Receipt[]>;
  head(org: string): Promise<Head>;
  /** Streams in bounded memory. */
  read(query: EntryQuery): AsyncIterable<StoredEntry>;
  payload(org: string, commitment: string): Promise<Uint8Array | undefined>;
}

/** Fields the content of an entry may carry; docs/audit-format.md is the normative description. */
export type EntryContent = JsonObject & { type: string; time: string };
