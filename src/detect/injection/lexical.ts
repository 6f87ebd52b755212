// What single words and pairs of neighbouring words weigh, beside the concepts: a slot of a table by hash, no list of words. A word that was never trained
// on weighs nothing, but for the few that share a slot with one that was.
import { inflateRawSync } from 'node:zlib';
import type { Reading } from './reading-state.ts';

/** Slots of the table, a power of two. */
export const LEXICAL_SLOTS = 1 << 16;
const MASK = LEXICAL_SLOTS - 1;

/** Calls `visit` with the slot of each word of a sentence, and with that of each word and the one before it. */
export function eachSlot({ hashes, wordsFrom }: Reading, sentence: number, visit: (slot: number) => void): void {
  const from = wordsFrom[sentence] as number;
  const to = wordsFrom[sentence + 1] as number;
  for (let at = from; at < to; at++) {
    visit(slotOf(hashes[at] as number));
    if (at > from) visit(pairSlotOf(hashes[at - 1] as number, hashes[at] as number));
  }
}

/** What the words of a sentence weigh together. */
export function weighWords({ hashes, wordsFrom }: Reading, sentence: number, table: Int8Array): number {
  const to = wordsFrom[sentence + 1] as number;
  let at = wordsFrom[sentence] as number;
  if (at >= to) return 0;
  let before = hashes[at] as number;
  let sum = table[slotOf(before)] as number;
  for (at++; at < to; at++) {
    const hash = hashes[at] as number;
    sum += (table[slotOf(hash)] as number) + (table[pairSlotOf(before, hash)] as number);
    before = hash;
  }
  return sum;
}

export function unpackTable(text: string): Int8Array {
  const bytes = inflateRawSync(Buffer.from(text, 'base64'));
  if (bytes.length !== LEXICAL_SLOTS)
    throw new Error(`weight.ts has ${bytes.length} weights for ${LEXICAL_SLOTS} words: run scripts/train-injection.ts`);
  return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & MASK;
}

function pairSlotOf(before: number, hash: number): number {
  const mixed = Math.imul(before ^ (before >>> 15), 0x2c1b3c6d) ^ hash;
  return (mixed ^ (mixed >>> 16)) & MASK;
}
