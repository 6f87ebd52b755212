// Makes checkpoints of the logs and proofs from them, beside the path of calls: follows the log, signs the head of its tree, keeps what a restart needs.
// Never signs a tree that does not go on from the last checkpoint, and never lets a seed leave but sealed.
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { Random } from '../lib/id.ts';
import { NoteSigner, originOf, parseCheckpoint, parseVerifierKey, SEED_BYTES, signCheckpoint, withSignatures } from './checkpoint.ts';
import type { AuditLog } from './log.ts';
import {
  BLOCK_LEAVES,
  CompactTree,
  consistencyProof,
  HASH_BYTES,
  inclusionProof,
  leafHash,
  neededLeaves,
  type TreeSource,
} from './merkle.ts';
import type { CheckpointStore, KeptCheckpoint, KeptSigningKey, LogStore } from './port.ts';
import type { SegmentHead } from './segment.ts';

/** Roots of blocks read or written at a time. */
export const BLOCKS_AT_ONCE = 4096;

/** Entries whose leaves are made in one turn of the event loop: about a millisecond of work. */
const LEAVES_AT_ONCE = 256;
/** Of an entry's hash. */
const HASH_CHARS = 64;

/** Newest checkpoints that signatures are still added to, and tries while others add theirs. */
const RECENT = 100;
const MAX_ATTEMPTS = 16;

export interface CheckpointerOptions {
  log: LogStore;
  audit: Pick<AuditLog, 'record'>;
  store: CheckpointStore;
  clock: Clock;
  random: Random;
  seal(org: string, text: string): string;
  /** undefined for what was not sealed for this organization. */
  open(org: string, sealed: string): string | undefined;
  /** Hash of entry 1 of a log whose beginning is archived. */
  archivedFirstHash?(org: string): Promise<string | undefined>;
  /** Told of each checkpoint this process made, once it is durable. */
  onMade?(org: string, checkpoint: KeptCheckpoint): Promise<void>;
}

interface Followed {
  tree: CompactTree;
  /** The block that is filling. */
  block: CompactTree;
  origin: string;
}

export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #followed = new Map<string, Followed>();
  /** One at a time for each organization. */
  readonly #busy = new Map<string, Promise<unknown>>();

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  /**
   * The newest checkpoint: a new one when there are new entries and the last was made at least `minAgeMs` ago. undefined for an empty log.
   * Throws GatewayError `checkpoint_mismatch` when the log is not what the last checkpoint says.
   */
  make(org: string, minAgeMs = 0): Promise<KeptCheckpoint | undefined> {
    return this.#alone(org, () => this.#make(org, minAgeMs));
  }

  latest(org: string, limit = 1): Promise<KeptCheckpoint[]> {
    return this.#options.store.checkpoints(org, limit);
  }

  /** Adds what others signed to the note of a checkpoint. false when it is gone, or the note would be no note any more. */
  async addSignatures(org: string, size: number, lines: readonly string[]): Promise<boolean> {
    const { store } = this.#options;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const kept = (await store.checkpoints(org, RECENT)).find((one) => one.size === size);
      const note = kept && withSignatures(kept.note, lines);
      if (!kept || note === undefined) return false;
      if (note === kept.note || (await store.replaceNote(org, size, kept.note, note))) return true;
    }
    return false;
  }

  /** Verifier keys, oldest first; the last one signs. Makes the first when there is none. */
  keys(org: string): Promise<string[]> {
    return this.#alone(org, async () => (await this.#keys(org)).map(({ verifierKey }) => verifierKey));
  }

  /** A new key signs from now on. The log says so, and the next checkpoint, made at once, is signed by both. */
  rotate(org: string, author: string): Promise<{ key: string; previous: string }> {
    return this.#alone(org, async () => {
      const known = await this.#keys(org);
      const previous = known.at(-1);
      await this.#addKey(org, author, known);
      const keys = await this.#keys(org);
      await this.#make(org, 0);
      return { key: keys.at(-1)?.verifierKey ?? '', previous: previous?.verifierKey ?? '' };
    });
  }

  /** Proofs that these entries are in the log of a checkpoint of `size` entries; `seqs` count from 1 and are at most `size`. */
  async inclusion(org: string, seqs: readonly number[], size: number): Promise<Uint8Array[][]> {
    const indexes = seqs.map((seq) => seq - 1);
    const source = await this.#source(org, size, indexes);
    return indexes.map((index) => inclusionProof(source, index, size));
  }

  /** Proof that the log of `oldSize` entries is the beginning of that of `size`. */
  async consistency(org: string, oldSize: number, size: number): Promise<Uint8Array[]> {
    return consistencyProof(await this.#source(org, size, [oldSize - 1, oldSize]), oldSize, size);
  }

  /** What joins the entries `from` … `to` to a checkpoint; both bounds fall on full blocks: `from` - 1 and `to` are multiples of BLOCK_LEAVES. */
  async segment(org: string, from: number, to: number): Promise<Pick<SegmentHead, 'roots' | 'checkpoint' | 'consistency' | 'keys'>> {
    const [latest] = await this.#options.store.checkpoints(org, 1);
    const kept = latest && latest.size >= to ? latest : await this.make(org);
    if (!kept || kept.size < to) throw new GatewayError('checkpoint_mismatch', `No checkpoint covers entry ${to} of the log of ${org}.`);
    const before = new CompactTree();
    const blocks = await this.#blocks(org, (from - 1) / BLOCK_LEAVES);
    for (let at = 0; at < blocks.length; at += HASH_BYTES) before.push(blocks.subarray(at, at + HASH_BYTES), BLOCK_LEAVES);
    const consistency = await this.consistency(org, to, kept.size);
    const hex = (hashes: readonly Uint8Array[]) => hashes.map((hash) => Buffer.from(hash).toString('hex'));
    return { roots: hex(before.roots()), checkpoint: kept.note, consistency: hex(consistency), keys: await this.keys(org) };
  }

  /** The roots of the first `count` full blocks are kept when it resolves: without their entries they could not be made again. */
  async keepBlocks(org: string, count: number): Promise<void> {
    await this.#blocks(org, count);
  }

  #alone<T>(org: string, work: () => Promise<T>): Promise<T> {
    const next = (this.#busy.get(org) ?? Promise.resolve()).then(work);
    this.#busy.set(
      org,
      next.catch(() => undefined),
    );
    return next;
  }

  async #make(org: string, minAgeMs: number): Promise<KeptCheckpoint | undefined> {
    const { log, store, clock } = this.#options;
    const [last] = await store.checkpoints(org, 1);
    const nowMs = clock.nowMs();
    if (last && minAgeMs > 0 && last.madeMs > nowMs - minAgeMs) return last;
    const keys = await this.#keys(org);
    const head = await log.head(org);
    if (head.seq === 0 || head.seq === last?.size) return last;
    try {
      const followed = this.#followed.get(org) ?? (await this.#load(org, last));
      await this.#follow(org, followed, head.seq);
      const signers = signingNow(keys, last).map(({ sealed }) => this.#signer(org, sealed));
      const note = signCheckpoint({ origin: followed.origin, size: head.seq, root: followed.tree.root() }, signers);
      const made = { size: head.seq, madeMs: nowMs, note };
      const isKept = await store.saveCheckpoint(org, made, minAgeMs > 0 ? nowMs - minAgeMs : Number.MAX_SAFE_INTEGER);
      if (!isKept) return (await store.checkpoints(org, 1))[0];
      await this.#options.onMade?.(org, made);
      return made;
    } catch (error) {
      // What was followed may be half way: the next time it is read anew.
      this.#followed.delete(org);
      throw error;
    }
  }

  /** The tree as of the last checkpoint, from its blocks and the entries after them; compared with what was signed. */
  async #load(org: string, last: KeptCheckpoint | undefined): Promise<Followed> {
    const { log } = this.#options;
    const size = last?.size ?? 0;
    const tree = new CompactTree();
    const block = new CompactTree();
    const blocks = await this.#blocks(org, Math.floor(size / BLOCK_LEAVES));
    for (let at = 0; at < blocks.length; at += HASH_BYTES) tree.push(blocks.subarray(at, at + HASH_BYTES), BLOCK_LEAVES);
    const firstHash = await this.#options.archivedFirstHash?.(org);
    let origin = firstHash === undefined ? '' : originOf(org, firstHash);
    for await (const first of log.read({ org, fromSeq: 1, toSeq: 1 })) origin = originOf(org, first.hash);
    const followed = { tree, block, origin };
    await this.#follow(org, followed, size);
    const signed = last && parseCheckpoint(last.note);
    // INVARIANT: a log that was changed before its last checkpoint gets no further one (test/contract/checkpointer.test.ts).
    if (last && (signed?.origin !== origin || Buffer.compare(signed.root, tree.root()) !== 0))
      throw new GatewayError(
        'checkpoint_mismatch',
        `The log of ${org} is not the one that the checkpoint of ${size} entries was made of. Export it and run \`sallyport verify\`.`,
      );
    this.#followed.set(org, followed);
    return followed;
  }

  async #follow(org: string, followed: Followed, toSeq: number): Promise<void> {
    const { store } = this.#options;
    const { tree } = followed;
    let full: Uint8Array[] = [];
    const save = async (): Promise<void> => {
      const blocks = Math.floor(tree.size / BLOCK_LEAVES);
      if (full.length > 0) await store.saveTreeBlocks(org, blocks - full.length, Buffer.concat(full));
      full = [];
    };
    if (tree.size >= toSeq) return;
    for await (const leaves of this.#leaves(org, tree.size + 1, toSeq)) {
      for (const leaf of leaves) {
        tree.push(leaf);
        followed.block.push(leaf);
        if (followed.block.size < BLOCK_LEAVES) continue;
        full.push(followed.block.root());
        followed.block = new CompactTree();
      }
      if (full.length >= BLOCKS_AT_ONCE) await save();
    }
    await save();
    if (tree.size !== toSeq) throw new GatewayError('checkpoint_mismatch', `The log of ${org} has no entry ${tree.size + 1}.`);
  }

  async #source(org: string, size: number, indexes: readonly number[]): Promise<TreeSource> {
    const blocks = await this.#blocks(org, Math.floor(size / BLOCK_LEAVES));
    const leaves = new Map<number, Uint8Array>();
    for (const [from, to] of neededLeaves(size, indexes)) {
      let index = from;
      for await (const page of this.#leaves(org, from + 1, to)) for (const leaf of page) leaves.set(index++, leaf);
    }
    return {
      leaf(index) {
        const hash = leaves.get(index);
        if (!hash) throw new GatewayError('checkpoint_mismatch', `The log of ${org} has no entry ${index + 1}.`);
        return hash;
      },
      block: (index) => blocks.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
    };
  }

  /** Roots of the first `count` blocks: those that are kept, the others from the log. */
  async #blocks(org: string, count: number): Promise<Buffer> {
    const { store } = this.#options;
    const parts: Uint8Array[] = [];
    let have = 0;
    while (have < count) {
      const part = await store.treeBlocks(org, have, Math.min(BLOCKS_AT_ONCE, count - have));
      if (part.length === 0) break;
      parts.push(part);
      have += part.length / HASH_BYTES;
    }
    let block = new CompactTree();
    if (have < count) {
      const missing: Uint8Array[] = [];
      for await (const leaves of this.#leaves(org, have * BLOCK_LEAVES + 1, count * BLOCK_LEAVES)) {
        for (const leaf of leaves) {
          block.push(leaf);
          if (block.size < BLOCK_LEAVES) continue;
          missing.push(block.root());
          block = new CompactTree();
        }
      }
      for (let at = 0; at < missing.length; at += BLOCKS_AT_ONCE)
        await store.saveTreeBlocks(org, have + at, Buffer.concat(missing.slice(at, at + BLOCKS_AT_ONCE)));
      parts.push(...missing);
    }
    return Buffer.concat(parts);
  }

  /** Leaves of the entries `fromSeq` … `toSeq`, a few at a time so that calls are served in between; ends at the first that is missing. */
  async *#leaves(org: string, fromSeq: number, toSeq: number): AsyncGenerator<Buffer[], void, undefined> {
    for (let seq = fromSeq; seq <= toSeq; ) {
      const hashes = await this.#options.store.entryHashes(org, seq, Math.min(LEAVES_AT_ONCE, toSeq - seq + 1));
      if (hashes === '') return;
      const leaves: Buffer[] = [];
      for (let at = 0; at < hashes.length; at += HASH_CHARS) leaves.push(leafHash(hashes.slice(at, at + HASH_CHARS)));
      yield leaves;
      seq += leaves.length;
    }
  }

  async #keys(org: string): Promise<KeptSigningKey[]> {
    const { store } = this.#options;
    const known = await store.signingKeys(org);
    if (known.length > 0) return known;
    await this.#addKey(org, 'gateway', known);
    return store.signingKeys(org);
  }

  /** `known`: the keys it comes after. Nothing when another process was faster. INVARIANT: a key is in the log before it signs (test/contract/checkpointer.test.ts). */
  async #addKey(org: string, author: string, known: readonly KeptSigningKey[]): Promise<void> {
    const { store, audit, clock, random } = this.#options;
    const seed = Buffer.from(random.bytes(SEED_BYTES));
    const { verifierKey } = new NoteSigner(`sallyport/${org}`, seed);
    const sealed = this.#options.seal(org, seed.toString('base64'));
    seed.fill(0);
    const previous = known.at(-1)?.verifierKey;
    await audit.record(org, {
      type: 'system',
      fields: { event: 'key-rotation', timeMs: clock.nowMs(), scope: 'checkpoint', key: verifierKey, previous, author },
    });
    await store.addSigningKey(org, known.length, { verifierKey, sealed });
  }

  #signer(org: string, sealed: string): NoteSigner {
    const seed = this.#options.open(org, sealed);
    if (seed === undefined)
      throw new GatewayError(
        'checkpoint_key_unreadable',
        'The key that signs checkpoints cannot be opened. Is the master key the right one?',
      );
    return new NoteSigner(`sallyport/${org}`, Buffer.from(seed, 'base64'));
  }
}

/** The newest key; with it the one before, until a checkpoint carries the newest: whoever trusts one key can follow to the next. */
function signingNow(keys: readonly KeptSigningKey[], last: KeptCheckpoint | undefined): readonly KeptSigningKey[] {
  const newest = keys.at(-1);
  const key = newest && parseVerifierKey(newest.verifierKey);
  const isKnown = last !== undefined && parseCheckpoint(last.note)?.signatures.some(({ keyId }) => keyId === key?.keyId) === true;
  return keys.slice(isKnown ? -1 : -2);
}
