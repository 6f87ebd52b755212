// The requests in flight on one connection, found by their id. Ids rise and are never used twice.
// The id says the place: a Map that is filled and emptied with every call would keep what has left (lib/roster.ts).
import type { Flight } from './flight.ts';

const MIN_PLACES = 16;

export class FlightTable {
  #places: (Flight | undefined)[] = new Array(MIN_PLACES).fill(undefined);
  #size = 0;
  #nextId = 1;

  get size(): number {
    return this.#size;
  }

  /** An id whose place is free. */
  mint(): number {
    if (this.#size * 2 >= this.#places.length) this.#grow();
    while (this.#places[this.#nextId % this.#places.length] !== undefined) this.#nextId++;
    return this.#nextId++;
  }

  /** With an id that was just minted. */
  add(flight: Flight): void {
    this.#places[flight.id % this.#places.length] = flight;
    this.#size++;
  }

  get(id: number): Flight | undefined {
    const flight = this.#places[id % this.#places.length];
    return flight?.id === id ? flight : undefined;
  }

  delete(flight: Flight): void {
    const place = flight.id % this.#places.length;
    if (this.#places[place] !== flight) return;
    this.#places[place] = undefined;
    this.#size--;
  }

  /** In no order. */
  values(): Flight[] {
    return this.#places.filter((flight) => flight !== undefined);
  }

  /** The newest for which the test holds. */
  newest(test: (flight: Flight) => boolean): Flight | undefined {
    let newest: Flight | undefined;
    for (const flight of this.#places) {
      if (flight && (!newest || flight.id > newest.id) && test(flight)) newest = flight;
    }
    return newest;
  }

  /** Ids that differ in the small differ in the large. */
  #grow(): void {
    const held = this.values();
    this.#places = new Array(this.#places.length * 2).fill(undefined);
    for (const flight of held) this.#places[flight.id % this.#places.length] = flight;
  }
}
