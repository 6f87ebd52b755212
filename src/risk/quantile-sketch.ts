// Quantiles of amounts in bounded memory: counts in buckets whose bounds grow by 10 %, so that a quantile is off by at most 5 %.
// Old amounts fade: when the sketch is full of counts, all of them are halved. Signs are ignored: what matters is how large an amount is.
const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** Buckets of one sketch; beyond them the smallest amounts share one. */
export const MAX_BUCKETS = 64;
/** Counts of one sketch; at this number all are halved. */
export const MAX_COUNT = 8_192;
/** Bucket of zero and of what is too small to matter. */
const ZERO_BUCKET = -400;
const LARGEST_BUCKET = 7_000;

export type SketchState = [buckets: [number, number][], max: number];

export class QuantileSketch {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;

  static from(state: SketchState): QuantileSketch {
    const sketch = new QuantileSketch();
    for (const [bucket, count] of state[0].slice(0, MAX_BUCKETS)) {
      if (!Number.isSafeInteger(bucket) || !Number.isSafeInteger(count) || count <= 0) continue;
      sketch.#buckets.set(bucket, count);
      sketch.#count += count;
    }
    sketch.#max = Number.isFinite(state[1]) ? state[1] : 0;
    return sketch;
  }

  get count(): number {
    return this.#count;
  }

  /** Largest amount seen, without sign. */
  get max(): number {
    return this.#max;
  }

  add(amount: number): void {
    if (Number.isNaN(amount)) return;
    const size = Math.abs(amount);
    const bucket = bucketOf(size);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    if (size > this.#max) this.#max = size;
    if (this.#buckets.size > MAX_BUCKETS) this.#joinSmallest();
    if (this.#count >= MAX_COUNT) this.#fade();
  }

  /** Share of the amounts seen that are smaller, 0–1; undefined when none were. */
  shareBelow(amount: number): number | undefined {
    if (this.#count === 0) return undefined;
    const bucket = bucketOf(Math.abs(amount));
    let below = 0;
    for (const [other, count] of this.#buckets) if (other < bucket) below += count;
    return below / this.#count;
  }

  /** The amount below which this share of the amounts lies; undefined when none were seen. */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = Math.max(1, Math.ceil(share * this.#count));
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    for (const [bucket, count] of sorted) {
      left -= count;
      if (left <= 0) return bucket === ZERO_BUCKET ? 0 : Math.min(this.#max, GROWTH ** (bucket - 0.5));
    }
    return this.#max;
  }

  state(): SketchState {
    return [[...this.#buckets], this.#max];
  }

  #joinSmallest(): void {
    const [first, second] = [...this.#buckets.keys()].sort((a, b) => a - b);
    if (first === undefined || second === undefined) return;
    this.#buckets.set(second, (this.#buckets.get(second) ?? 0) + (this.#buckets.get(first) ?? 0));
    this.#buckets.delete(first);
  }

  #fade(): void {
    this.#count = 0;
    for (const [bucket, count] of this.#buckets) {
      const left = count >> 1;
      if (left === 0) this.#buckets.delete(bucket);
      else this.#buckets.set(bucket, left);
      this.#count += left;
    }
  }
}

function bucketOf(size: number): number {
  if (size === 0) return ZERO_BUCKET;
  return Math.min(LARGEST_BUCKET, Math.max(ZERO_BUCKET, Math.ceil(Math.log(size) / LOG_GROWTH)));
}
