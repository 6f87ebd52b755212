// Counters and histograms of the gateway in Prometheus form. On the path of every call: plain array arithmetic, rendered only when asked for.
// Labels are bounded: names that agents choose never become labels; server names are capped.
import { Counter, collectDefaultMetrics, Gauge, type MetricConfiguration, Registry } from 'prom-client';

/** Upper bounds of the latency buckets, seconds. */
export const LATENCY_BUCKETS_S = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Different label values of one histogram; what comes later is counted as `other`. */
export const MAX_LABEL_VALUES = 500;

export interface Metrics {
  /** A row of the table took this long, milliseconds. */
  stage(row: string, ms: number): void;
  callStarted(kind: string): void;
  /** `outcome`: ok, tool_error, rpc_error, denied_<code>. */
  callEnded(kind: string, method: string, outcome: string, ms: number): void;
  /** A server took this long to answer, milliseconds. */
  upstream(server: string, ms: number): void;
  /** Adds a gauge that is read when metrics are rendered. */
  gauge(name: string, help: string, read: () => number): void;
  /** Prometheus text exposition format. */
  render(): Promise<string>;
}

export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const stages = new Buckets(registry, 'sallyport_stage_seconds', 'Time in one stage of the pipeline.', 'stage');
  const calls = new Buckets(registry, 'sallyport_call_seconds', 'Time of a whole call in the pipeline, servers included.', 'kind');
  const upstreams = new Buckets(registry, 'sallyport_upstream_seconds', 'Time until a server answered.', 'server');
  const ended = new Map<string, { method: string; outcome: string; count: number }>();
  let inFlight = 0;
  const total: Counter<'method' | 'outcome'> = new Counter({
    name: 'sallyport_calls_total',
    help: 'Calls by method and outcome.',
    labelNames: ['method', 'outcome'],
    registers: [registry],
    collect() {
      total.reset();
      for (const { method, outcome, count } of ended.values()) total.inc({ method, outcome }, count);
    },
  });
  const metrics: Metrics = {
    stage: (row, ms) => stages.observe(row, ms),
    callStarted: () => {
      inFlight++;
    },
    callEnded: (kind, method, outcome, ms) => {
      inFlight--;
      calls.observe(kind, ms);
      const known = KNOWN_METHOD.test(method) && ended.size < MAX_LABEL_VALUES * 10 ? method : 'other';
      const key = `${known} ${outcome}`;
      const row = ended.get(key);
      if (row) row.count++;
      else ended.set(key, { method: known, outcome, count: 1 });
    },
    upstream: (server, ms) => upstreams.observe(server, ms),
    gauge: (name, help, read) => {
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
    },
    render: () => registry.metrics(),
  };
  metrics.gauge('sallyport_calls_in_flight', 'Calls under way.', () => inFlight);
  return metrics;
}

/** Methods of the protocol; anything else an agent sends is `other`. */
const KNOWN_METHOD = /^(?:initialize|ping|server\/discover|logging\/setLevel|(?:tools|prompts|resources|tasks|completion|subscriptions|sampling|elicitation|roots|notifications)\/[A-Za-z/_]{1,40})$/;

/** One histogram family as arrays; prom-client only writes it down. */
class Buckets {
  readonly #series = new Map<string, { counts: Float64Array; sum: number; count: number }>();

  constructor(registry: Registry, name: string, help: string, label: string) {
    const series = this.#series;
    registry.registerMetric(
      new Exposed({ name, help, label, read: () => series }) as unknown as Parameters<Registry['registerMetric']>[0],
    );
  }

  observe(value: string, ms: number): void {
    const seconds = ms / 1000;
    let row = this.#series.get(value);
    if (!row) {
      const key = this.#series.size < MAX_LABEL_VALUES ? value : 'other';
      row = this.#series.get(key) ?? { counts: new Float64Array(LATENCY_BUCKETS_S.length + 1), sum: 0, count: 0 };
      this.#series.set(key, row);
    }
    let at = 0;
    while (at < LATENCY_BUCKETS_S.length && seconds > (LATENCY_BUCKETS_S[at] ?? 0)) at++;
    row.counts[at] = (row.counts[at] ?? 0) + 1;
    row.sum += seconds;
    row.count++;
  }
}

interface ExposedOptions {
  name: string;
  help: string;
  label: string;
  read: () => ReadonlyMap<string, { counts: Float64Array; sum: number; count: number }>;
}

/** What the registry asks of a metric: its name and its current values. */
class Exposed implements Pick<MetricConfiguration<string>, 'name' | 'help'> {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #options: ExposedOptions;

  constructor(options: ExposedOptions) {
    this.name = options.name;
    this.help = options.help;
    this.#options = options;
  }

  reset(): void {}

  async get(): Promise<object> {
    const { name, help, label, read } = this.#options;
    const values: { labels: Record<string, string | number>; value: number; metricName: string }[] = [];
    for (const [value, row] of read()) {
      let cumulative = 0;
      LATENCY_BUCKETS_S.forEach((le, at) => {
        cumulative += row.counts[at] ?? 0;
        values.push({ labels: { le, [label]: value }, value: cumulative, metricName: `${name}_bucket` });
      });
      values.push({ labels: { le: '+Inf', [label]: value }, value: row.count, metricName: `${name}_bucket` });
      values.push({ labels: { [label]: value }, value: row.sum, metricName: `${name}_sum` });
      values.push({ labels: { [label]: value }, value: row.count, metricName: `${name}_count` });
    }
    return { name, help, type: this.type, values, aggregator: this.aggregator };
  }
}
