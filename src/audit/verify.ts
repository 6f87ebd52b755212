// Verifies an exported log from its text alone: chain, canonical form, and the rules that decisions, outcomes and revisions must keep.
// Stands alone: imports only audit/ and lib/, and never needs a gateway, a key or a database.
import { entryLine, GENESIS } from './chain.ts';
import { type ErasureFacts, ErasureTally } from './erasure-tally.ts';
import { CallLedger } from './ledger.ts';
import { MAX_LINE_UNITS, type ParsedLine, parseLine, UNREADABLE } from './line.ts';
import type { Head, StoredEntry } from './port.ts';
import { type PropertyResult, resultsOf } from './property.ts';
import type { Breach, Rule } from './rules.ts';
import { LineScanner } from './scan-line.ts';
import { type CheckpointFacts, TreeCheck, type TreeExpectation } from './tree-check.ts';

export { MAX_LINE_UNITS } from './line.ts';

export interface VerifyOptions {
  /** Organization the log must belong to; default: that of the first entry. */
  org?: string | undefined;
  /** A head known from elsewhere that the log must contain (a receipt, an earlier verification). */
  expectedHead?: { seq: number; hash: string } | undefined;
  /** Where the log goes on from, known from elsewhere: what is before it is archived. The verdict is then `cannot_tell` at best. */
  start?: Head | undefined;
  /** Accept a log that starts later than its first entry; the verdict is then `cannot_tell` at best. */
  allowPartial?: boolean | undefined;
  /** Checkpoints that the tree of the log must agree with, and the keys that must have signed them. */
  tree?: TreeExpectation | undefined;
}

export interface FirstBad {
  /** Sequence number the entry has or should have had. */
  seq: number;
  /** Line in the text, from 1. */
  line: number;
  rule: Rule;
  expected: string;
  found: string;
}

export interface Verdict {
  /** `cannot_tell`: nothing wrong was found, but the text is empty, partial, or could not be read to its end. */
  state: 'sound' | 'broken' | 'cannot_tell';
  /** Entries that passed every rule. */
  entries: number;
  org: string | undefined;
  /** Last entry that passed. */
  head: Head | undefined;
  /** Allowed calls without an outcome at the end of the log: in flight when it was written. */
  openCalls: number;
  /** Allowed calls that a gap entry declares lost. */
  lostCalls: number;
  /** Decisions that were void because the revision had moved on. */
  voidDecisions: number;
  /** Calls that ran under a grant, each bound to the approvals that it took. */
  approvedCalls: number;
  /** Each property with its result. */
  properties: PropertyResult[];
  /** Of the checkpoints that were given. */
  checkpoints?: CheckpointFacts;
  /** Values that the log says were erased; absent when none was. */
  erased?: ErasureFacts;
  firstBad?: FirstBad;
  /** Why it cannot be told. */
  reason?: string;
}

/** Verifies lines (without their newline). Reads one line at a time and stops at the first bad one. Rejects only when `lines` does. */
export async function verifyLog(lines: AsyncIterable<string> | Iterable<string>, options: VerifyOptions = {}): Promise<Verdict> {
  const run = new LogVerifier(options);
  for await (const line of lines) {
    if (!run.take(line)) break;
  }
  return run.verdict();
}

/** The same over raw bytes (a file stream). Bytes that are not UTF-8 are a broken line. */
export async function verifyBytes(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options: VerifyOptions = {}): Promise<Verdict> {
  const run = new LogVerifier(options);
  await feedBytes(chunks, run);
  return run.verdict();
}

/** Hands the lines of a byte stream to a verifier, without making a text of each. Stops where the verifier does. */
export async function feedBytes(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  verifier: LogVerifier,
  progress?: (bytes: number) => void,
): Promise<void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    let end = bytes.indexOf(LF);
    if (end >= 0 && restBytes > 0) {
      // Of a line in two chunks only that line is copied.
      const line = Buffer.concat([...rest, bytes.subarray(0, end)]);
      [rest, restBytes] = [[], 0];
      if (!verifier.takeBytes(line, 0, line.length)) return;
      start = end + 1;
      end = bytes.indexOf(LF, start);
    }
    for (; end >= 0; end = bytes.indexOf(LF, start)) {
      if (!verifier.takeBytes(bytes, start, end)) return;
      start = end + 1;
    }
    if (start < bytes.length) rest.push(bytes.subarray(start));
    restBytes += bytes.length - start;
    if (restBytes > MAX_LINE_UNITS) {
      verifier.take(UNREADABLE);
      return;
    }
    progress?.(chunk.length);
  }
  if (restBytes > 0) verifier.takeBytes(Buffer.concat(rest), 0, restBytes);
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return UNREADABLE;
  }
}

/** Lines of a stored log as an export has them, without the newline. Never reads the whole log into memory. */
export async function* exportLines(entries: AsyncIterable<StoredEntry>): AsyncGenerator<string, void, undefined> {
  for await (const entry of entries) yield entryLine(entry);
}

/** Lines of a byte stream: split at LF only, UTF-8 decoded strictly, bounded. A last line without LF counts. */
export async function* splitLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  const line = (): string => {
    const [only, ...more] = rest;
    const bytes = only && more.length === 0 ? only : Buffer.concat(rest);
    rest = [];
    restBytes = 0;
    return textOf(bytes);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      rest.push(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
    }
    if (restBytes > MAX_LINE_UNITS) {
      yield UNREADABLE;
      return;
    }
  }
  if (restBytes > 0) yield line();
}

const LF = 10;

/** The verifier line by line, for who cannot hand over a whole stream. */
export class LogVerifier {
  readonly #options: VerifyOptions;
  readonly #ledger = new CallLedger();
  readonly #scanner = new LineScanner();
  #line = 0;
  #entries = 0;
  #org: string | undefined;
  #head: Head = GENESIS;
  #partial = false;
  #headSeen: boolean;
  #firstBad: FirstBad | undefined;
  readonly #tree: TreeCheck | undefined;
  readonly #erasures = new ErasureTally();

  constructor(options: VerifyOptions = {}) {
    this.#options = options;
    this.#org = options.org;
    this.#tree = options.tree && new TreeCheck(options.tree);
    this.#headSeen = options.expectedHead === undefined || options.expectedHead.seq === 0;
    if (options.start) {
      this.#partial = true;
      this.#head = options.start;
      this.#ledger.startLate(options.start.seq + 1);
    }
  }

  /** Entries that passed so far. */
  get entries(): number {
    return this.#entries;
  }

  /** The same for a line of bytes, [from, to) without its line end. */
  takeBytes(bytes: Buffer, from: number, to: number): boolean {
    const isFollowing = this.#entries > 0 && this.#org !== undefined;
    const scanned = isFollowing ? this.#scanner.scan(bytes, from, to, this.#org ?? '', this.#head) : undefined;
    if (scanned) {
      this.#line++;
      return this.#taken(this.#check(scanned));
    }
    return this.take(textOf(bytes.subarray(from, to)));
  }

  /** False when there is no point in reading on. */
  take(text: string): boolean {
    this.#line++;
    const parsed = parseLine(text);
    return this.#taken('rule' in parsed ? parsed : this.#check(parsed));
  }

  #taken(breach: Breach | undefined): boolean {
    if (!breach) return true;
    this.#firstBad = { seq: this.#head.seq + 1, line: this.#line, ...breach };
    return false;
  }

  verdict(): Verdict {
    const verdict = this.#verdict();
    const { tree } = this.#options;
    const looked = { isEmpty: this.#entries === 0, isPartial: this.#partial, hasCheckpoints: tree !== undefined };
    const hasAnchors = tree?.anchors !== undefined;
    return { ...verdict, properties: resultsOf({ ...looked, hasAnchors, broken: verdict.firstBad?.rule }) };
  }

  #verdict(): Omit<Verdict, 'properties'> {
    const { open, lost, voids, approved } = this.#ledger.counts();
    const erased = this.#erasures.facts();
    const facts = {
      entries: this.#entries,
      org: this.#org,
      head: this.#entries > 0 ? this.#head : undefined,
      openCalls: open,
      lostCalls: lost,
      voidDecisions: voids,
      approvedCalls: approved,
      ...(erased ? { erased } : {}),
    };
    if (this.#firstBad) return { state: 'broken', ...facts, firstBad: this.#firstBad };
    if (!this.#headSeen) return { state: 'broken', ...facts, firstBad: this.#missingHead() };
    const missing = this.#entries > 0 && !this.#partial ? this.#tree?.end() : undefined;
    if (missing) return { state: 'broken', ...facts, firstBad: { seq: this.#head.seq + 1, line: this.#line + 1, ...missing } };
    if (this.#entries === 0) return { state: 'cannot_tell', ...facts, reason: 'there is no entry to verify' };
    if (this.#partial)
      return { state: 'cannot_tell', ...facts, reason: 'the log does not start with its first entry; what is there holds together' };
    return this.#tree ? { state: 'sound', ...facts, checkpoints: this.#tree.facts() } : { state: 'sound', ...facts };
  }

  #check(entry: ParsedLine): Breach | undefined {
    const { header, hash } = entry;
    if (this.#org === undefined) this.#org = header.org;
    if (header.org !== this.#org) return { rule: 'organization', expected: this.#org, found: header.org };
    if (this.#entries === 0 && this.#options.allowPartial && header.seq > 1) {
      this.#partial = true;
      this.#ledger.startLate(header.seq);
      this.#head = { seq: header.seq - 1, hash: header.prev, revision: header.revision - (entry.content.type === 'object' ? 1 : 0) };
    }
    const next = this.#head.seq + 1;
    if (header.seq !== next) return { rule: 'sequence', expected: String(next), found: String(header.seq) };
    if (header.prev !== this.#head.hash) return { rule: 'prev', expected: this.#head.hash, found: header.prev };
    const breach =
      this.#checkRevision(entry) ??
      this.#checkExpectedHead(entry) ??
      this.#ledger.take(header.seq, header.revision, entry.content) ??
      (this.#partial ? undefined : this.#tree?.take(header.org, header.seq, hash, entry.content));
    if (breach) return breach;
    this.#head = { seq: header.seq, hash, revision: header.revision };
    if (entry.content.type === 'system') this.#erasures.take(header.seq, entry.content);
    this.#entries++;
    return undefined;
  }

  /** INVARIANT: only an object entry raises the control revision, and always by one (verify.test.ts). */
  #checkRevision({ header, content }: ParsedLine): Breach | undefined {
    const before = this.#head.revision;
    if (header.revision < before) return { rule: 'revision-decreased', expected: `at least ${before}`, found: String(header.revision) };
    if (content.type === 'object') {
      if (header.revision === before + 1) return undefined;
      return { rule: 'object-revision', expected: String(before + 1), found: String(header.revision) };
    }
    if (header.revision === before) return undefined;
    return { rule: 'revision-source', expected: `${before}, because only an object entry raises it`, found: String(header.revision) };
  }

  #checkExpectedHead({ header, hash }: ParsedLine): Breach | undefined {
    const expected = this.#options.expectedHead;
    if (expected?.seq !== header.seq) return undefined;
    this.#headSeen = true;
    return expected.hash === hash ? undefined : { rule: 'expected-head', expected: expected.hash, found: hash };
  }

  #missingHead(): FirstBad {
    const expected = this.#options.expectedHead;
    return {
      seq: expected?.seq ?? 0,
      line: this.#line + 1,
      rule: 'expected-head',
      expected: `entry ${expected?.seq} with hash ${expected?.hash}`,
      found: 'the end of the log',
    };
  }
}
