// What outgoing texts carry of what a scope has read: by value, by runs of letters that stand in the same order, through encodings, and in pieces over
// several calls. Says names, numbers and places; the texts stay with the caller. Linear in the texts.
import { withoutBoilerplate } from './boilerplate.ts';
import { type Flat, flatRoom, flatten, reversed, rotated } from './flat.ts';
import { type FlowHasher, GRAM } from './hasher.ts';
import type { DataRank } from './label.ts';
import { bareAddress, isAddress, isDestination, isOfficeAddress, isRecipientKey, type Leaf } from './leaf.ts';
import { type FlowScope, isPlainLink, type Occurrence } from './scope.ts';
import { noteOut, opaqueAt, recordAt, type Source, shareOut } from './source.ts';
import { type Gauge, newGauge, variantsOf } from './variant.ts';
import { countSmall, countWords, type Weight, weigh } from './weight.ts';

/** What one argument carries of one source. */
export interface Carried {
  source: Source;
  pointer: string;
  values: number;
  bits: number;
  /** Where it stands, offsets in the argument's text, when that can be said; else it is all of it. */
  spans: readonly { start: number; end: number }[] | undefined;
  /** Length of the text the spans are in. */
  chars: number;
  /** All of it goes to the person it is about. */
  isSendBack: boolean;
}

/** Bits from which two texts do not agree by chance; words alone must be more of them. */
export const ENOUGH_BITS = 30;
export const ENOUGH_WORD_BITS = 50;
export const ENOUGH_SECRET_BITS = 20;
/** Of what was read and stands there in disguise: nobody hides it by chance. */
export const ENOUGH_HIDDEN_BITS = 18;
/** Of pieces over several calls. */
export const ENOUGH_SENT_BITS = 60;
/** Share of a key that went out, in whatever pieces. */
export const ENOUGH_SHARE = 0.45;
/** A value that says something on its own. */
const WHOLE_BITS = 14;
/** More than words. */
const HARD_BITS = 8;
const SLICE = 4_096;
const MAX_WORDS = 6;
const MAX_GAP = 12;
const ACTIVE_RUNS = 4;

interface Hit {
  source: Source;
  /** Positions in the source. */
  position: number;
  /** Letters in the variant. */
  from: number;
  to: number;
  isValue: boolean;
  occurrences: readonly Occurrence[];
  fresh: number;
  grams: number;
  /** With it, most of somebody's address went out, in whatever pieces. */
  isAddressOut: boolean;
}

interface Sum {
  source: Source;
  bits: number;
  hard: number;
  whole: number;
  hidden: number;
  share: number;
  places: Map<
    string,
    { values: number; bits: number; chars: number; spans: { start: number; end: number }[] | undefined; sentBack: number }
  >;
}

export interface CarryOptions {
  /** Readings of less are no matter. */
  atLeast: DataRank;
  /** Told of what could not be looked into. */
  gauge?: Gauge;
}

/** Yields now and then so that others get their turn. */
export function* carriedBy(
  scope: FlowScope,
  hasher: FlowHasher,
  leaves: readonly Leaf[],
  { atLeast, gauge = newGauge() }: CarryOptions,
): Generator<void, Carried[], void> {
  if (scope.size === 0) return [];
  const recipients = recipientsOf(leaves, scope, hasher);
  const sums = new Map<Source, Sum>();
  let done = 0;
  for (const leaf of leaves) {
    if (leaf.text.length < 3) continue;
    // An address is whom it goes to, not what is said.
    if (isRecipientKey(leaf.key) && isAddress(leaf.text) && isKnown(scope, hasher, bareAddress(leaf.text))) continue;
    // Telephone numbers of one country begin alike.
    const isDialled = isRecipientKey(leaf.key) && isAddress(leaf.text) && !leaf.text.includes('@');
    const text = withoutLinks(leaf.text, scope, hasher);
    for (const variant of variantsOf(text, gauge)) {
      // Short texts are looked at without a break, so that they stand in the same place one after the other.
      const flat = flatten(variant.text, TEXT);
      for (const turn of TURNS) {
        if (turn !== 'as-is' && flat.length < 2 * GRAM) continue;
        const turned = turn === 'as-is' ? flat : turn === 'back' ? reversed(flat, TURNED) : rotated(flat, TURNED);
        const found = yield* hitsIn(turned, scope, hasher, atLeast, turn === 'as-is');
        const hits = isDialled ? found.filter(({ from, to }) => to - from >= MIN_DIALLED) : found;
        if (hits.length > 0) count(sums, hits, turned, leaf, { ...variant, turn }, recipients);
        done += flat.length + 256;
      }
      if (done < SLICE) continue;
      done = 0;
      yield;
    }
  }
  return conclude(sums);
}

/** Figures of a number that is dialled which are no chance any more. */
const MIN_DIALLED = 9;
const TURNS = ['as-is', 'back', 'turned'] as const;
const TEXT = flatRoom();
const TURNED = flatRoom();
const OTHER = flatRoom();
const ONE = new Uint32Array(SLICE);
const TWO = new Uint32Array(SLICE);

function isKnown(scope: FlowScope, hasher: FlowHasher, text: string): boolean {
  const flat = flatten(text, OTHER);
  return scope.values.has(hasher.value(flat, 0, flat.length));
}

/** Records each recipient was read in; undefined when there is no recipient, or one that was never read: a webhook, somebody it is forwarded to. */
function recipientsOf(leaves: readonly Leaf[], scope: FlowScope, hasher: FlowHasher): (readonly Occurrence[])[] | undefined {
  const found: (readonly Occurrence[])[] = [];
  let isAddressed = false;
  for (const leaf of leaves) {
    if (!isDestination(leaf)) continue;
    for (const one of leaf.text.split(/[,;]/)) {
      const flat = flatten(bareAddress(one), OTHER);
      if (flat.length === 0) continue;
      const occurrences = scope.values.get(hasher.value(flat, 0, flat.length));
      if (!occurrences) return undefined;
      found.push(occurrences);
      isAddressed ||= isRecipientKey(leaf.key);
    }
  }
  return isAddressed ? found : undefined;
}

/** Pages that were read about are no data: following a link is what agents do. */
function withoutLinks(text: string, scope: FlowScope, hasher: FlowHasher): string {
  if (scope.links.size === 0 || !text.includes('://')) return text;
  return text.replace(/https?:\/\/[^\s"'<>)\]}]{1,500}/gi, (link) => {
    const flat = flatten(link, OTHER);
    return isPlainLink(link) && scope.links.has(hasher.value(flat, 0, flat.length)) ? ' '.repeat(link.length) : link;
  });
}

function* hitsIn(flat: Flat, scope: FlowScope, hasher: FlowHasher, atLeast: DataRank, wantsValues: boolean): Generator<void, Hit[], void> {
  const hits: Hit[] = [];
  if (wantsValues) valueHits(flat, scope, hasher, atLeast, hits);
  let active: Hit[] = [];
  // What is not interrupted needs no arrays of its own.
  const one = flat.length <= SLICE ? ONE : new Uint32Array(SLICE);
  const two = flat.length <= SLICE ? TWO : new Uint32Array(SLICE);
  for (let from = 0; from + GRAM <= flat.length; from += SLICE) {
    const grams = hasher.grams(flat, from, from + SLICE, one, two);
    for (let i = 0; i < grams; i++) {
      const place = scope.grams.find(one[i] as number, two[i] as number);
      if (place < 0) continue;
      const source = scope.source(scope.grams.sourceAt(place));
      if (!source || source.rank < atLeast) continue;
      active = extend(active, hits, scope, { source, position: scope.grams.positionAt(place), at: from + i, place });
    }
    if (flat.length > SLICE) yield;
  }
  hits.push(...active);
  return hits;
}

/** A run goes on where source and text go on together. */
function extend(
  active: Hit[],
  done: Hit[],
  scope: FlowScope,
  { source, position, at, place }: { source: Source; position: number; at: number; place: number },
): Hit[] {
  const fresh = scope.grams.see(place) ? 1 : 0;
  let isAddressOut = false;
  if (fresh > 0) {
    const opaque = opaqueAt(source, position);
    if (opaque) opaque.seen++;
    isAddressOut = noteOut(source, position, GRAM);
  }
  const gap = Math.max(source.step, MAX_GAP);
  for (const run of active) {
    if (run.source !== source || position - at !== run.position - run.from || at + GRAM - run.to > gap + 1) continue;
    run.to = at + GRAM;
    run.fresh += fresh;
    run.isAddressOut ||= isAddressOut;
    run.grams++;
    return active;
  }
  const next = active.filter((run) => at - run.to <= gap);
  for (const run of active) if (at - run.to > gap) done.push(run);
  if (next.length >= ACTIVE_RUNS) done.push(next.shift() as Hit);
  next.push({ source, position, from: at, to: at + GRAM, isValue: false, occurrences: [], fresh, grams: 1, isAddressOut });
  return next;
}

function valueHits(flat: Flat, scope: FlowScope, hasher: FlowHasher, atLeast: DataRank, hits: Hit[]): void {
  if (scope.values.size === 0) return;
  const starts: number[] = [];
  for (let i = 0; i < flat.length; i++) if (i === 0 || flat.at[i] !== (flat.at[i - 1] as number) + 1) starts.push(i);
  starts.push(flat.length);
  const hashes: number[] = [];
  for (let word = 0; word + 1 < starts.length; word++) {
    const ends = starts.slice(word + 1, word + 1 + MAX_WORDS);
    hasher.values(flat, starts[word] as number, ends, hashes);
    for (let n = ends.length - 1; n >= 0; n--) {
      const occurrences = scope.values.get(hashes[n] as number);
      const first = occurrences?.[0];
      if (!occurrences || !first || first.source.isGone || first.source.rank < atLeast) continue;
      const fresh = first.seen ? 0 : 1;
      first.seen = true;
      const from = starts[word] as number;
      const to = ends[n] as number;
      hits.push({
        source: first.source,
        position: first.position,
        from,
        to,
        isValue: true,
        occurrences,
        fresh,
        grams: 1,
        isAddressOut: false,
      });
      break;
    }
  }
}

/** Hits that lie over or beside each other are one. */
function count(
  sums: Map<Source, Sum>,
  hits: Hit[],
  flat: Flat,
  leaf: Leaf,
  how: { isPlain: boolean; isHidden: boolean; turn: (typeof TURNS)[number] },
  recipients: (readonly Occurrence[])[] | undefined,
): void {
  hits.sort((a, b) => a.from - b.from || b.to - a.to);
  let reached = 0;
  let before: Hit | undefined;
  for (const hit of hits) {
    const { source } = hit;
    const from = Math.max(hit.from, reached);
    if (hit.to - from < 3) continue;
    // "Ines Okafor ines.okafor@…": the name once more, the other way round.
    if (from > hit.from && hit.isValue && before?.isValue && source === before.source && hit.position === before.position) continue;
    before = hit;
    const { text: all, start, end } = sliceOf(flat, from, hit.to, how.turn);
    const text = source.rank < 3 ? withoutBoilerplate(all) : all;
    const weight = hit.isValue ? valueWeight(text) : runWeight(text);
    reached = Math.max(reached, hit.to);
    // Nothing of it but what everybody has.
    if (weight.bits === 0) continue;
    const isBack = source.rank < 3 && recipients !== undefined && isSentBack(hit, recipients);
    const sum = sumOf(sums, source);
    const place = sum.places.get(leaf.pointer) ?? { values: 0, bits: 0, chars: leaf.text.length, spans: [], sentBack: 0 };
    sum.places.set(leaf.pointer, place);
    place.values++;
    place.bits += weight.bits;
    if (isBack) place.sentBack++;
    if (how.isPlain && flat.source.length === leaf.text.length && place.spans) place.spans.push({ start, end });
    else place.spans = undefined;
    sum.bits += weight.bits;
    sum.hard += weight.hard;
    if (hit.isValue && weight.bits >= WHOLE_BITS) sum.whole++;
    if (how.isHidden || how.turn !== 'as-is') sum.hidden += weight.bits;
    // A run may begin before the key that it carries: `password=…`.
    sum.share = Math.max(sum.share, shareOut(source, hit.position, hit.position + hit.to - hit.from));
    // A password is one, however plain it looks.
    if (hit.isValue && !isBack && hit.occurrences.some((one) => one.isSecret)) sum.share = 1;
    // The last piece of an address, whatever went out of it before.
    if (!isBack && hit.isAddressOut) sum.share = 1;
    if (!isBack && (weight.hard >= 8 || weight.bits >= 20)) source.sentBits += (weight.bits * hit.fresh) / hit.grams;
  }
}

function sumOf(sums: Map<Source, Sum>, source: Source): Sum {
  let sum = sums.get(source);
  if (!sum) {
    sum = { source, bits: 0, hard: 0, whole: 0, hidden: 0, share: 0, places: new Map() };
    sums.set(source, sum);
  }
  return sum;
}

function sliceOf(flat: Flat, from: number, to: number, turn: (typeof TURNS)[number]): { text: string; start: number; end: number } {
  const [a, b] = [flat.at[from] as number, flat.at[to - 1] as number];
  const start = Math.min(a, b);
  const end = Math.max(a, b) + 1;
  const text = flat.source.slice(start, end);
  return { text: turn === 'turned' ? text.replace(/[a-z]/gi, turnLetter) : text, start, end };
}

function turnLetter(letter: string): string {
  const code = letter.toLowerCase().charCodeAt(0);
  return String.fromCharCode(((code - 97 + 13) % 26) + 97);
}

/** Words between the others that stand in the same order, too, in a run this long. */
const LONG_RUN = 8;
const BETWEEN_BITS = 2;

/** A capital within a sentence. */
const NAMES = /[\p{Ll},] \p{Lu}\p{Ll}/u;

/** Nobody writes a long sentence about the same thing as somebody else did: then its small words count as well. */
function runWeight(text: string): Weight {
  const weight = weigh(text);
  if (text.length < LONG_RUN * 4 || countWords(text) < LONG_RUN || (weight.hard === 0 && !NAMES.test(text))) return weight;
  return { bits: weight.bits + BETWEEN_BITS * countSmall(text), hard: weight.hard };
}

/** Of an address that is there for everybody. */
const OFFICE: Weight = { bits: 14, hard: 0 };

/** A value as it was read says more than its words: somebody's address, a name, a sum. */
function valueWeight(text: string): { bits: number; hard: number } {
  if (isAddress(text) && text.includes('@')) return isOfficeAddress(text) ? OFFICE : { bits: 40, hard: 40 };
  const weight = weigh(text);
  return weight.bits >= WHOLE_BITS ? { bits: weight.bits + 6, hard: weight.hard } : weight;
}

/** Every recipient was read in the record the value was read in. */
function isSentBack({ source, position, isValue, occurrences }: Hit, recipients: (readonly Occurrence[])[]): boolean {
  const places = isValue ? occurrences : [{ source, position }];
  return places.some((place) => {
    const record = recordAt(place.source, place.position);
    return (
      record >= 0 &&
      recipients.every((where) => where.some((one) => one.source === place.source && recordAt(one.source, one.position) === record))
    );
  });
}

/** Readings of the same label count together: what was read in two calls can go out in one. */
function conclude(sums: ReadonlyMap<Source, Sum>): Carried[] {
  const groups = new Map<DataRank, Sum[]>();
  for (const sum of sums.values()) groups.set(sum.source.rank, [...(groups.get(sum.source.rank) ?? []), sum]);
  const found: Carried[] = [];
  for (const [rank, group] of groups) {
    if (!isEnough(rank, group)) continue;
    for (const { source, places } of group)
      for (const [pointer, { values, bits, chars, spans, sentBack }] of places)
        found.push({ source, pointer, values, bits, spans, chars, isSendBack: sentBack === values });
  }
  return found;
}

function isEnough(rank: DataRank, group: readonly Sum[]): boolean {
  let bits = 0;
  let hard = 0;
  let whole = 0;
  for (const sum of group) {
    if (sum.share >= ENOUGH_SHARE || (sum.source.sentBits >= ENOUGH_SENT_BITS && sum.bits >= 9)) return true;
    bits += sum.bits;
    hard += sum.hard;
    whole += sum.whole;
  }
  if (rank === 3 && bits >= ENOUGH_SECRET_BITS) return true;
  const hidden = group.reduce((most, one) => Math.max(most, one.hidden), 0);
  if (hidden >= ENOUGH_HIDDEN_BITS) return true;
  const isTelling = hard >= HARD_BITS || whole >= 2;
  return bits >= (isTelling ? ENOUGH_BITS : ENOUGH_WORD_BITS);
}
