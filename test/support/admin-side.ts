// The admin side over a real SQLite store and a real listener, with one operator per role, for tests of API and command line.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessState } from '../../src/admin/access.ts';
import { type AdminServer, createAdminServer } from '../../src/admin/admin-server.ts';
import type { AdminContext } from '../../src/admin/context.ts';
import type { ForwardBody } from '../../src/admin/contract.ts';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { createApprovals, createLinks } from '../../src/app/approvals.ts';
import { CheckpointKeeper } from '../../src/app/checkpoint-keeper.ts';
import { objectContext } from '../../src/app/object-context.ts';
import { type Core, openCore } from '../../src/app.ts';
import { buildPrincipals } from '../../src/auth/principal-index.ts';
import { compareWithSnapshot, type Stated } from '../../src/catalog/drift.ts';
import { compileSnapshots } from '../../src/catalog/snapshot-index.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { compileFreezes } from '../../src/kill/freeze-index.ts';
import { operatorRoles } from '../../src/object/kind/operator.ts';
import type { OperatorRole, StoredObject } from '../../src/object/kinds.ts';
import type { ControlSnapshot } from '../../src/object/port.ts';
import { buildView } from '../../src/object/snapshot.ts';
import { toolOverride } from '../../src/object/tool-override.ts';
import { silentLogger } from '../../src/observe/log.ts';
import { compilePolicies } from '../../src/policy/compile.ts';
import { Eraser } from '../../src/retention/eraser.ts';
import { openText, sealText } from '../../src/vault/token-seal.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { seed } from './seed.ts';

export const ORG = 'default';

/** What the one server of these tests states. */
export const STATED: Stated[] = [
  { kind: 'tool', name: 'echo', value: { name: 'echo', inputSchema: { type: 'object' } }, hash: 'ab'.repeat(32) },
];

const EVIDENCE = { checkpointIntervalMs: 60_000, hasAnchor: false };

export interface AdminSide {
  core: Core;
  context: AdminContext;
  server: AdminServer;
  url: string;
  dataDir: string;
  tokens: Record<OperatorRole, string>;
  close(): Promise<void>;
}

export async function startAdminSide(settings: Partial<AdminContext['settings']> = {}, databaseUrl?: string): Promise<AdminSide> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-admin-'));
  const { config } = loadConfig({ env: {}, flags: { dataDir, databaseUrl } });
  if (!config) throw new Error('no configuration');
  const core = await openCore(config, { create: true });
  const tokens = await seedOperators(core, ORG);
  const context = adminContextOf(core, ORG, { settings: { metrics: 'viewer' as const, commands: true, evidence: EVIDENCE, ...settings } });
  const server = createAdminServer(context, { allowedHosts: [] });
  const { url } = await server.listen('127.0.0.1', 0);
  context.review.links.base = url;
  return {
    core,
    context,
    server,
    url,
    dataDir,
    tokens,
    close: async () => {
      await server.close();
      await core.store.lifecycle.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function accessOf({ objects, revision }: ControlSnapshot): AccessState {
  return {
    revision,
    view: buildView({ org: ORG, revision, objects }),
    principals: buildPrincipals(objects, revision, ORG),
    policies: compilePolicies(objects, revision),
    freezes: compileFreezes(objects, revision),
    snapshots: compileSnapshots(objects),
    catalog: { names: () => [], find: () => undefined, readMs: () => undefined },
  };
}

/** One operator per role; their tokens. */
export async function seedOperators(core: Core, org: string): Promise<Record<OperatorRole, string>> {
  const made = operatorRoles.map((role) => ({ role, ...newOperatorToken() }));
  const operators = made.map(
    ({ role, hash, hint }) =>
      ({
        kind: 'operator',
        metadata: { name: role },
        spec: { role, ...(role === 'admin' && { rights: ['organizations'] }), hash, hint, createdAt: '2026-01-01T00:00:00Z' },
      }) as StoredObject,
  );
  await seed(core, org, operators);
  return Object.fromEntries(made.map(({ role, token }) => [role, token])) as Record<OperatorRole, string>;
}

export const NO_ANCHORS = { write: async () => undefined, round: async () => undefined, settled: async () => undefined };
const intent = new IntentAnalyser();

const FORWARD: ForwardBody = {
  ...{ name: 'siem', target: 'syslog logs.example:6514', format: 'syslog', state: 'up to date' },
  ...{ next: 2, head: 1, lag: 0, sent: 1, lost: 0, failures: 0 },
};

export function adminContextOf(core: Core, org: string, instead: Partial<AdminContext> = {}): AdminContext {
  const context: AdminContext = {
    org,
    ownerOf: () => context,
    of: (name) => (name === org ? context : undefined),
    slack: { answer: () => undefined, open: secretSealer(core.vault, org).open },
    organizations: { list: async () => [org], create: async () => ({ type: 'created', revision: 1 }) },
    version: '0.0.0-test',
    instance: 'gw_test',
    clock: core.clock,
    logger: silentLogger,
    objects: objectContext(core),
    view: async () => buildView(await core.store.objects.load(org)),
    settled: async () => undefined,
    access: async () => accessOf(await core.store.objects.load(org)),
    approvals: createApprovals(core, 'gw_test'),
    passkeys: core.store.passkeys,
    notify: {
      test: async () => ({ result: { type: 'sent' }, durationMs: 1, event: 'evt_test' }),
      deliveries: (query) => core.store.outbox.list(org, query),
      replay: (which) => core.store.outbox.replay(org, which),
      counts: () => core.store.outbox.counts(org),
      resting: () => [],
    },
    review: {
      links: createLinks(core, (name) => name === org),
      seal: (text) => sealText(core.vault, org, 'review-session', text),
      open: (sealed) => openText(core.vault, org, 'review-session', sealed),
    },
    logStore: core.store.log,
    audit: core.log,
    ready: () => core.store.lifecycle.healthy(),
    servers: () => [],
    limits: async () => [{ name: 'refunds', spec: { per: ['agent'] }, usage: [] }],
    limitState: async () => [],
    forwards: async () => [FORWARD],
    testForward: async (name) => (name === FORWARD.name ? { sent: true, hash: 'a'.repeat(64), durationMs: 1 } : undefined),
    shadowPending: () => ({ differences: [], beyond: 0 }),
    metrics: async () => '# no metrics\n',
    lastUsedMs: () => undefined,
    history: () => undefined,
    intentOf: (spec, tool, definition, args) => intent.classify(intent.profile(definition, spec, toolOverride(spec, tool)), args),
    checkpointer: new CheckpointKeeper(core, loadConfig({ env: {} }).config as Config, silentLogger, NO_ANCHORS).checkpointer,
    archiving: () => undefined,
    storedPolicies: { known: () => [], check: async () => [] },
    anchors: {
      states: () => [{ anchor: 'tsa', kind: 'rfc3161', problem: undefined, size: 0, doneMs: undefined }],
      round: async () => undefined,
    },
    longestCallMs: 3_600_000,
    eraser: new Eraser({
      longestCallMs: 3_600_000,
      ...{ log: core.store.log, store: core.store.retention, audit: core.log, clock: core.clock, instance: 'gw_test' },
      view: async () => buildView(await core.store.objects.load(org)),
      endTicket: async () => undefined,
    }),
    retention: core.store.retention,
    versions: (kind, name, limit) => core.store.objects.history(org, kind, name, limit),
    definitions: {
      stated: () => STATED,
      compare: () => compareWithSnapshot(undefined, STATED, new Set()),
      refresh: async () => [],
      save: (definitions) => core.store.definitions.saveDefinitions(org, definitions),
      text: (hash) => core.store.definitions.loadDefinition(org, hash),
    },
    rotateDataKey: () => core.vault.rotateDataKey(org),
    replicas: () => core.store.presence.count(),
    settings: { metrics: 'viewer', commands: true, evidence: EVIDENCE },
    ...instead,
  };
  return context;
}
