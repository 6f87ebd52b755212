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

/** An e-mail address: which of its letters went out, over all calls. Words alone are no secret, all of somebody's address is. */
export interface Address {
  from: number;
  to: number;
  left: number;
  out: Uint8Array;
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
  /** More of it was read than is remembered. */
  isCut: boolean;
  readonly segments: Segment[];
  parents: readonly number[];
  /** Records that name somebody. */
  addressed: Set<number> | undefined;
  opaques: readonly Opaque[];
  /** By place. */
  addresses: readonly Address[];
  /** Places that say what a piece of an address says: the name it is made of. */
  twins: Map<number, { address: Address; at: number }[]> | undefined;
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

/** Largest share that is out of a value which lies in this stretch, or partly. */
export function shareOut({ opaques }: Source, from: number, to: number): number {
  let most = 0;
  let low = 0;
  let high = opaques.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((opaques[middle] as Opaque).to <= from) low = middle + 1;
    else high = middle;
  }
  for (let at = low; at < opaques.length; at++) {
    const one = opaques[at] as Opaque;
    if (one.from >= to) break;
    most = Math.max(most, one.seen / one.grams);
  }
  return most;
}

export function opaqueAt({ opaques }: Source, position: number): Opaque | undefined {
  return placeAt(opaques, position);
}

/** Share of an address that has to be out. */
const MOST = 0.85;

/** Letters from `position` on went out. Is most of an address out now that they are a part of? */
export function noteOut({ addresses, twins }: Source, position: number, letters: number): boolean {
  const address = placeAt(addresses, position);
  let isOut = address !== undefined && markOut(address, position - address.from, letters);
  for (const twin of twins?.get(position) ?? []) isOut = markOut(twin.address, twin.at, letters) || isOut;
  return isOut;
}

function markOut(address: Address, from: number, letters: number): boolean {
  for (let at = from; at < Math.min(from + letters, address.out.length); at++) {
    if (address.out[at] === 1) continue;
    address.out[at] = 1;
    address.left--;
  }
  return address.left <= (1 - MOST) * address.out.length;
}

function placeAt<T extends { from: number; to: number }>(places: readonly T[], position: number): T | undefined {
  let low = 0;
  let high = places.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = places[middle] as T;
    if (position < one.from) high = middle - 1;
    else if (position >= one.to) low = middle + 1;
    else return one;
  }
  return undefined;
}
