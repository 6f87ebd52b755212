// What an entry about deleted values says (docs/audit-format.md §4.5): which entries' values went, by whose rule or request, and what stayed.
// Never a value. Erasing touches no entry: the commitments stay, and so does the chain.

export interface ErasureFields {
  event: 'erasure';
  timeMs: number;
  /** `erased`: values are gone as of this entry. `withheld`: a request is done but for what a legal hold keeps. `completed`: nothing is left of it. */
  what: 'erased' | 'withheld' | 'completed';
  cause: 'retention' | 'request';
  /** `object/rule` of a retention. */
  rule?: string | undefined;
  /** Name of the object of kind erasure. */
  request?: string | undefined;
  /** Values deleted by this entry; with `withheld` and `completed`, by the whole request. */
  values: number;
  /** Entries whose values are gone, ascending. */
  entries?: readonly EntryRange[] | undefined;
  /** Tickets of held calls whose sealed arguments are gone. */
  tickets?: readonly string[] | undefined;
  /** Values that legal holds keep, and the names of those. */
  held?: number | undefined;
  holds?: readonly string[] | undefined;
  instance?: string | undefined;
}

/** Both ends belong to it. */
export interface EntryRange {
  from: number;
  to: number;
}

/** Ascending numbers as ranges of numbers that follow one another. */
export function rangesOf(seqs: readonly number[]): EntryRange[] {
  const ranges: EntryRange[] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last && seq === last.to + 1) last.to = seq;
    else if (last?.to !== seq) ranges.push({ from: seq, to: seq });
  }
  return ranges;
}
