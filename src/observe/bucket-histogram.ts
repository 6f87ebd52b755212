// A histogram that costs an array increment to observe and is read through the metrics registry. Label values are capped: what comes after the
// cap is counted under `other`.

export interface HistogramOptions {
  name: string;
  help: string;
  /** Name of the one label. */
  label: string;
  /** Upper bounds in seconds, ascending. */
  buckets: readonly number[];
  /** Distinct label values at most, `other` not counted. */
  maxLabels: number;
}

export interface MetricValue {
  metricName: string;
  labels: Record<string, string | number>;
  value: number;
}

export const OTHER = 'other';

export class BucketHistogram {
  readonly #options: HistogramOptions;
  /** By organization, then by label value. */
  readonly #series = new Map<string, Map<string, Series>>();
  #plain: Map<string, Series> | undefined;

  constructor(options: HistogramOptions) {
    this.#options = options;
  }

  /** Without an organization the series has no such label. The cap on label values counts for each organization by itself. */
  observe(label: string, seconds: number, org = ''): void {
    const series = this.#seriesOf(org, label);
    const { buckets } = this.#options;
    // A clock that went backwards is no reason to lose the count.
    const value = Number.isFinite(seconds) ? Math.max(seconds, 0) : 0;
    let at = 0;
    while (at < buckets.length && value > (buckets[at] as number)) at++;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.sum += value;
  }

  /** Cumulative, as the exposition format wants it. */
  values(): MetricValue[] {
    const { name, label, buckets } = this.#options;
    const values: MetricValue[] = [];
    for (const [org, all] of this.#series) {
      for (const [value, { counts, sum }] of all) {
        const labels: Record<string, string> = { [label]: value, ...(org === '' ? {} : { org }) };
        let total = 0;
        for (let i = 0; i <= buckets.length; i++) {
          total += counts[i] ?? 0;
          values.push({ metricName: `${name}_bucket`, labels: { le: buckets[i] ?? '+Inf', ...labels }, value: total });
        }
        values.push({ metricName: `${name}_sum`, labels, value: sum });
        values.push({ metricName: `${name}_count`, labels, value: total });
      }
    }
    return values;
  }

  /** What a prom-client registry asks of a metric. */
  asMetric(): {
    name: string;
    get(): Promise<{ name: string; help: string; type: 'histogram'; aggregator: 'sum'; values: MetricValue[] }>;
    reset(): void;
  } {
    const { name, help } = this.#options;
    return {
      name,
      get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: this.values() }),
      reset: () => this.#series.clear(),
    };
  }

  #seriesOf(org: string, label: string): Series {
    let own = org === '' ? this.#plain : this.#series.get(org);
    if (!own) {
      own = new Map();
      this.#series.set(org, own);
      if (org === '') this.#plain = own;
    }
    const known = own.get(label);
    if (known) return known;
    if (own.size >= this.#options.maxLabels && label !== OTHER) return this.#seriesOf(org, OTHER);
    const series: Series = { counts: new Array(this.#options.buckets.length + 1).fill(0), sum: 0 };
    own.set(label, series);
    return series;
  }
}

interface Series {
  /** Per bucket, the last one for what is above all bounds. Not cumulative. */
  counts: number[];
  sum: number;
}
