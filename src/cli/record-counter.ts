// How many records a stream of an export format holds: lines, or the frames of RFC 6587. Looks at the bytes as they pass and keeps none.

const LF = 10;
const SPACE = 32;
const ZERO = 48;

export class RecordCounter {
  count = 0;
  readonly #isFramed: boolean;
  /** Bytes of the frame still to come; undefined while its length is read. */
  #left: number | undefined;
  #length = 0;

  constructor(format: string) {
    this.#isFramed = format === 'syslog';
  }

  add(chunk: Uint8Array): void {
    if (this.#isFramed) this.#addFrames(chunk);
    else for (const byte of chunk) if (byte === LF) this.count++;
  }

  #addFrames(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === undefined) {
        const byte = chunk[at++] ?? 0;
        if (byte !== SPACE) {
          this.#length = this.#length * 10 + byte - ZERO;
          continue;
        }
        this.#left = this.#length;
        this.#length = 0;
      }
      const taken = Math.min(this.#left, chunk.length - at);
      at += taken;
      this.#left -= taken;
      if (this.#left === 0) {
        this.count++;
        this.#left = undefined;
      }
    }
  }
}
