// What must stand after the content of a line that follows a head: hash and header, as the one text that they have, in bytes that are kept and
// changed in place. Never says what is wrong with a line that has another tail: line.ts does.
import { sha256Hex } from '../lib/digest.ts';
import type { Head } from './port.ts';

const BEFORE_HASH = ',"hash":"';
const BEFORE_HEADER = '","header":';
const BEFORE_CONTENT = '{"content":"';
const END = ',"v":1}';
const HASH_CHARS = 64;
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

  get length(): number {
    return this.#bytes.length;
  }

  /** Of the entry after `head`, at the same revision. */
  follow(org: string, head: Head): void {
    const seq = String(head.seq + 1);
    if (org !== this.#org || head.revision !== this.#revision || seq.length !== this.#seqChars)
      this.#layOut(org, head.revision, seq.length);
    this.#bytes.write(head.hash, this.#prevAt, 'latin1');
    this.#bytes.write(seq, this.#seqAt, 'latin1');
  }

  /** The hash of the entry with this content. */
  link(contentHash: string): string {
    this.#bytes.write(contentHash, CONTENT_AT, 'latin1');
    const hash = sha256Hex(this.#header);
    this.#bytes.write(hash, HASH_AT, 'latin1');
    return hash;
  }

  /** INVARIANT: what is there is this tail and nothing else, byte for byte (scan-line.test.ts). */
  isAt(bytes: Buffer, at: number): boolean {
    return bytes.compare(this.#bytes, 0, this.#bytes.length, at, at + this.#bytes.length) === 0;
  }

  #layOut(org: string, revision: number, seqChars: number): void {
    [this.#org, this.#revision, this.#seqChars] = [org, revision, seqChars];
    const blank = ' '.repeat(HASH_CHARS);
    const start = `${BEFORE_HASH}${blank}${BEFORE_HEADER}${BEFORE_CONTENT}${blank}","org":"${org}","prev":"`;
    const middle = `","revision":${revision},"seq":`;
    this.#prevAt = start.length;
    this.#seqAt = this.#prevAt + HASH_CHARS + middle.length;
    this.#bytes = Buffer.from(`${start}${blank}${middle}${' '.repeat(seqChars)}${END}}`, 'latin1');
    this.#header = this.#bytes.subarray(HEADER_AT, -1);
  }
}
