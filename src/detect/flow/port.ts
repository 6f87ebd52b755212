// What the store keeps of readings for all gateways together: who read what kind of data where, and which process knows the values. Never a value.

/** A process of the gateway has read from a source for a subject. */
export interface FlowFact {
  /** SHA-256 of whose reads count together, hex. */
  subject: string;
  /** Process that holds what was read. */
  process: string;
  /** `server.tool`. */
  source: string;
  server: string;
  labels: readonly string[];
  /** It is protected, not public or internal. */
  isPrivate: boolean;
  isUntrusted: boolean;
  atMs: number;
}

export interface FlowFactStore {
  /** Durable when it resolves. Facts of the organization from before `beforeMs` are deleted. */
  note(org: string, fact: FlowFact, beforeMs: number): Promise<void>;
  /** Facts of a subject since then, whichever process noted them. */
  list(org: string, subject: string, sinceMs: number): Promise<FlowFact[]>;
}
