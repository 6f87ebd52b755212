// What the store keeps of readings for all gateways together: who read what kind of data where, and which process knows the values. Never a value.
// Times are of the store: on one that gateways share, of its database, so that clocks that differ make no fact vanish early.

/** Facts of one subject that are told apart, within the time that they count for. Of more it is only known that they are there. */
export const MAX_FACTS = 1_024;
/** As source and server: there were more facts than are told apart. Whatever there is may have been read. */
export const ANYTHING = '*';

/** A process of the gateway has read from a source for a subject. */
export interface Noted {
  /** SHA-256 of whose reads count together, hex. */
  subject: string;
  /** Object name: once it is deleted, so are its facts. */
  agent: string;
  /** Process that holds what was read. */
  process: string;
  /** `server.tool`; ANYTHING where there are more than MAX_FACTS. */
  source: string;
  server: string;
  labels: readonly string[];
  /** It is protected, not public or internal. */
  isPrivate: boolean;
  isUntrusted: boolean;
}

export interface FlowFact extends Noted {
  /** Another process than `process`, which noted it last, did so within the time that was asked for. */
  isShared: boolean;
}

export interface FlowFactStore {
  /** Durable when it resolves. Facts of the organization that are older than that are deleted. */
  note(org: string, noted: Noted, keepMs: number): Promise<void>;
  /** Facts of a subject that are no older, whichever process noted them: one for each source and labels, at most MAX_FACTS and one of ANYTHING. */
  list(org: string, subject: string, withinMs: number): Promise<FlowFact[]>;
}
