// What tokens need from a store beside their objects: when each was last used. Not part of the control plane: no revision, no entry.

export interface TokenUse {
  token: string;
  /** Milliseconds since the epoch. */
  usedMs: number;
}

export interface TokenUseStore {
  /** Keeps the later of what is there and what is given. One transaction. */
  noteTokenUse(org: string, uses: readonly TokenUse[]): Promise<void>;
  loadTokenUse(org: string): Promise<TokenUse[]>;
}
