// Which characters of a text are taken. Taking a range costs its length, however many ranges there are.

export class Cover {
  readonly #length: number;
  /** Few ranges are kept as they are: start, end, start, end. */
  readonly #ranges: number[] = [];
  #taken: Uint8Array | undefined;

  constructor(length: number) {
    this.#length = length;
  }

  isFree(start: number, end: number): boolean {
    const taken = this.#taken;
    if (taken === undefined) {
      const ranges = this.#ranges;
      for (let at = 0; at < ranges.length; at += 2)
        if (start < (ranges[at + 1] as number) && end > (ranges[at] as number) && start < end) return false;
      return true;
    }
    for (let at = start; at < end; at++) if (taken[at] === 1) return false;
    return true;
  }

  /** False, and nothing taken, when a part of it was taken before. */
  take(start: number, end: number): boolean {
    if (!this.isFree(start, end)) return false;
    if (this.#taken === undefined && this.#ranges.length < MAX_RANGES) {
      if (end > start) this.#ranges.push(start, end);
      return true;
    }
    this.#taken ??= filled(this.#length, this.#ranges);
    this.#taken.fill(1, start, end);
    return true;
  }
}

/** Twice as many numbers as ranges. */
const MAX_RANGES = 64;

function filled(length: number, ranges: readonly number[]): Uint8Array {
  const taken = new Uint8Array(length);
  for (let at = 0; at < ranges.length; at += 2) taken.fill(1, ranges[at], ranges[at + 1]);
  return taken;
}

export function coverOf(ranges: readonly { start: number; end: number }[], length: number): Cover {
  const cover = new Cover(length);
  for (const { start, end } of ranges) cover.take(start, end);
  return cover;
}
