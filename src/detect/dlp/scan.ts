// The DLP scan of one text: flatten, run the detectors that the wanted types need, settle overlaps, map places back to the raw text.
// Pure and linear in the text. Never keeps what it read.
import { Cover, coverOf } from './cover.ts';
import type { CustomPattern } from './customer-pattern.ts';
import { MAX_UNPACKED_BYTES, type Room } from './decode-run.ts';
import { detect } from './detect.ts';
import { encodedRuns } from './encoded-run.ts';
import { DLP_TYPES, type DlpType, type Match } from './finding-kind.ts';
import { flatten } from './flatten.ts';
import { rawEnd, rawStart } from './mapped-text.ts';
import { findInPieces } from './piece.ts';
import { findInChain } from './seam.ts';
import { findSecrets } from './secret.ts';
import { surveyOf } from './text-survey.ts';
import { fieldAt, pathOf, type View } from './view.ts';

export interface Scan {
  readonly wanted: ReadonlySet<DlpType>;
  readonly patterns: readonly CustomPattern[];
  /** What is known of the text from outside: its key and what that says (key-class.ts). */
  readonly key?: string;
  readonly bits?: number;
}

export const EVERYTHING: ReadonlySet<DlpType> = new Set(DLP_TYPES);

/** Places in `raw`, in order, none inside another. `room` says afterwards whether all of it was read. */
export function scanText(raw: string, scan: Scan, room: Room = { left: MAX_UNPACKED_BYTES + raw.length }): Match[] {
  if (raw.length < MIN_CHARS) return [];
  const view = flatten(raw, scan.key, scan.bits);
  const found = detect(view, scan);
  addEncoded(view, scan, found, room);
  addPieces(view, scan, found);
  if (found.length === 0) return found;
  const settled = settle(found, view.text.length);
  for (const match of settled) placeInRaw(match, view);
  return sorted(settled, byStart);
}

function byStart(one: Match, other: Match): number {
  return one.start - other.start;
}

/** Nothing shorter is a value that we look for. */
const MIN_CHARS = 3;

function findAll(text: string, scan: Scan, room: Room, layer: number): Match[] {
  const view = flatten(text);
  const found = detect(view, scan);
  if (layer < MAX_ENCODINGS) addEncoded(view, scan, found, room, layer + 1);
  else if (isEncodedAgain(view.text, room)) room.isShort = true;
  return settle(found, view.text.length);
}

/** Base64 in base64, hex in base64. */
const MAX_ENCODINGS = 3;

function isEncodedAgain(text: string, room: Room): boolean {
  for (const { layer } of encodedRuns(text, room)) if (layer === 'base64' || layer === 'hex' || layer === 'base32') return true;
  return false;
}

/** Things that hide in an encoded run and are certain enough to say so. */
function addEncoded(view: View, scan: Scan, found: Match[], room: Room, layer = 1): void {
  let cover: Cover | undefined;
  for (const run of encodedRuns(view.text, room)) {
    cover ??= coverOf(found, view.text.length);
    if (!cover.isFree(run.start, run.end)) continue;
    const inner: Match[] = [];
    // Turned round or rotated, only the unmistakable counts: the prefix of a provider.
    const isTurned = run.layer === 'reversed' || run.layer === 'rotated';
    if (isTurned && scan.wanted.has('API_KEY')) findSecrets({ text: run.text, starts: surveyOf(run.text).starts }, inner);
    else if (!isTurned) inner.push(...findAll(run.text, scan, room, layer));
    const best = inner.reduce<Match | undefined>(
      (top, match) => (top === undefined || match.confidence > top.confidence ? match : top),
      undefined,
    );
    if (best !== undefined) found.push({ ...best, start: run.start, end: run.end, layer: run.layer });
  }
}

/** Values that show only when the pieces they are cut into are read as one. */
function addPieces(view: View, scan: Scan, found: Match[]): void {
  if (view.pieces.length === 0 && view.chains.length === 0) return;
  let cover: Cover | undefined;
  const isFree = (start: number, end: number): boolean => {
    cover ??= coverOf(found, view.text.length);
    return cover.isFree(start, end);
  };
  const alone: Match[] = [];
  const find = (joined: string, key = '', bits = 0): Match[] => settle(detect(flatten(joined, key, bits), scan), joined.length);
  for (const run of view.pieces) findInPieces(view.text, run, find, isFree, alone);
  for (const chain of view.chains) findInChain(view.text, chain, (joined) => find(joined), isFree, alone);
  found.push(...alone);
}

/** Which of two claims on the same characters stands: the more specific type, then the surer, then the longer. */
const WEIGHT: Readonly<Record<DlpType, number>> = {
  CUSTOM: 9,
  PRIVATE_KEY: 8,
  DB_CONNECTION: 8,
  API_KEY: 6,
  PASSWORD: 6,
  IBAN: 6,
  CREDIT_CARD: 5,
  EMAIL: 5,
  US_SSN: 4,
  NATIONAL_ID: 4,
  BANK_ACCOUNT: 4,
  DATE_OF_BIRTH: 4,
  PHONE: 3,
  ADDRESS: 3,
  PERSON: 2,
};

function settle(found: Match[], length: number): Match[] {
  if (found.length < 2) return found.filter((match) => match.end > match.start);
  const cover = new Cover(length);
  return byWeight(found).filter((match) => match.end > match.start && cover.take(match.start, match.end));
}

/** The heaviest first; most of the order is told by the weight alone. */
function byWeight(found: Match[]): Match[] {
  if (found.length <= FEW) return sorted(found, isBefore);
  const buckets: Match[][] = [];
  for (let weight = 0; weight <= MAX_WEIGHT; weight++) buckets.push([]);
  for (const match of found) (buckets[MAX_WEIGHT - WEIGHT[match.type]] as Match[]).push(match);
  const heaviest: Match[] = [];
  for (const bucket of buckets) for (const match of sorted(bucket, isBefore)) heaviest.push(match);
  return heaviest;
}

const MAX_WEIGHT = 9;
const FEW = 8;

function isBefore(one: Match, other: Match): number {
  return WEIGHT[other.type] - WEIGHT[one.type] || other.confidence - one.confidence || other.end - other.start - (one.end - one.start);
}

/** In place and stable; most texts have a few finds, and those are sorted sooner by hand. */
function sorted(found: Match[], compare: (one: Match, other: Match) => number): Match[] {
  if (found.length > MAX_BY_HAND) return found.sort(compare);
  for (let index = 1; index < found.length; index++) {
    const match = found[index] as Match;
    let at = index - 1;
    while (at >= 0 && compare(found[at] as Match, match) > 0) {
      found[at + 1] = found[at] as Match;
      at--;
    }
    found[at + 1] = match;
  }
  return found;
}

const MAX_BY_HAND = 48;

/** Matches belong to the scan: they are moved, not copied. */
function placeInRaw(match: Match, view: View): void {
  const field = fieldAt(view, match.start, match.end);
  if (field !== undefined) match.path = pathOf(field);
  const { start, end } = match;
  match.start = rawStart(view.plain, start);
  match.end = rawEnd(view.plain, end);
}
