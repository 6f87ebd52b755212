// How many calls are under way, per count. Only counts; whoever takes a place gets a function that gives it back, once.

export interface PlaceItem {
  key: string;
  max: number;
}

export class Places {
  readonly #taken = new Map<string, number>();

  /** Counts with a place taken. */
  get size(): number {
    return this.#taken.size;
  }

  inUse(key: string): number {
    return this.#taken.get(key) ?? 0;
  }

  keys(prefix: string): [key: string, inUse: number][] {
    return [...this.#taken].filter(([key]) => key.startsWith(prefix));
  }

  /** All of them, or the place in the list of the one that is full. INVARIANT: never below zero, never above max (limit.property.test.ts). */
  take(items: readonly PlaceItem[]): number | (() => undefined) {
    for (let index = 0; index < items.length; index++) {
      const { key, max } = items[index] as PlaceItem;
      if (this.inUse(key) >= max) return index;
    }
    for (const { key } of items) this.#taken.set(key, this.inUse(key) + 1);
    let held = true;
    return () => {
      if (!held) return undefined;
      held = false;
      for (const { key } of items) {
        const left = this.inUse(key) - 1;
        if (left > 0) this.#taken.set(key, left);
        else this.#taken.delete(key);
      }
      return undefined;
    };
  }
}
