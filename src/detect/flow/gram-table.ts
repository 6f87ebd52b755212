// Where each gram was read first: a hash table with open addressing over one typed array, sixteen bytes a place, so that a look-up touches one line of
// the cache. Holds hashes and numbers, never text. The first reading of a gram stays; whoever wants another one to count says so.

const START_PLACES = 1024;
const SEEN = 0x8000;
/** Numbers of one place: two hashes, the source, the position. */
const WORDS = 4;

export class GramTable {
  #table = new Uint32Array(START_PLACES * WORDS);
  #mask = START_PLACES - 1;
  size = 0;

  /** Place of a gram, or -1. */
  find(one: number, two: number): number {
    const table = this.#table;
    for (let at = one & this.#mask; ; at = (at + 1) & this.#mask) {
      const here = table[at * WORDS];
      if (here === 0) return -1;
      if (here === one && table[at * WORDS + 1] === two) return at;
    }
  }

  /** `source` below 32768. False when the gram was there and stays as it is. */
  add(one: number, two: number, source: number, position: number, override: boolean): boolean {
    if (this.size * 2 >= this.#mask) this.#refill((this.#mask + 1) * 2, () => true);
    const table = this.#table;
    let at = one & this.#mask;
    while (table[at * WORDS] !== 0) {
      if (table[at * WORDS] === one && table[at * WORDS + 1] === two) {
        if (!override) return false;
        break;
      }
      at = (at + 1) & this.#mask;
    }
    if (table[at * WORDS] === 0) this.size++;
    table[at * WORDS] = one;
    table[at * WORDS + 1] = two;
    table[at * WORDS + 2] = source;
    table[at * WORDS + 3] = position;
    return true;
  }

  sourceAt(place: number): number {
    return (this.#table[place * WORDS + 2] as number) & ~SEEN;
  }

  positionAt(place: number): number {
    return this.#table[place * WORDS + 3] as number;
  }

  /** True the first time. */
  see(place: number): boolean {
    const source = this.#table[place * WORDS + 2] as number;
    this.#table[place * WORDS + 2] = source | SEEN;
    return (source & SEEN) === 0;
  }

  /** Forgets the grams of some sources; the table is made anew. */
  keep(wanted: (source: number) => boolean): void {
    const table = this.#table;
    let kept = 0;
    for (let at = 0; at < table.length; at += WORDS) if (table[at] !== 0 && wanted((table[at + 2] as number) & ~SEEN)) kept++;
    let places = START_PLACES;
    while (kept * 2 >= places) places *= 2;
    this.#refill(places, wanted);
  }

  #refill(places: number, wanted: (source: number) => boolean): void {
    const old = this.#table;
    const table = new Uint32Array(places * WORDS);
    const mask = places - 1;
    let size = 0;
    for (let from = 0; from < old.length; from += WORDS) {
      const one = old[from] as number;
      if (one === 0 || !wanted((old[from + 2] as number) & ~SEEN)) continue;
      let at = one & mask;
      while (table[at * WORDS] !== 0) at = (at + 1) & mask;
      for (let word = 0; word < WORDS; word++) table[at * WORDS + word] = old[from + word] as number;
      size++;
    }
    this.#table = table;
    this.#mask = mask;
    this.size = size;
  }
}
