// The Merkle tree over a log (RFC 9162 §2.1): leaf n is the 32-byte hash of entry n + 1. Root, inclusion and consistency proofs, and their checks.
// Pure. Never needs the whole log: a tree is kept as the roots of its full blocks and the leaves after the last one.
import { sha256Bytes } from '../lib/digest.ts';

/** Leaves of a block: what is kept of a log is one hash for each full one. A power of two, so that every block is a node of the tree. */
export const BLOCK_LEAVES = 256;

export const HASH_BYTES = 32;

/** Longest proof that is looked at: a tree of 2^53 leaves needs no more. */
export const MAX_PROOF_HASHES = 64;

/** Root of the tree without leaves. */
export const EMPTY_ROOT: Uint8Array = sha256Bytes('');

const leafInput = Buffer.alloc(1 + HASH_BYTES);

/** `entryHash`: 64 hexadecimal characters. */
export function leafHash(entryHash: string): Buffer {
  leafInput.write(entryHash, 1, 'hex');
  return sha256Bytes(leafInput);
}

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256Bytes(nodeInput);
}

/** A growing tree as the roots of its perfect subtrees, at most 53 of them: one leaf costs two hashes on average. */
export class CompactTree {
  readonly #roots: { hash: Uint8Array; leaves: number }[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The tree of `size` leaves that has these roots of perfect subtrees, from the left; undefined when their number is another one. */
  static from(size: number, roots: readonly Uint8Array[]): CompactTree | undefined {
    const tree = new CompactTree();
    let left = size;
    for (const root of roots) {
      if (left < 1) return undefined;
      const leaves = largestPower(left);
      tree.push(root, leaves);
      left -= leaves;
    }
    return left === 0 ? tree : undefined;
  }

  /** Of perfect subtrees, from the left: all there is to know of the leaves so far. */
  roots(): Uint8Array[] {
    return this.#roots.map(({ hash }) => hash);
  }

  /** `leaves`: a power of two that divides the size; the hash is that of a perfect subtree. */
  push(hash: Uint8Array, leaves = 1): void {
    let top = { hash, leaves };
    for (let last = this.#roots.at(-1); last && last.leaves === top.leaves; last = this.#roots.at(-1)) {
      this.#roots.pop();
      top = { hash: nodeHash(last.hash, top.hash), leaves: 2 * top.leaves };
    }
    this.#roots.push(top);
    this.#size += leaves;
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined;
    for (let at = this.#roots.length - 1; at >= 0; at--) {
      const { hash } = this.#roots[at] as { hash: Uint8Array };
      root = root ? nodeHash(hash, root) : hash;
    }
    return root ?? EMPTY_ROOT;
  }
}

/** Where the parts of a tree come from. Both count leaves from 0. */
export interface TreeSource {
  /** Leaf hash; asked for only inside the blocks named to `neededLeaves`, and after the last full block. */
  leaf(index: number): Uint8Array;
  /** Root of the full block `index`. */
  block(index: number): Uint8Array;
}

/** Ranges of leaves [from, to) that a source needs for proofs about these leaves in a tree of this size. */
export function neededLeaves(size: number, indexes: readonly number[]): [number, number][] {
  const starts = new Set([...indexes, size].map((index) => index - (index % BLOCK_LEAVES)));
  const ranges = [...starts].sort((a, b) => a - b).map((from): [number, number] => [from, Math.min(size, from + BLOCK_LEAVES)]);
  return ranges.filter(([from, to]) => from < to);
}

/** PATH of RFC 9162 §2.1.3.1 for the leaf at `index` (from 0) in a tree of `size` leaves. */
export function inclusionProof(source: TreeSource, index: number, size: number): Uint8Array[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const path: Uint8Array[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + split(to - from);
    if (index < middle) {
      path.push(rangeRoot(source, middle, to));
      to = middle;
    } else {
      path.push(rangeRoot(source, from, middle));
      from = middle;
    }
  }
  return path.reverse();
}

/** PROOF of RFC 9162 §2.1.4.1: that the tree of `oldSize` leaves is the beginning of the tree of `size` leaves. */
export function consistencyProof(source: TreeSource, oldSize: number, size: number): Uint8Array[] {
  if (!(oldSize > 0 && oldSize <= size)) throw new RangeError(`no tree of ${oldSize} leaves in one of ${size}`);
  const proof: Uint8Array[] = [];
  let [from, to] = [0, size];
  while (oldSize < to) {
    const middle = from + split(to - from);
    if (oldSize <= middle) {
      proof.push(rangeRoot(source, middle, to));
      to = middle;
    } else {
      proof.push(rangeRoot(source, from, middle));
      from = middle;
    }
  }
  if (from > 0) proof.push(rangeRoot(source, from, to));
  return proof.reverse();
}

/** MTH of the leaves [from, to), which are a node of the tree. */
export function rangeRoot(source: TreeSource, from: number, to: number): Uint8Array {
  if (to - from === 1) return source.leaf(from);
  if (to - from === BLOCK_LEAVES && from % BLOCK_LEAVES === 0) return source.block(from / BLOCK_LEAVES);
  const middle = from + split(to - from);
  return nodeHash(rangeRoot(source, from, middle), rangeRoot(source, middle, to));
}

/** Largest power of two that is not larger than `count` (≥ 1). */
function largestPower(count: number): number {
  let power = 1;
  while (power * 2 <= count) power *= 2;
  return power;
}

/** Largest power of two smaller than `count` (> 1). */
function split(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

/** RFC 9162 §2.1.3.2. `index` from 0. */
export function inclusionHolds(leaf: Uint8Array, index: number, size: number, path: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!(index >= 0 && index < size) || path.length > MAX_PROOF_HASHES) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const other of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(other, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else hash = nodeHash(hash, other);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(hash, root);
}

/** RFC 9162 §2.1.4.2. */
export function consistencyHolds(
  older: { size: number; root: Uint8Array },
  newer: { size: number; root: Uint8Array },
  proof: readonly Uint8Array[],
): boolean {
  if (!(older.size > 0 && older.size <= newer.size) || proof.length > MAX_PROOF_HASHES) return false;
  if (older.size === newer.size) return proof.length === 0 && same(older.root, newer.root);
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof];
  let [node, last] = [older.size - 1, newer.size - 1];
  while (node % 2 === 1) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  const first = path[0];
  if (!first) return false;
  let [oldRoot, root] = [first, first];
  for (const other of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(other, oldRoot);
      root = nodeHash(other, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
    } else root = nodeHash(root, other);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 && same(oldRoot, older.root) && same(root, newer.root);
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count));
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
