// A bounded map that forgets the least recently used entry. Optional time to live per entry; no timers.

export class Lru<K, V> {
  readonly #max: number;
  readonly #map = new Map<K, V>();
  #newest: K | undefined;
  readonly #onEvict: ((key: K, value: V) => void) | undefined;

  constructor(max: number, onEvict?: (key: K, value: V) => void) {
    this.#max = max;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#map.size;
  }

  get(key: K): V | undefined {
    const value = this.#map.get(key);
    // The newest stays where it is: asking for one entry again and again costs nothing.
    if (value === undefined || key === this.#newest) return value;
    this.#newest = key;
    this.#map.delete(key);
    this.#map.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#newest = key;
    this.#map.delete(key);
    this.#map.set(key, value);
    if (this.#map.size > this.#max) {
      const oldest = this.#map.entries().next().value;
      if (oldest) {
        this.#map.delete(oldest[0]);
        this.#onEvict?.(oldest[0], oldest[1]);
      }
    }
  }

  delete(key: K): boolean {
    return this.#map.delete(key);
  }

  clear(): void {
    this.#map.clear();
  }

  values(): IterableIterator<V> {
    return this.#map.values();
  }
}
