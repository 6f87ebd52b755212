// What passkeys need from a store beside their objects: what was used once, and how far each counter has come. Types, and one name.

/** What an assertion or a registration uses up. */
export interface PasskeyUse {
  /** Of a challenge or an invitation; nobody uses it twice. */
  once: string;
  /** It is worth nothing afterwards, so it need not be remembered longer. */
  untilMs: number;
  nowMs: number;
  /** Of an invitation, when it was made: one from before the store was restored may have been used since the backup. */
  madeMs?: number | undefined;
  credential: string;
  counter: number;
}

/** Key, among what was used once, of when the store was restored; it stands there until whatever was made before is worth nothing. */
export const RESTORED = 'restored';

/** `again`: it was used before, or may have been. `counter`: the counter did not rise, so there may be a copy of the key. Nothing is written then. */
export type PasskeyUsed = 'used' | 'again' | 'counter';

export interface PasskeyStore {
  /**
   * Uses it up and moves the counter, both or neither. INVARIANT: once, whoever asks, and counters only rise (test/contract/passkey-cases.ts).
   * A counter that stays 0 is none: such authenticators do not count.
   */
  use(org: string, use: PasskeyUse): Promise<PasskeyUsed>;
  /** By credential. */
  lastUses(org: string): Promise<ReadonlyMap<string, { counter: number; usedMs: number }>>;
}
