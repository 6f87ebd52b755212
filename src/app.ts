// The composition root: every port is made and handed out here, once. No logic of its own; what starts here is stopped here, in reverse.
import { AuditLog } from './audit/log.ts';
import { Catalog } from './catalog/catalog.ts';
import { UriRoutes } from './catalog/uri-routes.ts';
import type { Config } from './config.ts';
import { InFlight } from './kill/inflight.ts';
import { type Clock, systemClock } from './lib/clock.ts';
import { GatewayError } from './lib/error.ts';
import { newId } from './lib/id.ts';
import { Lru } from './lib/lru.ts';
import { createLogger, type Logger } from './observe/log.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import { controlCompiler } from './pipeline/compile-control.ts';
import type { Control } from './pipeline/control.ts';
import { LiveControl } from './pipeline/control-source.ts';
import { Readings } from './pipeline/discovery.ts';
import { createPipeline, type Pipeline } from './pipeline/run.ts';
import { StrangerLimit } from './pipeline/stranger-limit.ts';
import { type AgentServer, createAgentServer } from './server/agent-server.ts';
import { openStore } from './store/open.ts';
import type { FailWrite, Store } from './store/port.ts';
import { createConnectors } from './upstream/connectors.ts';
import type { Upstreams } from './upstream/exchange.ts';
import { createUpstreams } from './upstream/upstreams.ts';
import { loadMasterKeys } from './vault/master-key.ts';
import { openText, sealText } from './vault/token-seal.ts';
import { payloadSealer, secretSealer, Vault } from './vault/vault.ts';

export const VERSION = '0.1.0';

const SEALED_TASKS = 100_000;
const DEFINITION_AGE_MS = 300_000;
const AGGREGATE_DEADLINE_MS = 5_000;

export interface Gateway {
  readonly config: Config;
  readonly store: Store;
  readonly vault: Vault;
  readonly log: AuditLog;
  readonly control: LiveControl;
  readonly upstreams: Upstreams;
  readonly connectors: { close(): Promise<void> };
  readonly inFlight: InFlight;
  readonly pipeline: Pipeline;
  readonly agentServer: AgentServer;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly instance: string;
  /** Origin of the agent listener, without a path. */
  readonly mcpUrl: string;
  /** Origin of the admin listener, without a path. */
  readonly adminUrl: string;
  /** Ends calls within the drain time, then everything else; the last entry says so. */
  close(): Promise<void>;
}

/** Everything but the listeners: the same core serves the gateway and the commands that work on a data directory. */
export interface Core {
  store: Store;
  vault: Vault;
  log: AuditLog;
  clock: Clock;
}

/** Opens store and vault; makes the organization when it does not exist. Rejects with GatewayError of store or vault. */
export async function openCore(config: Config, options: { create: boolean; failWrite?: FailWrite | undefined }): Promise<Core> {
  const clock = systemClock;
  const store = await openStore(config, options.failWrite);
  try {
    const organizations = await store.objects.organizations();
    if (!organizations.includes(config.organization)) {
      if (!options.create)
        throw new GatewayError('organization_missing', `Organization "${config.organization}" does not exist yet. Run \`sallyport init\`.`);
      await store.objects.createOrganization(config.organization);
    }
    const master = loadMasterKeys({
      text: config.masterKey,
      previousText: config.masterKeyPrevious,
      dataDir: config.dataDir,
      create: options.create,
    });
    const vault = new Vault({ keys: store.keys, master, clock });
    for (const org of await store.objects.organizations()) await vault.prepare(org);
    return { store, vault, log: new AuditLog({ store: store.log, sealer: payloadSealer(vault) }), clock };
  } catch (error) {
    await store.lifecycle.close();
    throw error;
  }
}

export async function startGateway(config: Config): Promise<Gateway> {
  const core = await openCore(config, { create: true });
  const { store, vault, log, clock } = core;
  const logger = createLogger({ level: config.logLevel === 'trace' ? 'debug' : config.logLevel });
  const metrics = createMetrics();
  const inFlight = new InFlight(config.limits.maxInFlight);
  const instance = newId('gw', clock.nowMs());
  const control = new LiveControl({
    objects: store.objects,
    compile: controlCompiler((org, name, sealed) => secretSealer(vault, org).open(name, sealed)),
    logger,
    onSwap: (next) => stopWhatIsRefused(next, inFlight, clock),
  });
  const connectors = createConnectors({
    clock,
    ownEnv: process.env,
    onOutput: ({ server }, stream, line) => logger.debug({ server, stream, line }, 'a server wrote'),
    onUnprotected: (why) => logger.warn({ why }, 'stdio servers would outlive a killed gateway'),
    http: { maxBodyBytes: config.limits.maxResultBytes },
  });
  const upstreams = createUpstreams({
    connectors,
    clock,
    sealer: stateSealer(vault),
    gateway: { name: 'sallyport', version: VERSION },
    report: (event, detail) => logger.warn({ event, ...detail }, 'about a server'),
  });
  const strangers = new StrangerLimit();
  const catalog = new Catalog();
  upstreams.onListChanged((org, server, what) => catalog.invalidate(org, server, what));
  const pipeline = createPipeline({
    clock,
    log,
    control,
    upstreams,
    catalog,
    routes: new UriRoutes(),
    readings: new Readings(),
    sealer: {
      sealText: (org, purpose, text) => sealText(vault, org, purpose, text),
      openText: (org, purpose, text) => openText(vault, org, purpose, text),
    },
    taskIds: new Lru<string, string>(SEALED_TASKS),
    strangers,
    inFlight,
    logger,
    metrics,
    settings: {
      anonymousOrg: config.profile === 'conformance' ? config.organization : undefined,
      aggregateDeadlineMs: AGGREGATE_DEADLINE_MS,
      definitionAgeMs: DEFINITION_AGE_MS,
      payloads: config.audit.payloads,
      maxPayloadUnits: config.audit.maxPayloadBytes,
      instance,
    },
  });
  await control.start();
  for (const org of control.all())
    await log.recordStart(org.org, { timeMs: clock.nowMs(), instance, version: VERSION, exclusive: config.databaseUrl === undefined });
  const agentServer = agentServerOf(config, { pipeline, control, upstreams, logger, clock, log }, strangers);
  const { url: mcpUrl } = await agentServer.listen(config.agent.host, config.agent.port);
  const gateway = {
    config,
    store,
    connectors,
    vault,
    log,
    control,
    upstreams,
    inFlight,
    pipeline,
    agentServer,
    logger,
    metrics,
    clock,
    instance,
    mcpUrl,
    adminUrl: '',
  };
  return { ...gateway, close: () => closeGateway(gateway) };
}

async function closeGateway(gateway: Omit<Gateway, 'close'>): Promise<void> {
  const { agentServer, config, upstreams, connectors, control, log, clock, instance, store } = gateway;
  await agentServer.close(config.limits.drainTimeoutMs);
  await upstreams.close();
  await connectors.close();
  control.stop();
  for (const { org } of control.all()) {
    await log
      .record(org, { type: 'system', fields: { event: 'stop', timeMs: clock.nowMs(), instance, reason: 'orderly stop' } })
      .catch(() => undefined); // the store may be what failed
  }
  await store.lifecycle.close();
}

function agentServerOf(
  config: Config,
  parts: Pick<Gateway, 'pipeline' | 'control' | 'upstreams' | 'logger' | 'clock' | 'log'>,
  strangers: StrangerLimit,
): AgentServer {
  const { pipeline, control, upstreams, logger, clock, log } = parts;
  const known = (bearer: string | undefined): boolean => {
    const nowMs = clock.nowMs();
    if (control.all().some(({ principals }) => principals.identify(bearer, nowMs).principal !== undefined)) return true;
    if (strangers.admit(nowMs)) {
      const fields = {
        timeMs: nowMs,
        user: 'unknown',
        method: 'agent-token',
        result: 'failed' as const,
        reason: bearer === undefined ? 'no token' : 'no valid token',
      };
      log
        .record(config.organization, { type: 'signin', fields })
        .catch((error: unknown) => logger.error({ why: String(error) }, 'a refused attempt could not be recorded'));
    }
    return false;
  };
  const anonymous = config.profile === 'conformance';
  const { limits } = config;
  return createAgentServer({
    pipeline,
    clock,
    logger,
    config: {
      limits: {
        maxBodyBytes: limits.maxBodyBytes,
        maxConnections: limits.maxConnections,
        maxSessions: limits.maxSessions,
        sessionIdleMs: limits.sessionIdleMs,
      },
      allowedHosts: config.agent.allowedHosts.length > 0 ? config.agent.allowedHosts : undefined,
      allowedOrigins: config.agent.allowedOrigins,
    },
    authenticate: (bearer) => (anonymous && bearer === undefined) || known(bearer),
    onSessionEnd: (session) => {
      if (session.principal)
        upstreams
          .endSession(session.principal.org, session.id)
          .catch((error: unknown) => logger.warn({ why: String(error) }, 'a session could not be closed at its servers'));
    },
  });
}

/** A freeze, a revoked token or a disabled agent ends what is running, standing streams included. */
function stopWhatIsRefused(next: Control, inFlight: InFlight, clock: Clock): void {
  inFlight.cancelFrozen(next.org, next.freezes, clock.nowMs());
  const gone = new GatewayError('frozen', 'The token of this call is not valid any more.');
  inFlight.cancelWhere(
    ({ principal }) => principal.org === next.org && principal.token !== undefined && !isUsable(next, principal.token),
    gone,
  );
}

function isUsable(control: Control, token: string): boolean {
  const object = control.view.token(token);
  const agent = object && control.view.agent(object.spec.agent);
  return object !== undefined && object.spec.revokedAt === undefined && agent !== undefined && !agent.spec.disabled;
}

function stateSealer(vault: Vault): { seal(org: string, text: string): string; open(org: string, sealed: string): string | undefined } {
  return {
    seal: (org, text) => sealText(vault, org, 'request-state', text),
    open: (org, sealed) => openText(vault, org, 'request-state', sealed),
  };
}
