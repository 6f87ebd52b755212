// Gathers the pieces of a text that arrives in chunks of any size. A peer that sends one byte at a time costs no more memory
// than one that sends whole pages: small pieces are copied together, not kept as objects.

import { TextDecoder } from 'node:util';

/** So many bytes are decoded as soon as they are there: a long answer is never decoded in one go. */
const DECODED_BYTES = 1_048_576;
/** Pieces kept as they came before copying starts: the usual answer is one or two pieces and is never copied. */
const MAX_LOOSE_PIECES = 16;
const MIN_CAPACITY_BYTES = 4096;

export class ByteCollector {
  #loose: Buffer[] = [];
  #whole: Buffer | undefined;
  /** Bytes that are not decoded yet. */
  #length = 0;
  /** What came before them. */
  #texts: string[] = [];
  #decodedBytes = 0;
  #decoder: TextDecoder | undefined;
  readonly #stepBytes: number;

  constructor(stepBytes = DECODED_BYTES) {
    this.#stepBytes = stepBytes;
  }

  get length(): number {
    return this.#decodedBytes + this.#length;
  }

  /** The piece may be kept by reference: the caller must not write to it afterwards. */
  append(piece: Buffer): void {
    if (this.#whole === undefined && this.#loose.length < MAX_LOOSE_PIECES) this.#loose.push(piece);
    else this.#copyIn(piece);
    this.#length += piece.length;
    if (this.#length >= this.#stepBytes) this.#decode();
  }

  /** Everything gathered so far, decoded as UTF-8 (ill-formed sequences become U+FFFD), and an empty collector again. */
  takeText(): string {
    const first = this.#loose[0];
    let text: string;
    if (this.#decoder !== undefined) text = [...this.#texts, this.#decoder.decode(this.#bytes())].join('');
    else if (this.#whole !== undefined) text = this.#whole.toString('utf8', 0, this.#length);
    else if (first === undefined) text = '';
    else text = this.#loose.length === 1 ? first.toString('utf8') : Buffer.concat(this.#loose, this.#length).toString('utf8');
    this.clear();
    return text;
  }

  clear(): void {
    if (this.length === 0) return;
    this.#loose = [];
    this.#whole = undefined;
    this.#length = 0;
    this.#texts = [];
    this.#decodedBytes = 0;
    this.#decoder = undefined;
  }

  /** What ends within a character is kept by the decoder. */
  #decode(): void {
    this.#decoder ??= new TextDecoder('utf-8', { ignoreBOM: true });
    this.#texts.push(this.#decoder.decode(this.#bytes(), { stream: true }));
    this.#decodedBytes += this.#length;
    this.#loose = [];
    this.#whole = undefined;
    this.#length = 0;
  }

  #bytes(): Buffer {
    if (this.#whole !== undefined) return this.#whole.subarray(0, this.#length);
    const [first] = this.#loose;
    return this.#loose.length === 1 && first !== undefined ? first : Buffer.concat(this.#loose, this.#length);
  }

  #copyIn(piece: Buffer): void {
    const needed = this.#length + piece.length;
    const old = this.#whole;
    if (old === undefined || old.length < needed) {
      const grown = Buffer.allocUnsafe(Math.max(needed * 2, MIN_CAPACITY_BYTES));
      if (old === undefined) {
        let at = 0;
        for (const loose of this.#loose) at += loose.copy(grown, at);
        this.#loose = [];
      } else {
        old.copy(grown, 0, 0, this.#length);
      }
      this.#whole = grown;
    }
    this.#whole?.set(piece, this.#length);
  }
}
