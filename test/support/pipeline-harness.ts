// The pipeline on a real store, with a server that is played by the test: what an agent sends, what the server receives and answers,
// what the agent gets, which entries are written.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApprovals, createDeliveries, createUsedBook, ticketTarget } from '../../src/app/approvals.ts';
import { Definitions } from '../../src/app/definitions.ts';
import { freezer } from '../../src/app/freezer.ts';
import { HistoryKeeper } from '../../src/app/history-keeper.ts';
import { KillSwitch } from '../../src/app/kill-switch.ts';
import { type Core, openCore } from '../../src/app.ts';
import type { Deliveries } from '../../src/approval/deliveries.ts';
import type { ApprovalDesk } from '../../src/approval/desk.ts';
import type { UsedBook } from '../../src/approval/used-book.ts';
import { LastUsed } from '../../src/auth/last-used.ts';
import { tokenHash } from '../../src/auth/token.ts';
import {
  type Call,
  type CallReply,
  type ClientContext,
  type Era,
  type MethodKind,
  newCall,
  type Peer,
  type Surface,
} from '../../src/call.ts';
import { Catalog } from '../../src/catalog/catalog.ts';
import { UriRoutes } from '../../src/catalog/uri-routes.ts';
import { loadConfig } from '../../src/config.ts';
import { InFlight } from '../../src/kill/inflight.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { newId } from '../../src/lib/id.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { Lru } from '../../src/lib/lru.ts';
import { FloodGate } from '../../src/limit/flood.ts';
import { ProcessRates } from '../../src/limit/gcra.ts';
import { Limiter } from '../../src/limit/limiter.ts';
import { methodKind } from '../../src/mcp/method-kind.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { createLogger } from '../../src/observe/log.ts';
import { createMetrics, type Metrics } from '../../src/observe/metrics.ts';
import { controlCompiler } from '../../src/pipeline/compile-control.ts';
import { LiveControl } from '../../src/pipeline/control-source.ts';
import { Readings } from '../../src/pipeline/discovery.ts';
import type { Inspector, Ports } from '../../src/pipeline/flight.ts';
import { IncidentLimit } from '../../src/pipeline/incident.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/run.ts';
import { ShadowTally } from '../../src/pipeline/shadow.ts';
import { StrangerLimit } from '../../src/pipeline/stranger-limit.ts';
import { ViewBook } from '../../src/pipeline/view-book.ts';
import type { FailWrite } from '../../src/store/port.ts';
import type { UpstreamRequest, Upstreams } from '../../src/upstream/exchange.ts';
import { Watchdog } from '../../src/upstream/watchdog.ts';
import { openText, sealText } from '../../src/vault/token-seal.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { verifyStore } from './log-lines.ts';
import { seed } from './seed.ts';

export interface Entry {
  seq: number;
  header: JsonObject & { revision: number };
  content: JsonObject & { type: string };
}

export interface Harness {
  core: Core;
  org: string;
  pipeline: Pipeline;
  control: LiveControl;
  inFlight: InFlight;
  histories: HistoryKeeper;
  shadows: ShadowTally;
  definitions: Definitions;
  metrics: Metrics;
  limiter: Limiter;
  floods: FloodGate;
  approvals: ApprovalDesk;
  deliveries: Deliveries;
  usedGrants: UsedBook;
  /** What servers received, in order. */
  sent: UpstreamRequest[];
  /** How the server answers from now on. */
  answer(handler: (request: UpstreamRequest) => Promise<CallReply> | CallReply): void;
  seed(...objects: StoredObject[]): Promise<number>;
  entries(): Promise<Entry[]>;
  close(): Promise<void>;
}

export interface HarnessOptions {
  objects?: StoredObject[];
  dataDir?: string;
  databaseUrl?: string;
  failWrite?: FailWrite;
  inspectors?: readonly Inspector[];
  callTimeoutMs?: number;
  /** Of a server that is asked with all others: long, where the test is not of one that hangs. */
  aggregateDeadlineMs?: number;
  approvalWaitMs?: number;
  /** Where people would see tickets; undefined: nowhere. */
  reviewUrl?: string;
  clock?: Clock;
}

export async function harness(options: HarnessOptions = {}): Promise<Harness> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const { config, problems } = loadConfig({
    env: {},
    flags: { dataDir, ...(options.databaseUrl ? { databaseUrl: options.databaseUrl } : {}) },
  });
  if (!config) throw new Error(problems?.join('; '));
  const core = await openCore(config, { create: true, failWrite: options.failWrite });
  const org = config.organization;
  if (options.objects) await seed(core, org, options.objects);
  const logger = createLogger({ level: 'silent' });
  const inFlight = new InFlight();
  const metrics = createMetrics({ processMetrics: false });
  const killSwitch = new KillSwitch({ clock: core.clock, log: core.log, logger, metrics, instance: 'test' });
  const approvals = createApprovals({ ...core, clock: options.clock ?? core.clock }, 'test');
  const deliveries = createDeliveries({ ...core, clock: options.clock ?? core.clock }, logger);
  const usedGrants = createUsedBook({ ...core, clock: options.clock ?? core.clock }, approvals);
  killSwitch.stopper.add(inFlight);
  killSwitch.stopper.add(ticketTarget(approvals, logger));
  const control = new LiveControl({
    objects: core.store.objects,
    compile: controlCompiler(
      (o, name, sealed) => secretSealer(core.vault, o).open(name, sealed),
      () => undefined,
    ),
    logger,
    onSwap: (next, previous) => {
      killSwitch.follow(next, previous);
      views.controlChanged(next);
      histories.want(next.org, next.risk !== undefined || next.policies.needsFacts);
    },
  });
  const views = new ViewBook((error) => {
    throw error;
  });
  const histories = new HistoryKeeper({ log: core.store.log, audit: core.log, store: core.store.histories, logger });
  const catalog = new Catalog();
  const definitions = new Definitions({
    ...{ catalog, control, log: core.log, clock: core.clock, logger, instance: 'test' },
    text: (of, hash) => core.store.definitions.loadDefinition(of, hash),
  });
  let isClosed = false;
  const sent: UpstreamRequest[] = [];
  let handler: (request: UpstreamRequest) => Promise<CallReply> | CallReply = echoServer;
  const clock = options.clock ?? core.clock;
  const limiter = new Limiter({ clock, rates: new ProcessRates(() => clock.monotonicMs()), quotas: core.store.limits.quotas });
  const floods = new FloodGate();
  const shadows = new ShadowTally();
  const ports: Ports = {
    clock,
    log: core.log,
    control,
    upstreams: playedServer(sent, (request) => handler(request)),
    catalog,
    approvals,
    deliveries,
    usedGrants,
    reviewUrl: (_org, ticket) => options.reviewUrl && `${options.reviewUrl}/${ticket}`,
    drift: definitions,
    routes: new UriRoutes(),
    readings: new Readings(),
    views,
    sealer: {
      sealText: (o, purpose, text) => sealText(core.vault, o, purpose, text),
      openText: (o, purpose, text) => openText(core.vault, o, purpose, text),
    },
    taskIds: new Lru<string, string>(1000),
    strangers: new StrangerLimit(),
    limiter,
    floods,
    incidents: new IncidentLimit(),
    shadows,
    freezer: freezer(core, control),
    lastUsed: new LastUsed(),
    inFlight,
    watchdog: new Watchdog(core.clock),
    inspectors: options.inspectors ?? [],
    histories,
    logger,
    metrics,
    settings: {
      anonymousOrg: undefined,
      aggregateDeadlineMs: options.aggregateDeadlineMs ?? 30_000,
      callTimeoutMs: options.callTimeoutMs ?? 60_000,
      definitionAgeMs: 300_000,
      payloads: 'all',
      maxPayloadUnits: 1_000_000,
      instance: 'test',
      approvalWaitMs: options.approvalWaitMs ?? 0,
    },
  };
  await control.start();
  const pipeline = createPipeline(ports);
  definitions.pipeline = pipeline;
  return {
    core,
    org,
    pipeline,
    definitions,
    control,
    inFlight,
    histories,
    shadows,
    metrics,
    limiter,
    floods,
    approvals,
    deliveries,
    usedGrants,
    sent,
    answer: (next) => {
      handler = next;
    },
    seed: (...objects) => seed(core, org, objects),
    entries: () => readEntries(core, org),
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      control.stop();
      definitions.close();
      await histories.close();
      // Whatever a scenario did, its log keeps every rule.
      const { firstBad } = await verifyStore(core, org);
      await core.store.lifecycle.close();
      if (firstBad) throw new Error(`the log of this scenario breaks a rule: ${JSON.stringify(firstBad)}`);
      if (!options.dataDir) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export async function readEntries(core: Core, org: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for await (const entry of core.store.log.read({ org }))
    found.push({
      seq: entry.seq,
      header: JSON.parse(entry.header) as Entry['header'],
      content: JSON.parse(entry.content) as Entry['content'],
    });
  return found;
}

/** How calls of tools ended, in order; what lists and the rest came to is left out. */
export function callOutcomes(entries: readonly Entry[]): Entry['content'][] {
  const calls = new Set(entries.filter(({ content }) => content.method === 'tools/call').map(({ content }) => content.call));
  return entries.filter(({ content }) => content.type === 'outcome' && calls.has(content.call)).map(({ content }) => content);
}

function playedServer(sent: UpstreamRequest[], answer: (request: UpstreamRequest) => Promise<CallReply> | CallReply): Upstreams {
  return {
    exchange: async (request) => {
      sent.push(request);
      return answer(request);
    },
    endSession: async () => {},
    doomedParked: () => [],
    onListChanged: () => () => {},
    status: () => [],
    close: async () => {},
  };
}

export const TOOLS: JsonObject[] = [
  {
    name: 'read_note',
    description: 'Reads a note.',
    inputSchema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
  },
  { name: 'write_note', description: 'Writes a note.', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } },
];

/** Lists TOOLS and answers every call with what it was given. */
export function echoServer(request: UpstreamRequest): CallReply {
  if (request.method === 'tools/list') return ok({ tools: TOOLS });
  if (request.method === 'tools/call') return ok({ content: [{ type: 'text', text: `did ${String(request.params?.name)}` }] });
  return ok({});
}

export function ok(result: JsonObject): CallReply {
  return { type: 'result', era: 'legacy', result, resultText: JSON.stringify(result) };
}

export interface CallOptions {
  bearer?: string | undefined;
  params?: JsonObject;
  surface?: Surface;
  era?: Era;
  peer?: Peer;
  controller?: AbortController;
  kind?: MethodKind;
}

export function callOf(method: string, options: CallOptions = {}): Call {
  const controller = options.controller ?? new AbortController();
  const era = options.era ?? 'legacy';
  const kind = options.kind ?? methodKind(method, method.startsWith('notifications/') ? 'notification' : 'request');
  if (kind === 'unknown') throw new Error(`unknown method ${method}`);
  const client: ClientContext = {
    era,
    protocolVersion: era === 'legacy' ? '2025-11-25' : '2026-07-28',
    capabilities: {},
    clientInfo: undefined,
    sessionId: era === 'legacy' ? 'session-1' : undefined,
    logLevel: undefined,
  };
  return newCall({
    id: newId('call', Date.now()),
    startedMs: performance.now(),
    kind,
    surface: options.surface ?? { type: 'server', server: 'notes' },
    method,
    params: options.params,
    paramsText: options.params && JSON.stringify(options.params),
    client,
    bearerHash: options.bearer === undefined ? undefined : tokenHash(options.bearer),
    remoteAddress: '127.0.0.1',
    peer: options.peer ?? { notify: () => undefined, request: undefined },
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
  });
}
