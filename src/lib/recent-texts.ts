// A bounded memory of short texts: was this one there before? Keeps at least its newest `max` and never more than twice as many.
// INVARIANT: answers as a Set would, whatever the texts are (recent-texts.test.ts). Holds their bytes in arrays: a Set of a million texts moves all of
// them each time it grows. Texts that somebody chose to fall on one place go into a Set.

/** Longest text that is held by its bytes, characters. */
const MAX_CHARS = 64;
/** Places looked at for one text. */
const MAX_LOOKS = 32;
const FIRST_SLOTS = 1_024;

export class RecentTexts {
  readonly #max: number;
  #newer = new TextTable();
  #older = new TextTable();

  constructor(max: number) {
    this.#max = max;
  }

  /** Is it new? */
  add(text: string): boolean {
    const code = codeOf(text);
    if (this.#older.size > 0 && this.#older.has(text, code)) return false;
    if (!this.#newer.add(text, code)) return false;
    if (this.#newer.size >= this.#max) {
      this.#older = this.#newer;
      this.#newer = new TextTable();
    }
    return true;
  }
}

class TextTable {
  size = 0;
  /** Number of a held text, from 1; 0: free. Twice as many places as texts, or more. */
  #slots = new Int32Array(FIRST_SLOTS);
  /** Of each held text its code, and where it ends in `#chars`. */
  #codes = new Int32Array(FIRST_SLOTS / 2);
  #ends = new Int32Array(FIRST_SLOTS / 2);
  #chars = new Uint8Array(FIRST_SLOTS * 16);
  #held = 0;
  readonly #others = new Set<string>();

  has(text: string, code: number | undefined): boolean {
    if (code !== undefined && this.#find(text, code) === FOUND) return true;
    return this.#others.size > 0 && this.#others.has(text);
  }

  /** False: it was there. */
  add(text: string, code: number | undefined): boolean {
    const slot = code === undefined ? FULL : this.#find(text, code);
    if (slot === FOUND || (this.#others.size > 0 && this.#others.has(text))) return false;
    if (slot === FULL || code === undefined) this.#others.add(text);
    else this.#hold(text, code, slot);
    this.size++;
    return true;
  }

  /** The free place for it, FOUND, or FULL: too many others are where it should be. */
  #find(text: string, code: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let look = 0; look < MAX_LOOKS; look++) {
      const slot = (code + look) & mask;
      const number = slots[slot] as number;
      if (number === 0) return slot;
      if (this.#codes[number - 1] === code && this.#is(text, number - 1)) return FOUND;
    }
    return FULL;
  }

  #is(text: string, index: number): boolean {
    const from = index === 0 ? 0 : (this.#ends[index - 1] as number);
    if ((this.#ends[index] as number) - from !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (this.#chars[from + at] !== text.charCodeAt(at)) return false;
    return true;
  }

  #hold(text: string, code: number, slot: number): void {
    const index = this.#held++;
    const from = index === 0 ? 0 : (this.#ends[index - 1] as number);
    if (from + text.length > this.#chars.length) this.#chars = longer(this.#chars, new Uint8Array(2 * this.#chars.length));
    for (let at = 0; at < text.length; at++) this.#chars[from + at] = text.charCodeAt(at);
    this.#codes[index] = code;
    this.#ends[index] = from + text.length;
    this.#slots[slot] = index + 1;
    if (2 * this.#held >= this.#slots.length) this.#grow();
  }

  #grow(): void {
    this.#codes = longer(this.#codes, new Int32Array(2 * this.#codes.length));
    this.#ends = longer(this.#ends, new Int32Array(2 * this.#ends.length));
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#held; index++) {
      let slot = (this.#codes[index] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
  }
}

const FOUND = -1;
const FULL = -2;

function longer<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** undefined: not held by its bytes. */
function codeOf(text: string): number | undefined {
  if (text.length > MAX_CHARS) return undefined;
  let code = text.length;
  let all = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    all |= char;
    code = Math.imul(code ^ char, 0x01000193);
  }
  if (all > 0xff) return undefined;
  code = Math.imul(code ^ (code >>> 15), 0x2c1b3c6d);
  return code ^ (code >>> 13);
}
