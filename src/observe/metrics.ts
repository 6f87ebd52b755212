// What the gateway counts and times, in the Prometheus exposition format. Labels are bounded: methods that no revision names, and whatever
// exceeds a cap, are counted under `other`; names that agents choose are never labels.
import { collectDefaultMetrics, Registry } from 'prom-client';
import { knownMethods } from '../mcp/method-kind.ts';
import { BucketHistogram, type MetricValue, OTHER } from './bucket-histogram.ts';

/** Servers (stages, kinds) with a latency series of their own. */
export const MAX_LABEL_VALUES = 500;
/** Outcomes with a series of their own, per method. */
export const MAX_OUTCOME_LABELS = 64;
/** Upper bounds of the latency buckets, seconds: from what a stage takes to the longest a server may. */
export const LATENCY_BUCKETS_S = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

export interface Metrics {
  readonly contentType: string;
  callStarted(kind: string): void;
  /** `outcome`: a denial code or how the call ended. */
  callEnded(kind: string, method: string, outcome: string, durationMs: number): void;
  stage(name: string, durationMs: number): void;
  upstream(server: string, durationMs: number): void;
  /** One durable append. */
  append(durationMs: number): void;
  /** A call was refused by this limit. */
  limited(limit: string): void;
  /** Can the log be written? */
  logHealthy(healthy: boolean): void;
  /** Calls, parked calls, sessions that a freeze or a revocation ended. */
  stopped(what: string, count: number): void;
  /** Everything that a freeze covers was ended here, so long after it was set. */
  freezeDone(durationMs: number): void;
  /** Adds a gauge that is read when the metrics are rendered; what it throws leaves it out. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same with one label, a series for each value that `read` gives. */
  gauges(name: string, help: string, label: string, read: () => readonly (readonly [string, number])[]): void;
  /** Prometheus text exposition format. */
  render(): Promise<string>;
}

export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const known: ReadonlySet<string> = new Set(knownMethods());
  const calls = new CallCounter();
  let inFlight = 0;
  let isLogHealthy = true;
  const callSeconds = histogram(registry, 'sallyport_call_seconds', 'Calls from start to end, by kind.', 'kind');
  const stageSeconds = histogram(registry, 'sallyport_stage_seconds', 'Time spent in each stage of the table.', 'stage');
  const upstreamSeconds = histogram(registry, 'sallyport_upstream_seconds', 'Time servers took to answer.', 'server');
  const appendSeconds = histogram(registry, 'sallyport_append_seconds', 'Time until log entries were durable.', 'log');
  plain(registry, 'sallyport_calls_total', 'Calls that ended, by method and outcome.', 'counter', () => calls.values());
  const freezeSeconds = histogram(registry, 'sallyport_freeze_seconds', 'Time from a freeze until everything it covers was ended.', 'of');
  const stopped = new Map<string, number>();
  plain(registry, 'sallyport_stopped_total', 'What freezes and revocations ended.', 'counter', () =>
    [...stopped].map(([what, value]) => ({ metricName: 'sallyport_stopped_total', labels: { what }, value })),
  );
  const limits = new NameCounter();
  plain(registry, 'sallyport_limited_total', 'Calls refused by a limit.', 'counter', () =>
    limits.values('sallyport_limited_total', 'limit'),
  );
  const gauge: Metrics['gauge'] = (name, help, read) => plain(registry, name, help, 'gauge', () => reading(name, read));
  gauge('sallyport_calls_in_flight', 'Calls that are running.', () => inFlight);
  gauge('sallyport_log_healthy', '1 when the audit log can be written, else 0.', () => Number(isLogHealthy));
  return {
    contentType: registry.contentType,
    callStarted: () => {
      inFlight++;
    },
    callEnded: (kind, method, outcome, durationMs) => {
      inFlight--;
      calls.count(known.has(method) ? method : OTHER, outcome);
      callSeconds.observe(kind, durationMs / 1000);
    },
    stage: (name, durationMs) => stageSeconds.observe(name, durationMs / 1000),
    upstream: (server, durationMs) => upstreamSeconds.observe(server, durationMs / 1000),
    append: (durationMs) => appendSeconds.observe('audit', durationMs / 1000),
    logHealthy: (healthy) => {
      isLogHealthy = healthy;
    },
    stopped: (what, count) => void stopped.set(what, (stopped.get(what) ?? 0) + count),
    freezeDone: (durationMs) => freezeSeconds.observe('freeze', durationMs / 1000),
    limited: (limit) => limits.count(limit),
    gauge,
    gauges: (name, help, label, read) =>
      plain(registry, name, help, 'gauge', () =>
        read()
          .slice(0, MAX_LABEL_VALUES)
          .map(([of, value]) => ({ metricName: name, labels: { [label]: of }, value })),
      ),
    render: () => registry.metrics(),
  };
}

/** A counter with one label whose values are names that operators chose. */
class NameCounter {
  readonly #counts = new Map<string, number>();

  count(name: string): void {
    const label = this.#counts.has(name) || this.#counts.size < MAX_LABEL_VALUES ? name : OTHER;
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  values(metricName: string, label: string): MetricValue[] {
    return [...this.#counts].map(([name, value]) => ({ metricName, labels: { [label]: name }, value }));
  }
}

/** Calls by method and outcome. */
class CallCounter {
  readonly #counts = new Map<string, Map<string, number>>();

  count(method: string, outcome: string): void {
    let outcomes = this.#counts.get(method);
    if (!outcomes) {
      outcomes = new Map();
      this.#counts.set(method, outcomes);
    }
    const label = outcomes.has(outcome) || outcomes.size < MAX_OUTCOME_LABELS ? outcome : OTHER;
    outcomes.set(label, (outcomes.get(label) ?? 0) + 1);
  }

  values(): MetricValue[] {
    const values: MetricValue[] = [];
    for (const [method, outcomes] of this.#counts) {
      for (const [outcome, value] of outcomes) values.push({ metricName: 'sallyport_calls_total', labels: { method, outcome }, value });
    }
    return values;
  }
}

function reading(metricName: string, read: () => number): MetricValue[] {
  try {
    return [{ metricName, labels: {}, value: read() }];
  } catch {
    return [];
  }
}

function histogram(registry: Registry, name: string, help: string, label: string): BucketHistogram {
  const made = new BucketHistogram({ name, help, label, buckets: LATENCY_BUCKETS_S, maxLabels: MAX_LABEL_VALUES });
  register(registry, made.asMetric());
  return made;
}

function plain(registry: Registry, name: string, help: string, type: 'counter' | 'gauge', values: () => MetricValue[]): void {
  register(registry, { name, get: async () => ({ name, help, type, aggregator: 'sum', values: values() }), reset: () => undefined });
}

/** The registry calls only these members of a metric; its types ask for one of its own classes. */
function register(registry: Registry, metric: { name: string; get(): Promise<unknown>; reset(): void }): void {
  registry.registerMetric(metric as unknown as Parameters<Registry['registerMetric']>[0]);
}
