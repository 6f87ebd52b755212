// What the catalog needs from a store: the texts of approved definitions, by their hashes, so that a change can be shown line by line later.
// The snapshot object holds the hashes; a text that is missing costs a readable diff, never a decision.

export interface DefinitionStore {
  /** Canonical texts; one that is there already stays. Durable when it resolves. */
  saveDefinitions(org: string, definitions: readonly { hash: string; text: string }[]): Promise<void>;
  loadDefinition(org: string, hash: string): Promise<string | undefined>;
}
