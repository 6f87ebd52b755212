// Keyed hashes of short runs of letters: a rolling one for grams, one for whole values. The key is random and lives as long as the process, so that
// what is kept of a text says nothing to anybody without it. Two times 32 bits: chance hits do not count.
import type { Flat } from './flat.ts';

/** Letters and digits of one gram. */
export const GRAM = 6;
/** Bytes of a key. */
export const KEY_BYTES = 2 * 512 * 4;

export class FlowHasher {
  readonly #one: Uint32Array;
  readonly #two: Uint32Array;

  constructor(key: Uint8Array) {
    if (key.length < KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
    const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#one = new Uint32Array(512);
    this.#two = new Uint32Array(512);
    for (let i = 0; i < 512; i++) {
      this.#one[i] = view.getUint32(i * 4);
      this.#two[i] = view.getUint32(2048 + i * 4);
    }
  }

  /** Hashes of the grams that start at each letter from `from` up to `to`, into the arrays given. */
  grams({ codes, length }: Flat, from: number, to: number, first: Uint32Array, second: Uint32Array): number {
    const last = Math.min(to, length - GRAM + 1);
    if (last <= from) return 0;
    let one = 0;
    let two = 0;
    for (let i = from; i < from + GRAM; i++) {
      one = rotate(one, 1) ^ this.#mixed(this.#one, codes[i] as number);
      two = rotate(two, 1) ^ this.#mixed(this.#two, codes[i] as number);
    }
    first[0] = finish(one);
    second[0] = finish(two);
    for (let i = from + 1; i < last; i++) {
      const out = codes[i - 1] as number;
      const into = codes[i + GRAM - 1] as number;
      one = rotate(one, 1) ^ rotate(this.#mixed(this.#one, out), GRAM) ^ this.#mixed(this.#one, into);
      two = rotate(two, 1) ^ rotate(this.#mixed(this.#two, out), GRAM) ^ this.#mixed(this.#two, into);
      first[i - from] = finish(one);
      second[i - from] = finish(two);
    }
    return last - from;
  }

  /** Of the letters from `from` up to `to`: a number of 53 bits. */
  value(flat: Pick<Flat, 'codes'>, from: number, to: number): number {
    ENDS[0] = to;
    this.values(flat, from, ENDS, SINGLE);
    return SINGLE[0] as number;
  }

  /** Of the letters from `from` up to each of `ends`, which rise. */
  values({ codes }: Pick<Flat, 'codes'>, from: number, ends: readonly number[], out: number[]): void {
    let one = 0x9e3779b9;
    let two = 0x85ebca6b;
    let i = from;
    for (let n = 0; n < ends.length; n++) {
      for (const end = ends[n] as number; i < end; i++) {
        one = Math.imul(one ^ this.#mixed(this.#one, codes[i] as number), 0x01000193);
        two = Math.imul(two ^ this.#mixed(this.#two, codes[i] as number), 0x5bd1e995);
      }
      out[n] = (finish(one) & 0x1fffff) * 0x1_0000_0000 + finish(two);
    }
  }

  #mixed(table: Uint32Array, code: number): number {
    const low = table[code & 255] as number;
    return code < 256 ? low : low ^ rotate(table[256 + (code >>> 8)] as number, 7);
  }
}

const ENDS: number[] = [0];
const SINGLE: number[] = [0];

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** The bits of a rolling hash are not spread: this spreads them, and leaves none at zero. */
function finish(value: number): number {
  let x = value >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0 || 1;
}
