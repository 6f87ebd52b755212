// One reading: where it came from, how its data is labelled, and what belongs together in it. Positions are those of its letters and digits in one row.
// Holds names, numbers and hashes; never what was read.
import type { DataRank } from './label.ts';

export interface Segment {
  start: number;
  record: number;
}

/** A value that chance does not make, such as a key: how much of it went out counts, over all calls. */
export interface Opaque {
  from: number;
  to: number;
  grams: number;
  seen: number;
}

export interface Source {
  readonly index: number;
  /** `server.tool`. */
  readonly name: string;
  readonly server: string;
  readonly labels: readonly string[];
  /** Public readings and what the agent said itself: known anyway. */
  readonly rank: DataRank;
  readonly atMs: number;
  /** Distance of two grams that are kept, at most. */
  step: number;
  end: number;
  grams: number;
  isGone: boolean;
  readonly segments: Segment[];
  parents: readonly number[];
  /** Records that name somebody. */
  addressed: Set<number> | undefined;
  opaques: readonly Opaque[];
  /** Bits that went out so far, in pieces that were too small to count. */
  sentBits: number;
}

/** The record a position belongs to; what names nobody itself belongs to the record around it. */
export function recordAt(source: Source, position: number): number {
  const { segments, parents, addressed } = source;
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((segments[middle]?.start ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  let record = segments[low]?.record ?? -1;
  while (record >= 0 && !addressed?.has(record)) record = parents[record] ?? -1;
  return record;
}

export function opaqueAt({ opaques }: Source, position: number): Opaque | undefined {
  let low = 0;
  let high = opaques.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = opaques[middle] as Opaque;
    if (position < one.from) high = middle - 1;
    else if (position >= one.to) low = middle + 1;
    else return one;
  }
  return undefined;
}
