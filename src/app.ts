// The composition root: every port is made and handed out here, once. No logic of its own; what starts here is stopped here, in reverse.
import { randomBytes } from 'node:crypto';
import { adminListener } from './app/admin-listener.ts';
import { agentListener } from './app/agent-listener.ts';
import { anchorsOf } from './app/anchors.ts';
import { createApprovals, createDeliveries, createLinks, createUsedBook, ticketTarget, watchTickets } from './app/approvals.ts';
import { ArchiveKeeper } from './app/archive-keeper.ts';
import { CheckpointKeeper } from './app/checkpoint-keeper.ts';
import { type Core, openCore } from './app/core.ts';
import { Definitions } from './app/definitions.ts';
import { tuneEngine } from './app/engine.ts';
import { endExpiredStreams } from './app/expired-stream.ts';
import { ForwardKeeper } from './app/forward-keeper.ts';
import { freezer } from './app/freezer.ts';
import type { Gateway, Inside } from './app/gateway.ts';
import { HistoryKeeper } from './app/history-keeper.ts';
import { KillSwitch } from './app/kill-switch.ts';
import { createLimits } from './app/limits.ts';
import { createNotifier } from './app/notifications.ts';
import { toolsStated } from './app/object-context.ts';
import { PolicyKeeper } from './app/policy-keeper.ts';
import { RetentionKeeper } from './app/retention-keeper.ts';
import { ShadowKeeper } from './app/shadow-keeper.ts';
import { slackAnswers } from './app/slack-answer.ts';
import { keepTokenUse, tokenMetrics } from './app/token-use.ts';
import { LastUsed } from './auth/last-used.ts';
import { TokenDirectory } from './auth/token-directory.ts';
import { Catalog } from './catalog/catalog.ts';
import { UriRoutes } from './catalog/uri-routes.ts';
import { type Config, isLoopback } from './config.ts';
import { createDlpScanner } from './detect/dlp/scanner.ts';
import { TokenBook } from './detect/dlp/token.ts';
import { FlowBook } from './detect/flow/book.ts';
import { FlowFacts } from './detect/flow/facts.ts';
import { KEY_BYTES } from './detect/flow/hasher.ts';
import { createInjectionLooker } from './detect/injection/looker.ts';
import { IntentAnalyser } from './detect/intent/intent-analyser.ts';
import { InFlight } from './kill/inflight.ts';
import { newId } from './lib/id.ts';
import { Lru } from './lib/lru.ts';
import { createLogger, type Logger } from './observe/log.ts';
import { createMetrics } from './observe/metrics.ts';
import { controlCompiler } from './pipeline/compile-control.ts';
import { LiveControl } from './pipeline/control-source.ts';
import { Readings } from './pipeline/discovery.ts';
import type { VaultSeal } from './pipeline/dlp-token.ts';
import type { PipelineSettings } from './pipeline/flight.ts';
import { IncidentLimit } from './pipeline/incident.ts';
import { canaryInspector } from './pipeline/inspect-canary.ts';
import { dlpInspector } from './pipeline/inspect-dlp.ts';
import { flowInspector } from './pipeline/inspect-flow.ts';
import { injectionInspector } from './pipeline/inspect-injection.ts';
import { intentInspector } from './pipeline/inspect-intent.ts';
import { createPipeline, type Pipeline } from './pipeline/run.ts';
import { ShadowTally } from './pipeline/shadow.ts';
import { StrangerLimit } from './pipeline/stranger-limit.ts';
import { ViewBook } from './pipeline/view-book.ts';
import { longestCallOf } from './retention/eraser.ts';
import { createConnectors } from './upstream/connectors.ts';
import type { Upstreams } from './upstream/exchange.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { Watchdog } from './upstream/watchdog.ts';
import { openText, sealText } from './vault/token-seal.ts';
import { secretSealer, type Vault } from './vault/vault.ts';

export { type Core, openCore } from './app/core.ts';
export type { Gateway } from './app/gateway.ts';

export const VERSION = '0.1.0';

const SEALED_TASKS = 100_000;
const DEFINITION_AGE_MS = 300_000;
const AGGREGATE_DEADLINE_MS = 5_000;
const NO_PARSER_TEXT = 'the parsers for arguments cannot be loaded: complex SQL and shell texts count as destructive';
const HEALTH_VALUES = { up: 1, trial: 0.5, resting: 0 } as const;

/** Listening on both ports when it resolves. Rejects, with nothing left open, when any part cannot start. */
export async function startGateway(config: Config): Promise<Gateway> {
  tuneEngine();
  const core = await openCore(config, { create: true });
  const inside = assemble(config, core);
  try {
    return await open(inside);
  } catch (error) {
    await stopInside(inside);
    throw error;
  }
}

async function open(inside: Inside): Promise<Gateway> {
  const { config, control, log, clock, instance, store } = inside;
  const exclusive = await store.presence.claim();
  // Not waited for: a call that comes before waits itself.
  void inside.intent.load(() => clock.monotonicMs()).catch((error: unknown) => inside.logger.error({ err: String(error) }, NO_PARSER_TEXT));
  await control.start();
  inside.histories.start();
  inside.shadowKeeper.start();
  inside.checkpoints.start();
  await inside.notifier.start(exclusive);
  inside.forwards.start(exclusive);
  inside.retention.start();
  inside.archives.start();
  inside.policies.start();
  for (const { org } of control.all()) await log.recordStart(org, { timeMs: clock.nowMs(), instance, version: VERSION, exclusive });
  await store.presence.settle();
  const agentServer = agentListener(inside);
  const adminServer = adminListener(inside, VERSION);
  inside.metrics.gauge('sallyport_freezes', 'Freezes in force.', () => activeFreezes(inside));
  inside.metrics.gauge('sallyport_sessions', 'Agent sessions of the session-era revisions.', () => agentServer.activeSessions());
  inside.metrics.gaugeByOrg('sallyport_server_health', '1: well, 0.5: tried again, 0: left alone after failures.', () =>
    inside.upstreams.status().map(({ org, server, health }) => [org, HEALTH_VALUES[health], server] as const),
  );
  inside.metrics.gaugeByOrg('sallyport_anchors_failing', 'Anchors of the log whose last attempt failed.', () =>
    inside.anchors.keeper.failing().map(({ org, count }) => [org, count] as const),
  );
  inside.metrics.gaugeByOrg(
    'sallyport_policy_problems',
    'Places in stored policies and standing grants that would be refused if they were applied now.',
    () => control.all().map(({ org }) => [org, inside.policies.problems(org).length] as const),
  );
  inside.metrics.gaugeByOrg('sallyport_archive_failing', '1: the last try to archive the oldest entries failed.', () =>
    inside.archives.failing().map((org) => [org, 1] as const),
  );
  const { url: adminUrl } = await adminServer.listen(config.admin.host, config.admin.port);
  inside.links.base = config.admin.publicUrl ?? (isLoopback(config.agent.host) ? adminUrl : undefined);
  const { url: mcpUrl } = await agentServer.listen(config.agent.host, config.agent.port).catch(async (error: unknown) => {
    await adminServer.close();
    throw error;
  });
  tokenMetrics(inside);
  const endTokenUse = await keepTokenUse(inside);
  const endLooking = endExpiredStreams(inside);
  const endTickets = watchTickets(inside);
  const close = async (): Promise<void> => {
    await agentServer.close(config.limits.drainTimeoutMs);
    await adminServer.close();
    endLooking();
    await endTickets();
    await endTokenUse();
    await stopInside(inside);
  };
  return { ...inside, agentServer, mcpUrl, adminUrl, close };
}

function assemble(config: Config, core: Core): Inside {
  const { store, log, clock } = core;
  const logger = createLogger({ level: config.logLevel === 'trace' ? 'debug' : config.logLevel });
  const inFlight = new InFlight(config.limits.maxInFlight);
  const views = new ViewBook((error) => logger.error({ why: String(error) }, 'an agent could not be told that its lists changed'));
  const operators = new TokenDirectory();
  const metrics = createMetrics();
  const instance = newId('gw', clock.nowMs());
  const killSwitch = new KillSwitch({ clock, log, logger, metrics, instance });
  const histories = new HistoryKeeper({ log: store.log, audit: log, store: store.histories, logger });
  const forwards = new ForwardKeeper({ core, config, logger, metrics, instance, version: VERSION });
  const control = liveControl(core, config, logger, (next, previous) => {
    operators.replace(
      next.org,
      next.view.operators().map(({ spec }) => spec.hash),
    );
    // What is to end ends first: who may go on is told afterwards what it sees. Neither of them fails; a mistake in them must not end the process.
    killSwitch
      .follow(next, previous)
      .then(() => views.controlChanged(next))
      .catch((error: unknown) => logger.error({ why: String(error) }, 'agents could not be told of a change'));
    for (const keeper of [retention, policies]) keeper.follow(next, previous);
    histories.want(next.org, next.risk !== undefined || next.policies.needsFacts);
    forwards.follow(next.view);
  });
  const { upstreams, connectors } = servers(config, core, logger);
  const approvals = createApprovals(core, instance);
  const retention = new RetentionKeeper({
    ...{ core, logger, instance, controls: control, longestCallMs: longestCallOf(config.limits) },
    endTicket: (org, id, why) => approvals.drain(org, id, why),
  });
  killSwitch.stopper.add(inFlight);
  killSwitch.stopper.add(ticketTarget(approvals, logger));
  killSwitch.stopper.add({ what: 'parked', doomed: (org, judge) => upstreams.doomedParked(org, judge) });
  const [catalog, shadows] = [new Catalog(), new ShadowTally()];
  const policies = policyKeeper(core, control, catalog, logger);
  const parts = {
    ...core,
    ...{ config, logger, inFlight, views, histories, forwards, operators, control, metrics, killSwitch, instance, catalog },
    ...{ upstreams, connectors, approvals, retention, policies },
    deliveries: createDeliveries(core, logger),
    usedGrants: createUsedBook(core, approvals),
    slackAnswers: slackAnswers(logger),
    links: createLinks(core, (org) => control.current(org) !== undefined),
    limits: createLimits({ ...core, config, logger, instance }),
    definitions: new Definitions({
      ...{ catalog, control, log, clock, logger, instance, judging: policies },
      text: (...of) => core.store.definitions.loadDefinition(...of),
    }),
    ...evidenceOf(core, config, logger, instance, control),
    intent: new IntentAnalyser(),
    lastUsed: new LastUsed(),
    strangers: new StrangerLimit(),
    shadows,
    shadowKeeper: new ShadowKeeper({ tally: shadows, log, clock, logger, instance }),
    ...{ dlpScanner: createDlpScanner(), injectionLooker: createInjectionLooker() },
  };
  const inside = { ...parts, log, notifier: createNotifier(parts) };
  return { ...inside, pipeline: pipelineOf(inside) };
}

function policyKeeper({ store, clock }: Core, controls: LiveControl, catalog: Catalog, logger: Logger): PolicyKeeper {
  const definition = (org: string, hash: string) => store.definitions.loadDefinition(org, hash);
  return new PolicyKeeper({ controls, clock, logger, toolsOf: toolsStated(catalog), definition });
}

type OnSwap = ConstructorParameters<typeof LiveControl>[0]['onSwap'];

function liveControl({ store, vault }: Core, config: Config, logger: Logger, onSwap: OnSwap): LiveControl {
  return new LiveControl({
    objects: store.objects,
    compile: controlCompiler(
      (org, name, sealed) => secretSealer(vault, org).open(name, sealed),
      ({ rule, message }) => logger.error({ rule, why: message }, 'a policy could not be evaluated'),
    ),
    logger,
    home: config.organization,
    prepare: (org) => vault.prepare(org),
    onSwap,
  });
}

function pipelineOf(parts: Omit<Inside, 'pipeline'>): Pipeline {
  const { config, vault, upstreams, clock, catalog, definitions, limits, links } = parts;
  upstreams.onListChanged((org, server, what) => {
    catalog.invalidate(org, server, what);
    definitions.changed(org, server);
  });
  const book = new FlowBook(clock, randomBytes(KEY_BYTES));
  const pipeline = createPipeline({
    ...parts,
    drift: definitions,
    reviewUrl: (org, ticket, untilMs) => links.urlOf(org, ticket, untilMs)?.url,
    routes: new UriRoutes(),
    readings: new Readings(),
    sealer: textSealer(vault),
    taskIds: new Lru<string, string>(SEALED_TASKS),
    limiter: limits.limiter,
    floods: limits.floods,
    incidents: new IncidentLimit(),
    freezer: freezer(parts, parts.control),
    watchdog: new Watchdog(clock),
    inspectors: [
      intentInspector(parts.intent),
      injectionInspector(parts.injectionLooker),
      canaryInspector(book),
      dlpInspector({ scanner: parts.dlpScanner, tokens: new TokenBook(clock), seal: dlpSeal(vault) }),
      flowInspector({
        ...{ book, analyser: parts.intent },
        facts: new FlowFacts({ store: parts.store.flowFacts, clock, process: newId('flow', clock.nowMs()) }),
      }),
    ],
    settings: settingsOf(config, parts.instance),
  });
  definitions.pipeline = pipeline;
  return pipeline;
}

/** Checkpoints and their anchors: each needs the other. */
function evidenceOf(core: Core, config: Config, logger: Logger, instance: string, control: LiveControl) {
  const anchors = anchorsOf({ core, config, logger, instance, control, checkpointer: () => checkpoints.checkpointer });
  const checkpoints: CheckpointKeeper = new CheckpointKeeper(core, config, logger, anchors.keeper);
  const { archiveDirectory: directory, archiveIntervalMs: intervalMs } = config.audit;
  const { checkpointer } = checkpoints;
  const longestCallMs = longestCallOf(config.limits);
  const archives = new ArchiveKeeper({
    ...{ core, controls: control, checkpointer, logger, instance },
    directory,
    intervalMs,
    longestCallMs,
  });
  return { anchors, checkpoints, archives };
}

function settingsOf(config: Config, instance: string): PipelineSettings {
  return {
    anonymousOrg: config.profile === 'conformance' ? config.organization : undefined,
    aggregateDeadlineMs: AGGREGATE_DEADLINE_MS,
    callTimeoutMs: config.limits.callTimeoutMs,
    definitionAgeMs: DEFINITION_AGE_MS,
    payloads: config.audit.payloads,
    maxPayloadUnits: config.audit.maxPayloadBytes,
    approvalWaitMs: config.approvals.waitMs,
    instance,
  };
}

function dlpSeal(vault: Vault): VaultSeal {
  return { ...textSealer(vault), mac: (org, purpose, text) => vault.mac(org, purpose, text) };
}

function servers(
  config: Config,
  { clock, vault }: Core,
  logger: Logger,
): { upstreams: Upstreams; connectors: ReturnType<typeof createConnectors> } {
  const connectors = createConnectors({
    clock,
    ownEnv: process.env,
    onOutput: ({ server }, stream, line) => logger.debug({ server, stream, line }, 'a server wrote'),
    onUnprotected: (why) => logger.warn({ why }, 'stdio servers would outlive a killed gateway'),
    http: { maxBodyBytes: config.limits.maxResultBytes },
  });
  const sealer = textSealer(vault);
  const upstreams = createUpstreams({
    connectors,
    clock,
    sealer: {
      seal: (org, text) => sealer.sealText(org, 'request-state', text),
      open: (org, sealed) => sealer.openText(org, 'request-state', sealed),
    },
    gateway: { name: 'sallyport', version: VERSION },
    report: (event, detail) => logger.warn({ event, ...detail }, 'about a server'),
  });
  return { upstreams, connectors };
}

function textSealer(vault: Vault): {
  sealText(org: string, purpose: string, text: string): string;
  openText(org: string, purpose: string, sealed: string): string | undefined;
} {
  return {
    sealText: (org, purpose, text) => sealText(vault, org, purpose, text),
    openText: (org, purpose, sealed) => openText(vault, org, purpose, sealed),
  };
}

async function stopInside(inside: Inside): Promise<void> {
  const { upstreams, connectors, control, histories, definitions, log, clock, instance, store } = inside;
  definitions.close();
  await inside.slackAnswers.close();
  await upstreams.close();
  await connectors.close();
  control.stop();
  await inside.dlpScanner.close();
  await inside.notifier.close();
  await inside.injectionLooker.close();
  await inside.limits.stop();
  await histories.close();
  await inside.shadowKeeper.close();
  await inside.checkpoints.close();
  await inside.anchors.wire.close();
  await inside.forwards.close();
  await inside.retention.close();
  await inside.archives.close();
  await inside.policies.settled();
  for (const { org } of control.all()) {
    const fields = { event: 'stop' as const, timeMs: clock.nowMs(), instance, reason: 'orderly stop' };
    await log.record(org, { type: 'system', fields }).catch(() => undefined); // the store may be what failed
  }
  await store.lifecycle.close();
}

function activeFreezes({ control, clock }: Inside): number {
  return control.all().reduce((sum, { freezes }) => sum + freezes.active(clock.nowMs()).length, 0);
}
