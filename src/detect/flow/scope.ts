// What one agent (or session) has read within the window: keyed hashes of values and of runs of letters, by source. Bounded: the oldest of what
// everybody may know goes first, then the oldest of all. INVARIANT: no text that was read is kept (test/property/flow.test.ts).
import { type Flat, flatRoom, flatten } from './flat.ts';
import { GramTable } from './gram-table.ts';
import { type FlowHasher, GRAM } from './hasher.ts';
import type { DataRank } from './label.ts';
import { isAddress, isDate, isReference, isSecretKey, type Leaf, type Leaves } from './leaf.ts';
import type { Address, Opaque, Source } from './source.ts';
import { eachToken } from './token-run.ts';
import { countWords, weigh } from './weight.ts';

/** Readings remembered by one scope. */
export const MAX_SOURCES = 4_096;
/** Grams remembered by one scope. */
export const MAX_GRAMS = 131_072;
/** Values and links remembered by one scope. */
export const MAX_VALUES = 32_768;
/** Letters and digits of one reading that are remembered. */
export const MAX_READING = 4_194_304;
const MAX_OCCURRENCES = 8;
const MAX_VALUE_WORDS = 6;
const MAX_VALUE_CHARS = 120;
const MIN_VALUE_CHARS = 4;
const MIN_SECRET_CHARS = 6;
/** Given names and the surname. */
const FULL_NAME = /^\s{0,4}(\p{Lu}[\p{Ll}'’-]{1,30}(?: \p{Lu}[\p{Ll}.'’-]{0,30})?) (\p{Lu}[\p{L}'’-]{1,30})\s{0,4}$/u;
/** Letters hashed between two looks at the time. */
const SLICE = 4_096;

export interface Occurrence {
  source: Source;
  position: number;
  seen: boolean;
  /** Stands under a key that says so: a password, a PIN. */
  isSecret: boolean;
}

export interface Reading {
  name: string;
  server: string;
  labels: readonly string[];
  rank: DataRank;
}

export class FlowScope {
  readonly grams = new GramTable();
  readonly values = new Map<number, Occurrence[]>();
  /** Addresses of pages that were read: following them carries nothing. */
  readonly links = new Map<number, Source>();
  readonly #sources = new Map<number, Source>();
  readonly #hasher: FlowHasher;
  /** No source is older; infinite when there is none. */
  #oldestMs = Number.POSITIVE_INFINITY;
  #nextIndex = 0;
  /** Last time each was read; undefined when it was not within the window. */
  privateAtMs: number | undefined;
  untrustedAtMs: number | undefined;
  /** Size when it was last added up. */
  counted = 0;

  constructor(hasher: FlowHasher) {
    this.#hasher = hasher;
  }

  source(index: number): Source | undefined {
    return this.#sources.get(index);
  }

  /** Where all of it was read. */
  get sources(): Iterable<Source> {
    return this.#sources.values();
  }

  get size(): number {
    return this.grams.size + this.values.size + this.links.size;
  }

  /** Remembers a reading; yields now and then so that others get their turn. */
  *read(reading: Reading, { leaves, parents, isCut }: Leaves, nowMs: number): Generator<void, void, void> {
    let chars = 0;
    for (const { text } of leaves) chars += text.length;
    const source = this.#open(reading, parents, chars, nowMs);
    source.isCut = isCut;
    for (const leaf of leaves) {
      if (source.isGone) break;
      if (source.end > MAX_READING) {
        source.isCut = true;
        break;
      }
      if (leaf.isSpelled) continue;
      if (reading.rank < 3 && (isReference(leaf) || isDate(leaf))) continue;
      const flat = flatten(leaf.text, LEAF);
      const start = source.end;
      if (source.segments.at(-1)?.record !== leaf.record) source.segments.push({ start, record: leaf.record });
      this.#addValues(source, leaf, flat, start);
      yield* this.#addGrams(source, flat, start);
      // Runs do not cross from one text into the next.
      source.end += flat.length + GRAM;
      if (flat.length > SLICE / 4) yield;
    }
    this.#bound();
  }

  /** Forgets what was read before. */
  expire(beforeMs: number): void {
    if (this.privateAtMs !== undefined && this.privateAtMs < beforeMs) this.privateAtMs = undefined;
    if (this.untrustedAtMs !== undefined && this.untrustedAtMs < beforeMs) this.untrustedAtMs = undefined;
    if (this.#oldestMs >= beforeMs) return;
    this.#drop((source) => source.atMs < beforeMs);
  }

  #open(reading: Reading, parents: readonly number[], chars: number, nowMs: number): Source {
    if (this.#sources.size >= MAX_SOURCES) this.#dropOldest(MAX_SOURCES / 4);
    while (this.#sources.has(this.#nextIndex)) this.#nextIndex = (this.#nextIndex + 1) % (MAX_SOURCES * 2);
    const index = this.#nextIndex;
    this.#nextIndex = (index + 1) % (MAX_SOURCES * 2);
    const source: Source = {
      ...reading,
      index,
      parents,
      atMs: nowMs,
      step: chars <= 8_192 ? 1 : chars <= 65_536 ? 8 : chars <= 1_048_576 ? 16 : 64,
      end: 0,
      grams: 0,
      isGone: false,
      isCut: false,
      segments: [],
      addressed: undefined,
      opaques: NONE,
      addresses: NO_ADDRESSES,
      twins: undefined,
      sentBits: 0,
    };
    this.#sources.set(index, source);
    if (nowMs < this.#oldestMs) this.#oldestMs = nowMs;
    return source;
  }

  *#addGrams(source: Source, flat: Flat, start: number): Generator<void, void, void> {
    const { step } = source;
    // What is not interrupted needs no arrays of its own.
    const one = flat.length <= SLICE ? ONE : new Uint32Array(Math.min(SLICE + step, flat.length));
    const two = flat.length <= SLICE ? TWO : new Uint32Array(one.length);
    for (let from = 0; from + GRAM <= flat.length; from += SLICE) {
      const count = this.#hasher.grams(flat, from, from + SLICE + step - 1, one, two);
      // Of every `step` grams in a row the least is kept: the same text gives the same ones, wherever it stands.
      let kept = -1;
      for (let i = 0; i < count && i < SLICE; i++) {
        const last = Math.min(i + step, count) - 1;
        const before = kept;
        if (kept < i) {
          kept = i;
          for (let j = i + 1; j <= last; j++) if ((one[j] as number) <= (one[kept] as number)) kept = j;
        } else if ((one[last] as number) <= (one[kept] as number)) kept = last;
        if (kept === before) continue;
        if (this.grams.add(one[kept] as number, two[kept] as number, source.index, start + from + kept, source.rank === 3)) source.grams++;
      }
      if (flat.length > SLICE) {
        if (this.grams.size > MAX_GRAMS) this.#bound(source);
        yield;
        if (source.isGone) return;
      }
    }
  }

  #addValues(source: Source, leaf: Leaf, flat: Flat, start: number): void {
    const { text } = leaf;
    if (!leaf.isProse) {
      const isSecret = flat.length >= MIN_SECRET_CHARS && isSecretKey(leaf.key);
      this.#addValue(source, leaf.record, text, flat, 0, flat.length, start, isSecret);
      this.#addTurned(source, leaf, start);
    }
    if (leaf.isProse || text.length > MAX_VALUE_CHARS || /[,;:=@]/.test(text)) {
      let count = 0;
      // Whatever words stand around it: a piece may begin before it and swallow it.
      const addresses = text.includes('@') ? addressesIn(text) : NO_PLACES;
      for (const { index, end } of addresses)
        this.#addValue(source, leaf.record, text.slice(index, end), flat, indexAt(flat, index), indexAt(flat, end), start);
      for (const match of text.matchAll(PIECE)) {
        if (++count > MAX_VALUES) break;
        const [piece] = match;
        if (addresses.length > 0 && piece.includes('@') && BARE_ADDRESS.test(piece)) continue;
        const from = indexAt(flat, match.index);
        const to = indexAt(flat, match.index + piece.length);
        this.#addValue(source, leaf.record, piece, flat, from, to, start);
      }
    }
    let opaques: Opaque[] | undefined;
    eachToken(text, (token, index, isLink) => {
      if (isLink) this.#addLink(source, token);
      else if (isOpaque(token)) {
        const from = indexAt(flat, index);
        const to = indexAt(flat, index + token.length);
        if (to - from < 2 * GRAM) return;
        opaques ??= [];
        opaques.push({ from: start + from, to: start + to, grams: to - from - GRAM + 1, seen: 0 });
      }
    });
    for (const { from, to } of groupedNumbers(text, flat)) {
      opaques ??= [];
      opaques.push({ from: start + from, to: start + to, grams: to - from - GRAM + 1, seen: 0 });
    }
    opaques?.sort((one, other) => one.from - other.from);
    if (opaques !== undefined) source.opaques = source.opaques.length === 0 ? opaques : [...source.opaques, ...opaques];
  }

  /** `Okafor, Ines` is Ines Okafor. */
  #addTurned(source: Source, leaf: Leaf, start: number): void {
    const name = FULL_NAME.exec(leaf.text);
    if (!name) return;
    const turned = `${name[2]} ${name[1]}`;
    const flat = flatten(turned, LINK);
    this.#addValue(source, leaf.record, turned, flat, 0, flat.length, start);
  }

  #addValue(source: Source, record: number, text: string, flat: Flat, from: number, to: number, start: number, isSecret = false): void {
    const length = to - from;
    if (length < MIN_VALUE_CHARS || length > MAX_VALUE_CHARS || text.length > MAX_VALUE_CHARS * 2) return;
    const isNamed = isAddress(text);
    if (!isNamed && countWords(text) > MAX_VALUE_WORDS) return;
    if (isNamed) {
      source.addressed ??= new Set();
      source.addressed.add(record);
      if (source.rank >= 2 && source.step === 1 && BARE_ADDRESS.test(text)) this.#addAddress(source, flat, from, to, start);
    }
    const value = this.#hasher.value(flat, from, to);
    const known = this.values.get(value);
    if (!known) {
      if (this.values.size < MAX_VALUES) this.values.set(value, [{ source, position: start + from, seen: false, isSecret }]);
      return;
    }
    if (known.length >= MAX_OCCURRENCES) return;
    // What everybody may know, or the agent said itself, is no secret because it is read again; a secret always is one.
    if (source.rank === 3 && known[0]?.source.rank === 0) known.unshift({ source, position: start + from, seen: false, isSecret });
    else known.push({ source, position: start + from, seen: false, isSecret });
  }

  #addAddress(source: Source, flat: Flat, from: number, to: number, start: number): void {
    const last = source.addresses.at(-1);
    if (source.addresses.length >= MAX_ADDRESSES || (last !== undefined && start + from < last.to)) return;
    const address: Address = { from: start + from, to: start + to, left: to - from, out: new Uint8Array(to - from) };
    source.addresses = source.addresses.length === 0 ? [address] : [...source.addresses, address];
    const count = this.#hasher.grams(flat, from, Math.min(to - GRAM + 1, from + SLICE), ONE, TWO);
    for (let i = 0; i < count; i++) {
      const place = this.grams.find(ONE[i] as number, TWO[i] as number);
      const other = place < 0 ? undefined : this.source(this.grams.sourceAt(place));
      if (other) addTwin(other, this.grams.positionAt(place), { address, at: i });
    }
  }

  #addLink(source: Source, link: string): void {
    if (source.rank === 3 || !isPlainLink(link) || this.links.size >= MAX_VALUES) return;
    const flat = flatten(link, LINK);
    this.links.set(this.#hasher.value(flat, 0, flat.length), source);
  }

  #bound(current?: Source): void {
    if (this.grams.size <= MAX_GRAMS && this.values.size < MAX_VALUES && this.links.size < MAX_VALUES) return;
    this.#dropOldest(Math.max(1, this.#sources.size >> 2), current);
    // One reading alone fits: the longer it is, the fewer of its grams are kept.
    while (this.grams.size > MAX_GRAMS && this.#sources.size > 1) this.#dropOldest(Math.max(1, this.#sources.size >> 1), current);
  }

  #dropOldest(count: number, except?: Source): void {
    const doomed = new Set<Source>();
    for (const wanted of [true, false])
      for (const source of this.#sources.values())
        if (doomed.size < count && source !== except && (source.rank === 0) === wanted) doomed.add(source);
    this.#drop((source) => doomed.has(source));
  }

  #drop(doomed: (source: Source) => boolean): void {
    for (const source of this.#sources.values()) {
      if (!doomed(source)) continue;
      source.isGone = true;
      this.#sources.delete(source.index);
    }
    this.#oldestMs = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#sources.values()) this.#oldestMs = Math.min(this.#oldestMs, atMs);
    this.grams.keep((index) => this.#sources.has(index));
    for (const [value, occurrences] of this.values) {
      if (!occurrences.some(({ source }) => source.isGone)) continue;
      const left = occurrences.filter(({ source }) => !source.isGone);
      if (left.length === 0) this.values.delete(value);
      else this.values.set(value, left);
    }
    for (const [link, source] of this.links) if (source.isGone) this.links.delete(link);
  }
}

/** Addresses one place is followed for. */
const MAX_TWINS = 8;

function addTwin(source: Source, position: number, twin: { address: Address; at: number }): void {
  source.twins ??= new Map();
  const known = source.twins.get(position);
  if (!known) source.twins.set(position, [twin]);
  else if (known.length < MAX_TWINS) known.push(twin);
}

const LEAF = flatRoom();
const LINK = flatRoom();
const ONE = new Uint32Array(SLICE);
const TWO = new Uint32Array(SLICE);
const NONE: readonly Opaque[] = Object.freeze([]);
const NO_ADDRESSES: readonly Address[] = Object.freeze([]);
/** Addresses of one reading that are followed letter by letter. */
const MAX_ADDRESSES = 256;
const BARE_ADDRESS = /^[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;

const OPAQUE_BITS = 18;
/** Of words and figures in one piece. */
const OPAQUE_MIXED_BITS = 28;

function isOpaque(token: string): boolean {
  const { bits, hard } = weigh(token);
  return hard >= OPAQUE_BITS || (hard >= 6 && bits >= OPAQUE_MIXED_BITS);
}

/** Numbers of cards and accounts, written in groups. */
const GROUPED = /(?:\b[A-Z]{2}\d{2}[ -])?\b(?:\d{2,6}[ -]){2,8}\d{1,6}\b/g;
const MIN_GROUPED = 12;

function groupedNumbers(text: string, flat: Flat): { from: number; to: number }[] {
  if (!/\d[ -]\d/.test(text)) return [];
  const found: { from: number; to: number }[] = [];
  for (const match of text.matchAll(GROUPED)) {
    // Without a space it is one piece anyway.
    if (found.length >= MAX_VALUES || !match[0].includes(' ')) continue;
    const from = indexAt(flat, match.index);
    const to = indexAt(flat, match.index + match[0].length);
    if (to - from >= MIN_GROUPED) found.push({ from, to });
  }
  return found;
}

/** Cells, addresses, and what stands behind a label. */
const PIECE = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|\+?\d[\d ().-]{5,22}\d|[^\n\r\t,;|:={}[\]"<>]{4,120}/g;

interface Span {
  index: number;
  end: number;
}

const NO_PLACES: readonly Span[] = Object.freeze([]);
const LOCAL_PART = /[\w.+-]/;
const LOCAL_CHARS = 64;
const HOST = /[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/y;

/** E-mail addresses of a text, in order; each sign looks at so many letters around it. */
export function addressesIn(text: string): readonly Span[] {
  const found: Span[] = [];
  for (let at = text.indexOf('@'); at >= 0 && found.length < MAX_VALUES; at = text.indexOf('@', at + 1)) {
    let index = at;
    while (index > 0 && at - index < LOCAL_CHARS && LOCAL_PART.test(text[index - 1] as string)) index--;
    HOST.lastIndex = at + 1;
    const host = index < at ? HOST.exec(text)?.[0] : undefined;
    if (host !== undefined) found.push({ index, end: at + 1 + host.length });
  }
  return found;
}

/** A page, not a message in the disguise of one. */
export function isPlainLink(link: string): boolean {
  const query = link.indexOf('?');
  return link.length <= 500 && (query < 0 || link.length - query <= 64);
}

/** Number of letters and digits before an offset of the text. */
export function indexAt({ at, length }: Flat, offset: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
