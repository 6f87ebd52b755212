// Where each gram was read first: a hash table with open addressing over typed arrays, 14 bytes a place. Holds hashes and numbers, never text.
// The first reading of a gram stays; whoever wants another one to count says so.

const START_PLACES = 1024;
const SEEN = 0x8000;

export class GramTable {
  #one = new Uint32Array(START_PLACES);
  #two = new Uint32Array(START_PLACES);
  #source = new Uint16Array(START_PLACES);
  #position = new Uint32Array(START_PLACES);
  #mask = START_PLACES - 1;
  size = 0;

  /** Place of a gram, or -1. */
  find(one: number, two: number): number {
    for (let at = one & this.#mask; ; at = (at + 1) & this.#mask) {
      const here = this.#one[at];
      if (here === 0) return -1;
      if (here === one && this.#two[at] === two) return at;
    }
  }

  /** `source` below 32768. False when the gram was there and stays as it is. */
  add(one: number, two: number, source: number, position: number, override: boolean): boolean {
    if (this.size * 2 >= this.#mask) this.#resize((this.#mask + 1) * 2);
    let at = one & this.#mask;
    while (this.#one[at] !== 0) {
      if (this.#one[at] === one && this.#two[at] === two) {
        if (!override) return false;
        break;
      }
      at = (at + 1) & this.#mask;
    }
    if (this.#one[at] === 0) this.size++;
    this.#one[at] = one;
    this.#two[at] = two;
    this.#source[at] = source;
    this.#position[at] = position;
    return true;
  }

  sourceAt(place: number): number {
    return (this.#source[place] as number) & ~SEEN;
  }

  positionAt(place: number): number {
    return this.#position[place] as number;
  }

  /** True the first time. */
  see(place: number): boolean {
    const source = this.#source[place] as number;
    this.#source[place] = source | SEEN;
    return (source & SEEN) === 0;
  }

  /** Forgets the grams of some sources; the table is made anew. */
  keep(wanted: (source: number) => boolean): void {
    const old = { one: this.#one, two: this.#two, source: this.#source, position: this.#position };
    let kept = 0;
    for (let at = 0; at < old.one.length; at++) if (old.one[at] !== 0 && wanted((old.source[at] as number) & ~SEEN)) kept++;
    let places = START_PLACES;
    while (kept * 2 >= places) places *= 2;
    this.#refill(old, places, wanted);
  }

  #resize(places: number): void {
    this.#refill({ one: this.#one, two: this.#two, source: this.#source, position: this.#position }, places, () => true);
  }

  #refill(
    old: { one: Uint32Array; two: Uint32Array; source: Uint16Array; position: Uint32Array },
    places: number,
    wanted: (source: number) => boolean,
  ): void {
    this.#one = new Uint32Array(places);
    this.#two = new Uint32Array(places);
    this.#source = new Uint16Array(places);
    this.#position = new Uint32Array(places);
    this.#mask = places - 1;
    this.size = 0;
    for (let from = 0; from < old.one.length; from++) {
      const one = old.one[from] as number;
      if (one === 0 || !wanted((old.source[from] as number) & ~SEEN)) continue;
      let at = one & this.#mask;
      while (this.#one[at] !== 0) at = (at + 1) & this.#mask;
      this.#one[at] = one;
      this.#two[at] = old.two[from] as number;
      this.#source[at] = old.source[from] as number;
      this.#position[at] = old.position[from] as number;
      this.size++;
    }
  }
}
