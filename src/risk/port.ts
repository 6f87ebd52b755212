// What the history of calls needs from a store: a place to be kept, so that a restart does not read the whole log again. It can always be built
// anew from the log, so a lost state is slow, never wrong.

export interface KeptHistory {
  /** Every entry up to here is in it. */
  seq: number;
  /** Entries beyond `seq` that are in it too. */
  beyond: readonly number[];
  data: Uint8Array;
}

export interface HistoryStore {
  loadHistory(org: string): Promise<KeptHistory | undefined>;
  /** Keeps it unless a newer one (higher `seq`) is kept already. */
  saveHistory(org: string, kept: KeptHistory): Promise<void>;
}
