// Cuts a byte stream into lines. Works on bytes, so a character split over two chunks needs no care: a line end is never part of one.
// Pull-style: feed one chunk, take lines until there is none. Linear in the bytes received whatever their cut; never holds more than one line.
import { ByteCollector } from './byte-collector.ts';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

export interface LineReaderOptions {
  /** Bytes without the line end. A longer line sets `overflowed`; the reader is of no use afterwards. */
  maxLineBytes: number;
  /** true: LF, CR and CRLF each end a line (event streams). false: only LF does, one CR before it is dropped. */
  crEndsLine: boolean;
}

export class LineReader {
  readonly #maxLineBytes: number;
  readonly #crEndsLine: boolean;
  readonly #partial = new ByteCollector();
  #chunk: Buffer = EMPTY;
  #at = 0;
  /** Next LF / CR in the chunk at or after #at; Infinity when there is none. Cached so that a chunk is searched once. */
  #nextLf = Number.POSITIVE_INFINITY;
  #nextCr = Number.POSITIVE_INFINITY;
  /** The last line ended with CR: an LF that follows belongs to it. */
  #skipLf = false;
  #overflowed = false;

  constructor(options: LineReaderOptions) {
    this.#maxLineBytes = options.maxLineBytes;
    this.#crEndsLine = options.crEndsLine;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Takes the next chunk; every line of the chunk before must have been taken. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
    this.#nextLf = -1;
    this.#nextCr = this.#crEndsLine ? -1 : Number.POSITIVE_INFINITY;
  }

  /** The next complete line without its end, or undefined when more bytes are needed (or the reader overflowed). */
  next(): string | undefined {
    const end = this.#lineEnd();
    const stop = end ?? this.#chunk.length;
    if (this.#partial.length + stop - this.#at > this.#maxLineBytes) {
      this.#overflowed = true;
      this.#partial.clear();
      this.#drop();
      return undefined;
    }
    if (end === undefined) {
      if (this.#at < stop) this.#partial.append(this.#chunk.subarray(this.#at));
      this.#drop();
      return undefined;
    }
    const start = this.#at;
    this.#at = end + 1;
    if (this.#chunk[end] === CR) this.#skipLf = true;
    const line = this.#text(start, end);
    return !this.#crEndsLine && line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  #text(start: number, end: number): string {
    if (this.#partial.length === 0) return start === end ? '' : this.#chunk.toString('utf8', start, end);
    this.#partial.append(this.#chunk.subarray(start, end));
    return this.#partial.takeText();
  }

  #lineEnd(): number | undefined {
    if (this.#skipLf && this.#at < this.#chunk.length) {
      if (this.#chunk[this.#at] === LF) this.#at++;
      this.#skipLf = false;
    }
    if (this.#nextLf < this.#at) this.#nextLf = find(this.#chunk, LF, this.#at);
    if (this.#nextCr < this.#at) this.#nextCr = find(this.#chunk, CR, this.#at);
    const end = Math.min(this.#nextLf, this.#nextCr);
    return end === Number.POSITIVE_INFINITY ? undefined : end;
  }

  #drop(): void {
    this.#chunk = EMPTY;
    this.#at = 0;
    this.#nextLf = Number.POSITIVE_INFINITY;
    this.#nextCr = Number.POSITIVE_INFINITY;
  }
}

function find(chunk: Buffer, byte: number, from: number): number {
  const at = chunk.indexOf(byte, from);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
