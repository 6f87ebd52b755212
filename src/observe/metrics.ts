// What the gateway counts and times, in the Prometheus exposition format. Labels are bounded: methods that no revision names, and whatever
// exceeds a cap, are counted under `other`; names that agents choose are never labels.
import { collectDefaultMetrics, Registry } from 'prom-client';
import { knownMethods } from '../mcp/method-kind.ts';
import { BucketHistogram, type MetricValue, OTHER } from './bucket-histogram.ts';

/** Servers (stages, kinds) with a latency series of their own. */
export const MAX_LABEL_VALUES = 500;
/** Series of one gauge that has them by organization. */
export const MAX_GAUGE_SERIES = 10_000;
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
  callEnded(kind: string, method: string, outcome: string, durationMs: number, org?: string): void;
  stage(name: string, durationMs: number): void;
  upstream(server: string, durationMs: number, org?: string): void;
  /** One durable append. */
  append(durationMs: number): void;
  /** What an inspector saw and what was done about it. */
  finding(type: string, action: string, count: number, org?: string): void;
  /** A call was refused by this limit. */
  limited(limit: string, org?: string): void;
  /** Can the log be written? */
  logHealthy(healthy: boolean): void;
  /** Calls, parked calls, sessions that a freeze or a revocation ended. */
  stopped(what: string, count: number): void;
  /** Everything that a freeze covers was ended here, so long after it was set. */
  freezeDone(durationMs: number): void;
  /** Adds a gauge that is read when the metrics are rendered; what it throws leaves it out. */
  gauge(name: string, help: string, read: () => number): void;
  /** The same with a value for each organization, or for each of its servers (or what `label` says); what exceeds the cap on labels is left out. */
  gaugeByOrg(name: string, help: string, read: () => Iterable<readonly [org: string, value: number, of?: string]>, label?: string): void;
  /** The same for what only grows. */
  counterByOrg(name: string, help: string, read: () => Iterable<readonly [org: string, value: number]>): void;
  /** Prometheus text exposition format: everything, or what is counted for one organization. */
  render(org?: string): Promise<string>;
}

export function createMetrics(options: { processMetrics?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.processMetrics ?? true) collectDefaultMetrics({ register: registry });
  const known: ReadonlySet<string> = new Set(knownMethods());
  const calls = new CallCounter('sallyport_calls_total', ['method', 'outcome']);
  let inFlight = 0;
  let isLogHealthy = true;
  const callSeconds = histogram(registry, 'sallyport_call_seconds', 'Calls from start to end, by kind.', 'kind');
  const stageSeconds = histogram(registry, 'sallyport_stage_seconds', 'Time spent in each stage of the table.', 'stage');
  const upstreamSeconds = histogram(registry, 'sallyport_upstream_seconds', 'Time servers took to answer, by organization.', 'server');
  const appendSeconds = histogram(registry, 'sallyport_append_seconds', 'Time until log entries were durable.', 'log');
  const findings = new CallCounter('sallyport_findings_total', ['type', 'action']);
  plain(registry, 'sallyport_findings_total', 'What inspection found, by type and what was done.', 'counter', () => findings.values());
  plain(registry, 'sallyport_calls_total', 'Calls that ended, by organization, method and outcome.', 'counter', () => calls.values());
  const freezeSeconds = histogram(registry, 'sallyport_freeze_seconds', 'Time from a freeze until everything it covers was ended.', 'of');
  const stopped = new Map<string, number>();
  plain(registry, 'sallyport_stopped_total', 'What freezes and revocations ended.', 'counter', () =>
    [...stopped].map(([what, value]) => ({ metricName: 'sallyport_stopped_total', labels: { what }, value })),
  );
  const limits = new NameCounter();
  plain(registry, 'sallyport_limited_total', 'Calls refused by a limit.', 'counter', () =>
    limits.values('sallyport_limited_total', 'limit'),
  );
  const gauge: Metrics['gauge'] = (name, help, read) =>
    plain(registry, name, help, 'gauge', () => reading(() => [{ metricName: name, labels: {}, value: read() }]));
  gauge('sallyport_calls_in_flight', 'Calls that are running.', () => inFlight);
  gauge('sallyport_log_healthy', '1 when the audit log can be written, else 0.', () => Number(isLogHealthy));
  return {
    contentType: registry.contentType,
    callStarted: () => {
      inFlight++;
    },
    callEnded: (kind, method, outcome, durationMs, org) => {
      inFlight--;
      calls.count(org ?? '', known.has(method) ? method : OTHER, outcome);
      callSeconds.observe(kind, durationMs / 1000);
    },
    stage: (name, durationMs) => stageSeconds.observe(name, durationMs / 1000),
    upstream: (server, durationMs, org) => upstreamSeconds.observe(server, durationMs / 1000, org),
    append: (durationMs) => appendSeconds.observe('audit', durationMs / 1000),
    finding: (type, action, count, org) => findings.count(org ?? '', type, action, count),
    logHealthy: (healthy) => {
      isLogHealthy = healthy;
    },
    stopped: (what, count) => void stopped.set(what, (stopped.get(what) ?? 0) + count),
    freezeDone: (durationMs) => freezeSeconds.observe('freeze', durationMs / 1000),
    limited: (limit, org = '') => limits.count(org, limit),
    gauge,
    gaugeByOrg: (name, help, read, label) => plain(registry, name, help, 'gauge', () => seriesOf(name, read, label)),
    counterByOrg: (name, help, read) => plain(registry, name, help, 'counter', () => seriesOf(name, read)),
    render: async (org) => (org === undefined ? registry.metrics() : linesOf(await registry.metrics(), org)),
  };
}

function seriesOf(metricName: string, read: Parameters<Metrics['gaugeByOrg']>[2], label = 'server'): MetricValue[] {
  const value = ([org, number, of]: readonly [string, number, string?]): MetricValue => ({
    metricName,
    labels: { ...(of === undefined ? {} : { [label]: of }), org },
    value: number,
  });
  return reading(() => [...read()].slice(0, MAX_GAUGE_SERIES).map(value));
}

/** A counter whose values are names that operators chose, by organization. */
class NameCounter {
  readonly #counts = new Map<string, Map<string, number>>();

  count(org: string, name: string): void {
    let own = this.#counts.get(org);
    if (!own) {
      own = new Map();
      this.#counts.set(org, own);
    }
    const label = own.has(name) || own.size < MAX_LABEL_VALUES ? name : OTHER;
    own.set(label, (own.get(label) ?? 0) + 1);
  }

  values(metricName: string, label: string): MetricValue[] {
    return [...this.#counts].flatMap(([org, own]) =>
      [...own].map(([name, value]) => ({ metricName, labels: { ...(org === '' ? {} : { org }), [label]: name }, value })),
    );
  }
}

/** Counts by organization and two more labels, all bounded. */
class CallCounter {
  readonly #name: string;
  readonly #labels: readonly [string, string];
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  constructor(name: string, labels: readonly [string, string]) {
    this.#name = name;
    this.#labels = labels;
  }

  count(org: string, first: string, second: string, by = 1): void {
    let rows = this.#counts.get(org);
    if (!rows) {
      rows = new Map();
      this.#counts.set(org, rows);
    }
    const row = rows.has(first) || rows.size < MAX_LABEL_VALUES ? first : OTHER;
    let outcomes = rows.get(row);
    if (!outcomes) {
      outcomes = new Map();
      rows.set(row, outcomes);
    }
    const label = outcomes.has(second) || outcomes.size < MAX_OUTCOME_LABELS ? second : OTHER;
    outcomes.set(label, (outcomes.get(label) ?? 0) + by);
  }

  values(): MetricValue[] {
    const values: MetricValue[] = [];
    for (const [org, rows] of this.#counts) {
      for (const [first, outcomes] of rows) {
        for (const [second, value] of outcomes) {
          const labels = { ...(org === '' ? {} : { org }), [this.#labels[0]]: first, [this.#labels[1]]: second };
          values.push({ metricName: this.#name, labels, value });
        }
      }
    }
    return values;
  }
}

function reading(read: () => MetricValue[]): MetricValue[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** Samples that carry this organization's label, with what is said about their metric. Names of organizations need no escaping. */
function linesOf(text: string, org: string): string {
  const label = new RegExp(`[{,]org="${org}"[,}]`);
  const kept: string[] = [];
  let about: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP')) about = [line];
    else if (line.startsWith('#')) about.push(line);
    else if (label.test(line)) {
      kept.push(...about, line);
      about = [];
    }
  }
  return `${kept.join('\n')}\n`;
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
