// Checks the tree of a log, entry by entry, against checkpoints known from elsewhere: root, origin, signature, and the hand-over from key to key.
// Never trusts a key because the log names it, unless a checkpoint signed by a trusted key covers the entry that does.
import type { JsonObject } from '../lib/json.ts';
import { AnchorCheck, type AnchorFact, type AnchorTrust } from './anchor-check.ts';
import { originOf, parseCheckpoint, parseVerifierKey, type SignedCheckpoint, signedBy, type VerifierKey } from './checkpoint.ts';
import { CompactTree, leafHash } from './merkle.ts';
import type { Breach } from './rules.ts';

export interface TreeExpectation {
  /** Notes, in any order. */
  notes: readonly string[];
  /** Verifier keys that are trusted. Empty: a first key that the log names is taken, which shows only that log and checkpoints belong together. */
  keys: readonly string[];
  /** Who else must vouch for them. */
  anchors?: AnchorTrust | undefined;
}

export interface CheckpointFacts {
  /** Checkpoints whose root and signature are right. */
  checked: number;
  /** Entries that the greatest of them covers. */
  size: number;
  /** `given`: all signed by a key that was given, or one it handed over to. `log`: by the key that the log itself names. */
  trust: 'given' | 'log';
  /** What others vouch for, of those that were named. */
  anchors?: AnchorFact[];
}

/** Most checkpoints looked at. */
export const MAX_CHECKPOINTS = 1_000_000;

export class TreeCheck {
  readonly #tree = new CompactTree();
  readonly #expected: SignedCheckpoint[];
  readonly #wrongForm: number;
  readonly #keys: VerifierKey[];
  readonly #trust: CheckpointFacts['trust'];
  /** Keys that the log names as successors, not yet covered. */
  #announced: { key: VerifierKey; previous: string | undefined }[] = [];
  readonly #anchors: AnchorCheck | undefined;
  #next = 0;
  #origin = '';

  constructor({ notes, keys, anchors }: TreeExpectation) {
    this.#anchors = anchors && new AnchorCheck(anchors);
    const parsed = notes.slice(0, MAX_CHECKPOINTS).map(parseCheckpoint);
    this.#wrongForm = notes.length > MAX_CHECKPOINTS ? MAX_CHECKPOINTS : parsed.indexOf(undefined);
    this.#expected = parsed.filter((one) => one !== undefined).sort((a, b) => a.size - b.size);
    this.#keys = keys.map(parseVerifierKey).filter((key) => key !== undefined);
    this.#trust = keys.length > 0 ? 'given' : 'log';
  }

  facts(): CheckpointFacts {
    return {
      checked: this.#next,
      size: this.#expected[this.#next - 1]?.size ?? 0,
      trust: this.#trust,
      ...(this.#anchors && { anchors: this.#anchors.facts() }),
    };
  }

  take(org: string, seq: number, hash: string, content: JsonObject): Breach | undefined {
    if (this.#wrongForm >= 0)
      return { rule: 'checkpoint-form', expected: 'a signed checkpoint', found: `checkpoint ${this.#wrongForm + 1} is none` };
    if (seq === 1) this.#origin = originOf(org, hash);
    if (this.#next === this.#expected.length) return undefined;
    this.#tree.push(leafHash(hash));
    if (content.type === 'system' && content.event === 'key-rotation' && content.scope === 'checkpoint') this.#announce(content);
    for (let due = this.#expected[this.#next]; due && due.size <= seq; due = this.#expected[this.#next]) {
      const breach = this.#check(due, seq);
      if (breach) return breach;
      this.#next++;
    }
    return undefined;
  }

  /** A checkpoint of more entries than there are. */
  end(): Breach | undefined {
    const due = this.#expected[this.#next];
    if (!due) return this.#anchors?.end();
    return {
      rule: 'checkpoint-size',
      expected: `${due.size} entries, as a checkpoint says`,
      found: 'the end of the log',
    };
  }

  #check(due: SignedCheckpoint, seq: number): Breach | undefined {
    if (due.origin !== this.#origin) return { rule: 'checkpoint-origin', expected: due.origin, found: this.#origin };
    const root = Buffer.from(this.#tree.root()).toString('base64');
    const expected = Buffer.from(due.root).toString('base64');
    if (due.size !== seq || root !== expected)
      return { rule: 'checkpoint-root', expected: `root ${expected} of ${due.size} entries`, found: `root ${root} of ${seq} entries` };
    if (!signedBy(due, this.#keys))
      return {
        rule: 'checkpoint-signature',
        expected: `a good signature by ${this.#keys.map(({ text }) => text).join(' or ') || 'a key that the log names'}`,
        found: `the checkpoint of ${due.size} entries has none`,
      };
    for (const { key, previous } of this.#announced) if (this.#keys.some(({ text }) => text === previous)) this.#keys.push(key);
    this.#announced = [];
    return this.#anchors?.take(due);
  }

  #announce({ key: text, previous }: JsonObject): void {
    const key = parseVerifierKey(String(text));
    if (!key) return;
    if (this.#trust === 'log' && previous === undefined) this.#keys.push(key);
    else this.#announced.push({ key, previous: typeof previous === 'string' ? previous : undefined });
  }
}
