// The members of an object in the order in which they came before, with the value that each had last: most lines of a log repeat most of both.
// INVARIANT: holds only names in sorted order and values that were found good after them, so the same bytes at the same place are good again
// (scan-line.test.ts). Bounded; forgets nothing, and learns nothing more when it is full.
import { byte } from './canonical-scanner.ts';

/** Members that are known to follow one another, in all and after one of them. */
const MAX_STEPS = 1_024;
const MAX_NEXT = 16;
/** Longest value that is kept, bytes. */
const MAX_VALUE_BYTES = 192;
/** Values of a member that are kept; when there are more, now and then one takes the place of the oldest. */
const MAX_VALUES = 8;
const KEPT_ONE_OF = 64;

export class MemberPath<T> {
  readonly first: Step<T>;
  #steps = 0;

  constructor(start: T) {
    this.first = new Step(new Uint8Array(0), start);
  }

  /** The member with this name (`"name":`, all of it) after `before`. */
  learn(before: Step<T>, name: Uint8Array, what: T): Step<T> {
    const step = new Step(Uint8Array.from(name), what);
    if (this.#steps >= MAX_STEPS || before.next.length >= MAX_NEXT) return step;
    this.#steps++;
    before.next.push(step);
    return step;
  }
}

export class Step<T> {
  readonly name: Uint8Array;
  readonly what: T;
  readonly next: Step<T>[] = [];
  readonly #values: Words[] = [];
  #oldest = 0;
  #missed = 0;

  constructor(name: Uint8Array, what: T) {
    this.name = name;
    this.what = what;
  }

  find(bytes: Uint8Array, at: number): Step<T> | undefined {
    const { next } = this;
    for (let index = 0; index < next.length; index++) {
      const step = next[index] as Step<T>;
      const { name } = step;
      let same = 0;
      while (same < name.length && bytes[at + same] === name[same]) same++;
      if (same === name.length) return step;
    }
    return undefined;
  }

  /** Length of a value that was there before and is all there is now; 0 for none. */
  valueAt(view: DataView, at: number, end: number): number {
    const values = this.#values;
    for (let index = 0; index < values.length; index++) {
      const { bytes, words } = values[index] as Words;
      const { length } = bytes;
      // The beginning of a longer number is another value.
      if (at + length < end && isAt(view, at, bytes, words) && isDelimiter(view.getUint8(at + length))) return length;
    }
    return 0;
  }

  keep(from: Uint8Array, at: number, end: number): void {
    if (end - at > MAX_VALUE_BYTES || (this.#values.length === MAX_VALUES && ++this.#missed % KEPT_ONE_OF !== 0)) return;
    const bytes = Uint8Array.from(from.subarray(at, end));
    const view = new DataView(bytes.buffer);
    const words = Int32Array.from({ length: bytes.length >> 2 }, (_, index) => view.getInt32(4 * index, true));
    this.#values[this.#oldest] = { bytes, words };
    this.#oldest = (this.#oldest + 1) % MAX_VALUES;
  }
}

/** A value, and its whole words of four bytes. */
interface Words {
  bytes: Uint8Array;
  words: Int32Array;
}

function isDelimiter(code: number): boolean {
  return code === byte.comma || code === byte.close;
}

function isAt(view: DataView, at: number, bytes: Uint8Array, words: Int32Array): boolean {
  const { length } = words;
  for (let index = 0; index < length; index++) if (view.getInt32(at + 4 * index, true) !== words[index]) return false;
  for (let index = 4 * length; index < bytes.length; index++) if (view.getUint8(at + index) !== bytes[index]) return false;
  return true;
}
