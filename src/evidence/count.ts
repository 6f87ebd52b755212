// A number with the entries behind it: all are counted, the first and the last few are named, so that a reader can look and check.

/** Entries named from the beginning, and as many from the end. */
export const NAMED_ENTRIES = 3;
/** Different names told apart; what comes beyond is counted under `…`. */
export const MAX_NAMES = 100;

export class Count {
  #count = 0;
  readonly #first: number[] = [];
  readonly #last: number[] = [];

  get count(): number {
    return this.#count;
  }

  add(seq: number, by = 1): void {
    this.#count += by;
    if (this.#first.length < NAMED_ENTRIES) this.#first.push(seq);
    else {
      this.#last.push(seq);
      if (this.#last.length > NAMED_ENTRIES) this.#last.shift();
    }
  }

  /** Numbers of entries, ascending, none twice. */
  entries(): number[] {
    return [...new Set([...this.#first, ...this.#last])];
  }
}

/** Counts by name, at most MAX_NAMES of them. */
export class CountBy {
  readonly #counts = new Map<string, Count>();

  add(name: string, seq: number, by = 1): void {
    const known = this.#counts.get(name);
    const key = known || this.#counts.size < MAX_NAMES ? name : '…';
    const count = known ?? this.#counts.get(key) ?? new Count();
    this.#counts.set(key, count);
    count.add(seq, by);
  }

  of(name: string): Count {
    return this.#counts.get(name) ?? new Count();
  }

  total(): number {
    return this.#sum(() => true);
  }

  names(): string[] {
    return [...this.#counts.keys()];
  }

  /** Largest first. */
  rows(limit: number): [string, number][] {
    const all = [...this.#counts].map(([name, { count }]): [string, number] => [name, count]);
    return all.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, limit);
  }

  entries(): number[] {
    const all = [...this.#counts.values()].flatMap((count) => count.entries());
    const sorted = [...new Set(all)].sort((a, b) => a - b);
    return sorted.length <= 2 * NAMED_ENTRIES ? sorted : [...sorted.slice(0, NAMED_ENTRIES), ...sorted.slice(-NAMED_ENTRIES)];
  }

  #sum(wanted: (name: string) => boolean): number {
    let sum = 0;
    for (const [name, { count }] of this.#counts) if (wanted(name)) sum += count;
    return sum;
  }
}
