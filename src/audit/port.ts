// What the log needs from a store, and the receipt that proves an entry is durable.
// Never mint a receipt before the commit that holds its entry has been synced to disk.
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
  /**
   * The same, resolving with what `then` makes of the receipts, or with what `failed` makes of a failure to append; rejects with what they throw.
   * Both are called as soon as the commit is known: a promise less for every entry.
   */
  append<T>(
    org: string,
    drafts: readonly EntryDraft[],
    then: (receipts: readonly Receipt[]) => T,
    failed: (error: unknown) => T,
  ): Promise<T>;
  head(org: string): Promise<Head>;
  /** Streams in bounded memory. */
  read(query: EntryQuery): AsyncIterable<StoredEntry>;
  /** `seq` of the entry that holds the commitment makes it a look-up; without it a driver may have to search. */
  payload(org: string, commitment: string, seq?: number): Promise<Uint8Array | undefined>;
}

/** Erasure of sealed payloads: the commitment stays in the entry, the value is gone, the chain is untouched. */
export interface PayloadEraser {
  /** Deletes the payloads with these commitments; resolves to how many were there. Durable when it resolves. */
  erasePayloads(org: string, commitments: readonly string[]): Promise<number>;
}

/** Seals payload bytes for rest (vault/ behind it). Synchronous: it is on the path of every call. */
export interface PayloadSealer {
  seal(org: string, bytes: Uint8Array): Uint8Array;
  /** The same for many bytes: yields where it may be interrupted. */
  sealInSteps(org: string, bytes: Uint8Array): Generator<void, Uint8Array, void>;
  /** Throws when the bytes were not sealed for this organization or were changed. */
  open(org: string, bytes: Uint8Array): Uint8Array;
}

export interface KeptCheckpoint {
  /** Entries that it covers. */
  size: number;
  madeMs: number;
  /** The signed note, whole. */
  note: string;
}

export interface KeptSigningKey {
  /** C2SP verifier key: public. */
  verifierKey: string;
  /** The seed, sealed by the vault. */
  sealed: string;
}

/** Checkpoints, the keys that sign them, and what is kept of the tree: the root of each full block (merkle.ts), joined. */
export interface CheckpointStore {
  /** Newest first. */
  checkpoints(org: string, limit: number): Promise<KeptCheckpoint[]>;
  /** Saves nothing and resolves to false when one of this or a greater size is there, or one made after `sinceMs`. */
  saveCheckpoint(org: string, checkpoint: KeptCheckpoint, sinceMs: number): Promise<boolean>;
  /** Replaces the note of the checkpoint of this size; false when it is no longer `before`. The text that is signed must be the same. */
  replaceNote(org: string, size: number, before: string, note: string): Promise<boolean>;
  /** Oldest first; the last one signs. */
  signingKeys(org: string): Promise<KeptSigningKey[]>;
  /** Saves nothing and resolves to false unless there are exactly `known` keys. */
  addSigningKey(org: string, known: number, key: KeptSigningKey): Promise<boolean>;
  /**
   * Hashes of at most `limit` entries from entry `from` on, 64 hex characters each, joined; empty when that entry is not there. All that a tree needs
   * of a log: reading whole entries for it costs three times the CPU.
   */
  entryHashes(org: string, from: number, limit: number): Promise<string>;
  /** At most `limit` roots from block `from` on, up to the first that is missing. */
  treeBlocks(org: string, from: number, limit: number): Promise<Uint8Array>;
  saveTreeBlocks(org: string, from: number, roots: Uint8Array): Promise<void>;
}
