// What the vault needs from a store: a place for data keys that are already wrapped by the master key.
// Never hand an unwrapped key to a store.

export interface WrappedKey {
  /** Identifier of the data key, unique within its organization. */
  id: string;
  /** Key bytes as wrapped by the master key; opaque to the store. */
  wrapped: Uint8Array;
}

export interface KeyStore {
  /** Durable when it resolves. The same id again replaces the wrapped bytes (re-wrapping under a new master key) and keeps its place. */
  put(org: string, id: string, wrapped: Uint8Array): Promise<void>;
  /** All data keys of the organization, oldest first. Empty when there are none. */
  list(org: string): Promise<WrappedKey[]>;
}
