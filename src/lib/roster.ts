// Who is here now: a set that is entered and left with every call, one place per member. A place that was left is taken again.
// Not a Set, because one that is filled and emptied all the time keeps replacing its table, and a replaced table leads the engine's collector
// to the next one: what has long left is copied about and kept until the next full collection.

export class Roster<T extends object> {
  readonly #seats: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#seats.length - this.#free.length;
  }

  /** The place of the member, to be given to `leave`. */
  enter(member: T): number {
    const seat = this.#free.pop() ?? this.#seats.length;
    this.#seats[seat] = member;
    return seat;
  }

  at(seat: number): T | undefined {
    return this.#seats[seat];
  }

  /** False when the member is not in this place (any more): leaving twice does nothing. */
  leave(seat: number, member: T): boolean {
    if (this.#seats[seat] !== member) return false;
    this.#seats[seat] = undefined;
    this.#free.push(seat);
    return true;
  }

  /** In no order. Members may leave meanwhile; who enters meanwhile may or may not be met. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (const member of this.#seats) if (member !== undefined) yield member;
  }

  clear(): void {
    this.#seats.length = 0;
    this.#free.length = 0;
  }
}
