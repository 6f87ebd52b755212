// What an entry about archived entries says (docs/audit-format.md §4.5), and what a store keeps of them. Types only.

export interface ArchiveFields {
  event: 'archive';
  timeMs: number;
  /** Entries that were taken out of the database; they are in a segment. */
  from: number;
  to: number;
  /** Hash of entry `to`: what the next one goes on from. */
  hash: string;
  /** SHA-256 of the file of the segment, as whoever archived it said. */
  file: string;
  /** `object` of the rule that lets entries of this age go. */
  rule: string;
  author: string;
  instance?: string | undefined;
}

/** Where the log begins that a store still has. */
export interface ArchivedHead {
  /** The last entry that is archived. */
  seq: number;
  hash: string;
  /** Control revision there. */
  revision: number;
  /** Of entry 1. */
  firstHash: string;
  firstTime: string;
}
