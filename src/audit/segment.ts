// A segment: a range of a log in a file of its own, with what joins it to a signed checkpoint of the whole. Checked from the file alone.
// Never takes a range for the log: what stands before and after it, only the neighbouring segments show.
import { canonicalJson } from '../lib/canonical-json.ts';
import { isObject } from '../lib/json.ts';
import { originOf, parseCheckpoint, parseVerifierKey, type SignedCheckpoint, signedBy } from './checkpoint.ts';
import { CompactTree, consistencyHolds, HASH_BYTES, leafHash, MAX_PROOF_HASHES } from './merkle.ts';

export const SEGMENT_FORMAT = 'sallyport-segment';

/** The first line of the file, as canonical text (RFC 8785); the entries follow as in an export. */
export interface SegmentHead {
  format: typeof SEGMENT_FORMAT;
  version: 1;
  org: string;
  /** Numbers of the first and last entry. */
  from: number;
  to: number;
  /** Roots of the perfect subtrees of the entries before, from the left, hexadecimal. */
  roots: string[];
  /** Signed note of at least `to` entries. */
  checkpoint: string;
  /** That the tree of `to` entries is the beginning of that of the checkpoint (RFC 9162 §2.1.4), hexadecimal. */
  consistency: string[];
  /** Verifier keys of the log, for convenience. */
  keys: string[];
}

/** What a head line begins with: members stand in their order. */
export const SEGMENT_START = '{"checkpoint":"';

export function segmentHeadLine(head: SegmentHead): string {
  return canonicalJson(head);
}

/** undefined for anything but the one text of a head. */
export function parseSegmentHead(line: string): SegmentHead | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
    if (canonicalJson(value) !== line) return undefined;
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.format !== SEGMENT_FORMAT || value.version !== 1) return undefined;
  const { org, from, to, roots, checkpoint, consistency, keys } = value;
  const isRight =
    typeof org === 'string' &&
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to) &&
    Number(from) >= 1 &&
    Number(to) >= Number(from) &&
    typeof checkpoint === 'string' &&
    isHashes(roots) &&
    isHashes(consistency) &&
    Array.isArray(keys) &&
    keys.every((key) => typeof key === 'string');
  return isRight ? (value as unknown as SegmentHead) : undefined;
}

function isHashes(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_PROOF_HASHES &&
    value.every((hash) => typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash))
  );
}

export interface SegmentVerdict {
  state: 'sound' | 'broken' | 'cannot_tell';
  from: number;
  to: number;
  /** Entries that the checkpoint covers. */
  size: number | undefined;
  signedBy: string | undefined;
  reason?: string;
}

/** Follows the entries of one segment. Chain and contents are the verifier's affair (verify.ts); here they are joined to the checkpoint. */
export class SegmentCheck {
  readonly head: SegmentHead;
  readonly #tree: CompactTree | undefined;
  readonly #checkpoint: SignedCheckpoint | undefined;
  readonly #keys: readonly string[];
  #next: number;
  #wrong: string | undefined;

  /** `keys`: verifier keys that are trusted. Without one it cannot be told whose checkpoint it is. */
  constructor(head: SegmentHead, keys: readonly string[]) {
    this.head = head;
    this.#keys = keys;
    this.#next = head.from;
    this.#checkpoint = parseCheckpoint(head.checkpoint);
    this.#tree = CompactTree.from(head.from - 1, head.roots.map(bytesOf));
    if (!this.#tree) this.#wrong = `its roots are not those of ${head.from - 1} entries`;
    else if (!this.#checkpoint?.origin.startsWith(`sallyport/${head.org}/`)) this.#wrong = 'its checkpoint is none of this organization';
  }

  /** An entry that keeps the rules of the chain. */
  take(org: string, seq: number, hash: string): void {
    if (this.#wrong !== undefined) return;
    if (org !== this.head.org) this.#wrong = `entry ${seq} belongs to ${org}`;
    else if (seq !== this.#next || seq > this.head.to) this.#wrong = `entry ${seq} stands where entry ${this.#next} should`;
    else if (seq === 1 && this.#checkpoint?.origin !== originOf(org, hash)) this.#wrong = 'its checkpoint is of another log';
    this.#tree?.push(leafHash(hash));
    this.#next++;
  }

  verdict(): SegmentVerdict {
    const { from, to, consistency, keys } = this.head;
    const checkpoint = this.#checkpoint;
    const facts = { from, to, size: checkpoint?.size, signedBy: undefined };
    const reason = this.#wrong ?? this.#unjoined(consistency);
    if (reason !== undefined || !checkpoint) return { state: 'broken', ...facts, reason: reason ?? '' };
    const trusted = this.#keys.length > 0 ? this.#keys : keys;
    const signer = signedBy(
      checkpoint,
      trusted.map(parseVerifierKey).filter((key) => key !== undefined),
    );
    if (!signer) return { state: 'broken', ...facts, reason: 'the checkpoint has no good signature by a key that is trusted' };
    if (this.#keys.length > 0) return { state: 'sound', ...facts, signedBy: signer.text };
    const untold = `everything fits together, but whose key this is cannot be told: give --key ${signer.text}`;
    return { state: 'cannot_tell', ...facts, signedBy: signer.text, reason: untold };
  }

  #unjoined(consistency: readonly string[]): string | undefined {
    const { to } = this.head;
    if (this.#next !== to + 1) return `it ends at entry ${this.#next - 1}, not at entry ${to}`;
    if (!this.#tree || !this.#checkpoint) return 'it has no checkpoint';
    const older = { size: to, root: this.#tree.root() };
    return consistencyHolds(older, this.#checkpoint, consistency.map(bytesOf)) ? undefined : 'it is not in the tree of its checkpoint';
  }
}

function bytesOf(hash: string): Buffer {
  const bytes = Buffer.from(hash, 'hex');
  return bytes.length === HASH_BYTES ? bytes : Buffer.alloc(HASH_BYTES);
}
