// A text together with where each of its characters stood in the text it was decoded from. Pure; knows nothing of what is looked for.
// INVARIANT: every range maps to a range inside the raw text, and wider ranges to ranges at least as wide (mapped-text.test.ts).

/** Text with its places in the raw text. Segments are in order; segment i covers [at[i], at[i + 1]). */
export interface Mapped {
  readonly text: string;
  readonly at: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

export function unmapped(text: string): Mapped {
  return { text, at: [0], from: [0], to: [text.length] };
}

/** One straight piece of the raw text. */
export function isCopied(map: Mapped): boolean {
  return map.at.length === 1 && isCopy(map, 0);
}

function segmentOf(map: Mapped, offset: number): number {
  let low = 0;
  let high = map.at.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((map.at[middle] as number) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Raw offset of the character at `offset`. */
export function rawStart(map: Mapped, offset: number): number {
  const index = segmentOf(map, offset);
  const at = map.at[index] as number;
  const from = map.from[index] as number;
  return isCopy(map, index) ? from + (offset - at) : from;
}

/** Raw offset just after the character before `end`. */
export function rawEnd(map: Mapped, end: number): number {
  const index = segmentOf(map, Math.max(0, end - 1));
  const at = map.at[index] as number;
  return isCopy(map, index) ? (map.from[index] as number) + (end - at) : (map.to[index] as number);
}

function isCopy(map: Mapped, index: number): boolean {
  const length = (map.at[index + 1] ?? map.text.length) - (map.at[index] as number);
  return length === (map.to[index] as number) - (map.from[index] as number);
}

/** Collects text piece by piece with the places it came from. */
export class MappedBuilder {
  readonly #parts: string[] = [];
  readonly #at: number[] = [];
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `text` stood at [from, to) of the raw text. */
  add(text: string, from: number, to: number): void {
    if (text.length === 0) return;
    this.#parts.push(text);
    this.#place(text.length, from, to);
  }

  #place(length: number, from: number, to: number): void {
    const last = this.#at.length - 1;
    // Copies that follow each other are one segment.
    const copies = length === to - from && last >= 0 && this.#to[last] === from;
    if (copies && this.#length - (this.#at[last] as number) === from - (this.#from[last] as number)) {
      this.#to[last] = to;
    } else {
      this.#at.push(this.#length);
      this.#from.push(from);
      this.#to.push(to);
    }
    this.#length += length;
  }

  /** The part [start, end) of a mapped text, with its places. */
  addSlice(map: Mapped, start: number, end: number): void {
    if (end <= start) return;
    this.#parts.push(map.text.slice(start, end));
    let index = segmentOf(map, start);
    let at = start;
    while (at < end) {
      const first = map.at[index] as number;
      const from = map.from[index] as number;
      const to = map.to[index] as number;
      const next = map.at[index + 1] ?? map.text.length;
      const segmentEnd = Math.min(end, next);
      if (next - first === to - from) this.#place(segmentEnd - at, from + (at - first), from + (segmentEnd - first));
      else this.#place(segmentEnd - at, from, to);
      at = segmentEnd;
      index++;
    }
  }

  /** Decoded text that stands for [start, end) of a mapped text. */
  addDecoded(text: string, map: Mapped, start: number, end: number): void {
    this.add(text, rawStart(map, start), rawEnd(map, end));
  }

  build(): Mapped {
    if (this.#at.length === 0) return { text: '', at: [0], from: [0], to: [0] };
    return {
      text: this.#parts.length === 1 ? (this.#parts[0] as string) : this.#parts.join(''),
      at: this.#at,
      from: this.#from,
      to: this.#to,
    };
  }
}
