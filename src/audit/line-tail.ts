// What must stand after the content of a line that follows a head: hash and header, as the one text that they have, in bytes that are kept and
// changed in place. Never says what is wrong with a line that has another tail: line.ts does.
import { sha256Hex } from '../lib/digest.ts';
import type { Head } from './port.ts';

const BEFORE_HASH = ',"hash":"';
const BEFORE_HEADER = '","header":';
const BEFORE_CONTENT = '{"content":"';
const END = ',"v":1}';
const HASH_CHARS = 64;
const [ZERO, NINE] = [0x30, 0x39];
const HASH_AT = BEFORE_HASH.length;
const HEADER_AT = HASH_AT + HASH_CHARS + BEFORE_HEADER.length;
const CONTENT_AT = HEADER_AT + BEFORE_CONTENT.length;

export class LineTail {
  #org = '';
  #revision = -1;
  #seqChars = 0;
  #bytes = Buffer.alloc(0);
  /** The header's text in it. */
  #header = Buffer.alloc(0);
  #prevAt = 0;
  #seqAt = 0;
  /** Number that stands in it, and the hash of the last entry that it was laid to. */
  #seq = -1;
  #hash = '';

  get length(): number {
    return this.#bytes.length;
  }

  /** Of the entry after `head`, at the same revision. */
  follow(org: string, head: Head): void {
    const { hash, revision, seq } = head;
    if (org === this.#org && revision === this.#revision && seq === this.#seq && hash === this.#hash && this.#countOn()) {
      // The line before this one: what is asked for stands there already.
      this.#bytes.copyWithin(this.#prevAt, HASH_AT, HASH_AT + HASH_CHARS);
      return;
    }
    const next = String(seq + 1);
    if (org !== this.#org || revision !== this.#revision || next.length !== this.#seqChars) this.#layOut(org, revision, next.length);
    this.#bytes.write(hash, this.#prevAt, 'latin1');
    this.#bytes.write(next, this.#seqAt, 'latin1');
    this.#seq = seq + 1;
  }

  /** The hash of the entry with this content. */
  link(contentHash: string): string {
    this.#bytes.write(contentHash, CONTENT_AT, 'latin1');
    const hash = sha256Hex(this.#header);
    this.#bytes.write(hash, HASH_AT, 'latin1');
    this.#hash = hash;
    return hash;
  }

  /** The number one higher, in as many digits; false, and nothing changed, when it takes one more. */
  #countOn(): boolean {
    const bytes = this.#bytes;
    let at = this.#seqAt + this.#seqChars - 1;
    while (at >= this.#seqAt && bytes[at] === NINE) at--;
    if (at < this.#seqAt) return false;
    bytes[at] = (bytes[at] as number) + 1;
    bytes.fill(ZERO, at + 1, this.#seqAt + this.#seqChars);
    this.#seq++;
    return true;
  }

  /** INVARIANT: what is there is this tail and nothing else, byte for byte (scan-line.test.ts). */
  isAt(bytes: Buffer, at: number): boolean {
    return bytes.compare(this.#bytes, 0, this.#bytes.length, at, at + this.#bytes.length) === 0;
  }

  #layOut(org: string, revision: number, seqChars: number): void {
    [this.#org, this.#revision, this.#seqChars, this.#hash] = [org, revision, seqChars, ''];
    const blank = ' '.repeat(HASH_CHARS);
    const start = `${BEFORE_HASH}${blank}${BEFORE_HEADER}${BEFORE_CONTENT}${blank}","org":"${org}","prev":"`;
    const middle = `","revision":${revision},"seq":`;
    this.#prevAt = start.length;
    this.#seqAt = this.#prevAt + HASH_CHARS + middle.length;
    this.#bytes = Buffer.from(`${start}${blank}${middle}${' '.repeat(seqChars)}${END}}`, 'latin1');
    this.#header = this.#bytes.subarray(HEADER_AT, -1);
  }
}
