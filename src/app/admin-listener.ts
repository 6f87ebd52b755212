// The admin listener: hands the operator side the ports it needs, and nothing of the pipeline.
import { type AdminServer, createAdminServer } from '../admin/admin-server.ts';
import type { AdminContext } from '../admin/context.ts';
import { isLoopback } from '../config.ts';
import type { JsonObject } from '../lib/json.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';
import type { Inside } from './gateway.ts';
import { limitReport, limitState } from './limit-report.ts';
import { objectContext } from './object-context.ts';

export function adminListener(inside: Inside, version: string): AdminServer {
  const { config } = inside;
  return createAdminServer(adminContext(inside, version), { allowedHosts: config.admin.allowedHosts });
}

function adminContext(inside: Inside, version: string): AdminContext {
  const { config, store, vault, log, clock, logger, control, upstreams, metrics, lastUsed, instance } = inside;
  const org = config.organization;
  const { commands } = config.admin;
  return {
    org,
    version,
    instance,
    clock,
    logger,
    objects: objectContext(inside, (owner, server) => toolsOf(inside, owner, server)),
    view: () => newestView(inside),
    settled: async (revision) => void (await control.atLeast(org, revision)),
    logStore: store.log,
    audit: log,
    ready: () => store.lifecycle.healthy(),
    servers: () => {
      const status = upstreams.status().filter((server) => server.org === org);
      return status.map(({ org: _org, ...rest }) => rest);
    },
    limitState: (input, quotas) => limitState(inside, input, quotas),
    limits: (name) => limitReport(inside, name),
    metrics: () => metrics.render(),
    lastUsedMs: (token) => lastUsed.get(org, token),
    definitions: {
      stated: (server) => inside.definitions.stated(org, server),
      compare: (server) => inside.definitions.compare(org, server),
      refresh: (server) => inside.definitions.refresh(org, server),
      save: (definitions) => store.definitions.saveDefinitions(org, definitions),
      text: (hash) => store.definitions.loadDefinition(org, hash),
    },
    history: () => inside.histories.of(org),
    rotateDataKey: () => vault.rotateDataKey(org),
    replicas: () => store.presence.count(),
    settings: {
      metrics: config.admin.metrics,
      commands: commands === 'on' || (commands === 'auto' && isLoopback(config.admin.host)),
    },
  };
}

/** What the gateway has read of a server's tools so far. */
function toolsOf({ catalog }: Inside, org: string, server: string): ReadonlyMap<string, JsonObject> {
  const named = catalog.list(org, server, 'tool').map(({ value }): [string, JsonObject] => [String(value.name), value]);
  return new Map(named);
}

/** A revoked operator must not get in, whichever replica revoked it: compare with the head of the log before trusting what is in memory. */
async function newestView({ control, store, config }: Inside): Promise<ControlView> {
  const org = config.organization;
  const { revision } = await store.log.head(org);
  const current = control.current(org);
  if (current && current.revision >= revision) return current.view;
  if (current) return (await control.atLeast(org, revision)).view;
  return buildView(await store.objects.load(org));
}
