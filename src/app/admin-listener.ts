// The admin listener: hands the operator side the ports it needs, one set for each organization, and nothing of the pipeline.
import { type AdminServer, createAdminServer } from '../admin/admin-server.ts';
import type { AdminContext } from '../admin/context.ts';
import { isLoopback } from '../config.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';
import { toolOverride } from '../object/tool-override.ts';
import { longestCallOf } from '../retention/eraser.ts';
import { openText, sealText } from '../vault/token-seal.ts';
import { secretSealer } from '../vault/vault.ts';
import { forwardReport, testForward } from './forward-report.ts';
import type { Inside } from './gateway.ts';
import { limitReport, limitState } from './limit-report.ts';
import { notifyPort } from './notify-port.ts';
import { objectContext } from './object-context.ts';
import { makeOrganization } from './organization.ts';

export function adminListener(inside: Inside, version: string): AdminServer {
  const { config } = inside;
  const contexts = new Map<string, AdminContext>();
  const within = (org: string): AdminContext => {
    const known = contexts.get(org);
    if (known) return known;
    const made = adminContext(inside, version, org, within);
    contexts.set(org, made);
    return made;
  };
  return createAdminServer(within(config.organization), { allowedHosts: hostsOf(config.admin) });
}

function adminContext(inside: Inside, version: string, org: string, within: (org: string) => AdminContext): AdminContext {
  const { config, store, vault, log, clock, logger, control, upstreams, metrics, lastUsed, instance, catalog } = inside;
  const { commands } = config.admin;
  return {
    org,
    ...organizationsOf(inside, version, within),
    version,
    instance,
    clock,
    logger,
    objects: objectContext(inside, (owner, server) => inside.policies.toolsOf(owner, server)),
    view: () => newestView(inside, org),
    settled: async (revision) => void (await control.atLeast(org, revision)),
    access: async () => ({ ...(await control.atLeast(org, (await store.log.head(org)).revision)), catalog }),
    notify: notifyPort(inside, org),
    ...decidingOf(inside, org),
    passkeys: store.passkeys,
    logStore: store.log,
    audit: log,
    ready: () => store.lifecycle.healthy(),
    servers: () => {
      const status = upstreams.status().filter((server) => server.org === org);
      return status.map(({ org: _org, ...rest }) => rest);
    },
    shadowPending: () => inside.shadows.pending(org),
    limitState: (input, quotas) => limitState(inside, org, input, quotas),
    limits: (name) => limitReport(inside, org, name),
    forwards: () => forwardReport(inside, org),
    testForward: (name, author) => testForward(inside, org, name, author),
    metrics: (own) => metrics.render(own ? org : undefined),
    lastUsedMs: (token) => lastUsed.get(org, token),
    ...toolsKnownOf(inside, org),
    history: () => inside.histories.of(org),
    checkpointer: inside.checkpoints.checkpointer,
    anchors: anchorsOf(inside, org),
    storedPolicies: { known: () => inside.policies.problems(org), check: () => inside.policies.check(org) },
    archiving: () => inside.archives.state(org),
    longestCallMs: longestCallOf(config.limits),
    eraser: inside.retention.eraser,
    retention: store.retention,
    versions: (kind, name, limit) => store.objects.history(org, kind, name, limit),
    rotateDataKey: () => vault.rotateDataKey(org),
    replicas: () => store.presence.count(),
    settings: {
      metrics: config.admin.metrics,
      commands: commands === 'on' || (commands === 'auto' && isLoopback(config.admin.host)),
      evidence: evidenceSettings(inside, org),
    },
  };
}

function organizationsOf(
  inside: Inside,
  version: string,
  within: (org: string) => AdminContext,
): Pick<AdminContext, 'ownerOf' | 'of' | 'organizations'> {
  const { config, control, operators, store } = inside;
  return {
    // Nobody's as far as this process knows: perhaps made by another one just now, in the organization that is asked for first.
    ownerOf: (hash) => {
      if (!operators.has(hash)) return within(config.organization);
      const owner = operators.ownerOf(hash);
      return owner === undefined ? undefined : within(owner);
    },
    of: (name) => (control.current(name) ? within(name) : undefined),
    organizations: {
      list: () => store.objects.organizations(),
      create: (wanted) => makeOrganization(inside, version, wanted),
    },
  };
}

function toolsKnownOf({ definitions, intent, store }: Inside, org: string): Pick<AdminContext, 'definitions' | 'intentOf'> {
  return {
    definitions: {
      stated: (server) => definitions.stated(org, server),
      compare: (server) => definitions.compare(org, server),
      refresh: (server) => definitions.refresh(org, server),
      save: (changed) => store.definitions.saveDefinitions(org, changed),
      text: (hash) => store.definitions.loadDefinition(org, hash),
    },
    intentOf: (spec, tool, definition, args) => intent.classify(intent.profile(definition, spec, toolOverride(spec, tool)), args),
  };
}

/** Read anew each time: anchors come and go. */
function evidenceSettings({ config: { audit }, anchors: { keeper } }: Inside, org: string): AdminContext['settings']['evidence'] {
  const { checkpointIntervalMs, anchorFile } = audit;
  return {
    checkpointIntervalMs,
    get hasAnchor() {
      return anchorFile !== undefined || keeper.states(org).length > 0;
    },
  };
}

function anchorsOf({ anchors: { keeper } }: Inside, org: string): AdminContext['anchors'] {
  return { states: () => keeper.states(org), round: (names) => keeper.round(org, names) };
}

/** What people decide with. What the page of a ticket hands to a browser and takes back is sealed under the organization's own key. */
function decidingOf({ approvals, links, vault, slackAnswers }: Inside, org: string): Pick<AdminContext, 'approvals' | 'review' | 'slack'> {
  return {
    approvals,
    review: {
      links,
      seal: (text) => sealText(vault, org, 'review-session', text),
      open: (sealed) => openText(vault, org, 'review-session', sealed),
    },
    slack: { answer: slackAnswers.send, open: secretSealer(vault, org).open },
  };
}

function hostsOf({ allowedHosts, publicUrl }: Inside['config']['admin']): string[] {
  return publicUrl === undefined ? allowedHosts : [...allowedHosts, new URL(publicUrl).host];
}

/** A revoked operator must not get in, whichever replica revoked it: compare with the head of the log before trusting what is in memory. */
async function newestView({ control, store }: Inside, org: string): Promise<ControlView> {
  const { revision } = await store.log.head(org);
  const current = control.current(org);
  if (current && current.revision >= revision) return current.view;
  if (current) return (await control.atLeast(org, revision)).view;
  return buildView(await store.objects.load(org));
}
