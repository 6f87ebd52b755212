// A counter with two labels, both bounded: what is beyond is counted under `other`.
import { type MetricValue, OTHER } from './bucket-histogram.ts';

/** Values of either label with a series of their own. */
export const MAX_PAIR_VALUES = 200;

export class PairCounter {
  readonly #name: string;
  readonly #labels: readonly [string, string];
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(name: string, labels: readonly [string, string]) {
    this.#name = name;
    this.#labels = labels;
  }

  count(first: string, second: string, by: number): void {
    const row = this.#counts.has(first) || this.#counts.size < MAX_PAIR_VALUES ? first : OTHER;
    const known = this.#counts.get(row) ?? new Map<string, number>();
    this.#counts.set(row, known);
    const column = known.has(second) || known.size < MAX_PAIR_VALUES ? second : OTHER;
    known.set(column, (known.get(column) ?? 0) + by);
  }

  values(): MetricValue[] {
    return [...this.#counts].flatMap(([first, row]) =>
      [...row].map(([second, value]) => ({
        metricName: this.#name,
        labels: { [this.#labels[0]]: first, [this.#labels[1]]: second },
        value,
      })),
    );
  }
}
