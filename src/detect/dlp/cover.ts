// Which characters of a text are taken. Taking a range costs its length, however many ranges there are.

export class Cover {
  readonly #taken: Uint8Array;

  constructor(length: number) {
    this.#taken = new Uint8Array(length);
  }

  isFree(start: number, end: number): boolean {
    for (let at = start; at < end; at++) if (this.#taken[at] === 1) return false;
    return true;
  }

  /** False, and nothing taken, when a part of it was taken before. */
  take(start: number, end: number): boolean {
    if (!this.isFree(start, end)) return false;
    this.#taken.fill(1, start, end);
    return true;
  }
}

export function coverOf(ranges: readonly { start: number; end: number }[], length: number): Cover {
  const cover = new Cover(length);
  for (const { start, end } of ranges) cover.take(start, end);
  return cover;
}
