// The state behind "your list changed": every order of listing, changing and reading, played against what the agent really holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ViewShelf } from './view-shelf.ts';

/** One agent, one server with one list, one gateway; messages take their time and overtake each other as the moves say. */
class World {
  readonly shelf = new ViewShelf('notes', 'tools/list', undefined);
  /** What the server shows; 0 to 2. */
  shows = 0n;
  /** What the agent holds: the last list it received. */
  holds: bigint | undefined;
  /** A notice reached the agent after it received what it holds, or while that was on its way. */
  told = false;
  nowMs = 0;
  readonly #lists: { view: bigint; askedMs: number }[] = [];
  #announced = 0;
  #reading: bigint | undefined;

  move(step: string, to: number): void {
    this.nowMs += 1;
    if (step === 'change') {
      this.shows = BigInt(to);
      this.#announced += 1;
    } else if (step === 'ask') this.#lists.push({ view: this.shows, askedMs: this.nowMs });
    else if (step === 'receive') this.#receive(to);
    else if (step === 'hear' && this.#announced > 0) this.#hear();
    else if (step === 'read') this.#read();
  }

  /** Everything under way arrives, and nothing new happens. */
  settle(): void {
    while (this.#announced > 0) this.#hear();
    while (this.#lists.length > 0) this.#receive(0);
    this.#read();
    this.#read();
  }

  #hear(): void {
    this.#announced = 0;
    this.shelf.touch(this.nowMs);
  }

  #receive(at: number): void {
    const [list] = this.#lists.splice(at % Math.max(1, this.#lists.length), 1);
    if (!list) return;
    this.holds = list.view;
    this.told = false;
    if (this.shelf.given(list.view, list.askedMs)) this.shelf.touch(this.nowMs);
  }

  /** Begins a look, or ends the one that was begun. */
  #read(): void {
    if (this.#reading === undefined) {
      if (!this.shelf.isDirty) return;
      this.shelf.isDirty = false;
      this.#reading = this.shows;
      return;
    }
    if (this.shelf.settle(this.#reading)) this.told = true;
    this.#reading = undefined;
    if (this.shelf.isDirty) this.#read();
  }

  get isStale(): boolean {
    for (let at = 0; at < 4; at++) this.#read();
    return this.holds !== undefined && this.holds !== this.shows && !this.told;
  }
}

describe('a view', () => {
  it('never leaves an agent with an old one untold, in whatever order things happen', () => {
    const step = fc.tuple(fc.constantFrom('change', 'ask', 'receive', 'hear', 'read'), fc.nat(2));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const world = new World();
        for (const [name, to] of steps) world.move(name, to);
        world.settle();
        expect(world.isStale).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });

  it('tells nothing while the agent holds nothing, or holds what it would be given', () => {
    const shelf = new ViewShelf('notes', 'tools/list', undefined);
    expect(shelf.settle(1n)).toBe(false);
    expect(shelf.settle(1n)).toBe(false);
    expect(shelf.given(1n, 5)).toBe(false);
    expect(shelf.settle(1n)).toBe(false);
    expect(shelf.settle(2n)).toBe(true);
    expect(shelf.settle(2n)).toBe(false);
  });

  it('that was promised before it was known is told once', () => {
    const shelf = new ViewShelf('notes', 'tools/list', undefined);
    shelf.isOwed = true;
    expect([shelf.settle(1n), shelf.settle(1n)]).toEqual([true, false]);
  });
});
