// The tree against a naive one written from the definitions of RFC 9162, and proofs that must not hold.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_LEAVES,
  CompactTree,
  consistencyHolds,
  consistencyProof,
  EMPTY_ROOT,
  inclusionHolds,
  inclusionProof,
  leafHash,
  MAX_PROOF_HASHES,
  neededLeaves,
  type TreeSource,
} from './merkle.ts';

const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const entryHash = (n: number): string => createHash('sha256').update(`entry ${n}`).digest('hex');
const leaf = (n: number): Buffer => sha(Buffer.from([0]), Buffer.from(entryHash(n), 'hex'));
const memo = new Map<string, Buffer>();

/** MTH of RFC 9162 §2.1.1 over the leaves [from, to), word for word. */
function naive(from: number, to: number): Buffer {
  if (to === from) return sha();
  if (to - from === 1) return leaf(from);
  const key = `${from} ${to}`;
  const known = memo.get(key);
  if (known) return known;
  let k = 1;
  while (k * 2 < to - from) k *= 2;
  const root = sha(Buffer.from([1]), naive(from, from + k), naive(from + k, to));
  memo.set(key, root);
  return root;
}

/** Gives only what `neededLeaves` asks for. */
function sourceOf(size: number, ...indexes: number[]): TreeSource {
  const ranges = neededLeaves(size, indexes);
  return {
    leaf(index) {
      if (!ranges.some(([from, to]) => index >= from && index < to)) throw new Error(`leaf ${index} was not announced`);
      return leaf(index);
    },
    block(index) {
      if ((index + 1) * BLOCK_LEAVES > size) throw new Error(`block ${index} is not full`);
      return naive(index * BLOCK_LEAVES, (index + 1) * BLOCK_LEAVES);
    },
  };
}

const sizes = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 }), fc.constantFrom(255, 256, 257, 512, 1024, 2048));

describe('the tree', () => {
  it('has the root that RFC 9162 defines, whatever its size', () => {
    const tree = new CompactTree();
    expect(Buffer.compare(tree.root(), EMPTY_ROOT)).toBe(0);
    for (let size = 1; size <= 300; size++) {
      tree.push(leafHash(entryHash(size - 1)));
      expect(Buffer.from(tree.root()).toString('hex')).toBe(naive(0, size).toString('hex'));
    }
    const blocks = new CompactTree();
    for (let block = 0; block < 5; block++) blocks.push(naive(block * BLOCK_LEAVES, (block + 1) * BLOCK_LEAVES), BLOCK_LEAVES);
    blocks.push(leaf(5 * BLOCK_LEAVES));
    expect(blocks.size).toBe(5 * BLOCK_LEAVES + 1);
    expect(Buffer.from(blocks.root()).toString('hex')).toBe(naive(0, 5 * BLOCK_LEAVES + 1).toString('hex'));
  });

  it('proves that an entry is in it, from blocks and the leaves announced, and nothing else', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, at, wrong) => {
        const index = at % size;
        const root = naive(0, size);
        const path = inclusionProof(sourceOf(size, index), index, size);
        expect(inclusionHolds(leaf(index), index, size, path, root)).toBe(true);
        expect(inclusionHolds(leaf(size + 7), index, size, path, root)).toBe(false);
        if (wrong % size !== index) expect(inclusionHolds(leaf(index), wrong % size, size, path, root)).toBe(false);
        expect(inclusionHolds(leaf(index), index, size, [...path, root], root)).toBe(false);
        if (path.length > 0) {
          expect(inclusionHolds(leaf(index), index, size, path.slice(1), root)).toBe(false);
          expect(inclusionHolds(leaf(index), index, size, path.with(wrong % path.length, leaf(size + 1)), root)).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('proves that an older tree is the beginning of a newer one', () => {
    fc.assert(
      fc.property(sizes, fc.nat(), fc.nat(), (size, at, wrong) => {
        const oldSize = 1 + (at % size);
        const [older, newer] = [
          { size: oldSize, root: naive(0, oldSize) },
          { size, root: naive(0, size) },
        ];
        const proof = consistencyProof(sourceOf(size, oldSize - 1, oldSize % size), oldSize, size);
        expect(consistencyHolds(older, newer, proof)).toBe(true);
        expect(consistencyHolds({ ...older, root: leaf(size + 1) }, newer, proof)).toBe(false);
        expect(consistencyHolds(older, { ...newer, root: leaf(size + 1) }, proof)).toBe(false);
        if (proof.length > 0) expect(consistencyHolds(older, newer, proof.with(wrong % proof.length, leaf(size + 1)))).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a proof that is longer than any can be', () => {
    const path = Array.from({ length: MAX_PROOF_HASHES + 1 }, () => leaf(1));
    expect(inclusionHolds(leaf(0), 0, Number.MAX_SAFE_INTEGER, path, leaf(1))).toBe(false);
    expect(consistencyHolds({ size: 3, root: leaf(1) }, { size: Number.MAX_SAFE_INTEGER, root: leaf(1) }, path)).toBe(false);
    expect(() => inclusionProof(sourceOf(3, 0), 3, 3)).toThrow(RangeError);
    expect(() => consistencyProof(sourceOf(3, 0), 0, 3)).toThrow(RangeError);
  });
});
