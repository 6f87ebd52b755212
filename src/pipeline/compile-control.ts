// From objects to the state calls are judged under. Only kinds that changed are compiled again.
import { buildPrincipals, PRINCIPAL_KINDS } from '../auth/principal-index.ts';
import { compileSnapshots } from '../catalog/snapshot-index.ts';
import { compileDlp } from '../detect/dlp/model.ts';
import { compileFlow } from '../detect/flow/model.ts';
import { compileInjection } from '../detect/injection/rule.ts';
import { compileFreezes } from '../kill/freeze-index.ts';
import { compileLimits } from '../limit/limit-set.ts';
import type { Kind } from '../object/kinds.ts';
import { buildView, type ControlView } from '../object/snapshot.ts';
import { compilePolicies, type PolicyFailure } from '../policy/compile.ts';
import { compileGrants } from '../policy/standing-grant.ts';
import { compileRisk } from '../risk/model.ts';
import type { Lease } from '../upstream/exchange.ts';
import { resolveCredentials } from '../vault/credential.ts';
import type { Control, ControlCompiler } from './control.ts';

/** `openSecret(org, name, sealed)` gives the plain value; undefined when it cannot be opened. */
export function controlCompiler(
  openSecret: (org: string, name: string, sealed: string) => string | undefined,
  onPolicyError: (failure: PolicyFailure) => void,
): ControlCompiler {
  return (org, revision, objects, previous) => {
    const view = buildView({ org, revision, objects }, previous?.view);
    const changed = (...kinds: Kind[]): boolean => !previous || kinds.some((kind) => view.changedKinds.has(kind));
    const all = view.all();
    const secretOf = (name: string): string | undefined => {
      const secret = view.secret(name);
      return secret && openSecret(org, name, secret.spec.sealed);
    };
    const risk = changed('risk') || !previous ? compileRisk(all) : previous.risk;
    return {
      org,
      revision,
      view,
      principals: changed(...PRINCIPAL_KINDS) || !previous ? buildPrincipals(all, revision, org) : previous.principals,
      policies:
        changed('policy', 'server', 'role', 'risk', 'organization') || !previous
          ? compilePolicies(all, revision, { onError: onPolicyError, bands: risk?.gate })
          : previous.policies.atRevision(revision),
      freezes: changed('freeze') || !previous ? compileFreezes(all, revision) : previous.freezes,
      limits: changed('limit', 'token') || !previous ? compileLimits(all) : previous.limits,
      snapshots: changed('snapshot', 'server') || !previous ? compileSnapshots(all) : previous.snapshots,
      grants: changed('grant', 'server') || !previous ? compileGrants(all) : previous.grants,
      risk,
      injection: changed('injection') || !previous ? compileInjection(all) : previous.injection,
      dlp: changed('dlp', 'erasure') || !previous ? compileDlp(all) : previous.dlp,
      flow: changed('flow', 'secret') || !previous ? compileFlow(all, secretOf) : previous.flow,
      lease: leases(org, view, openSecret),
    };
  };
}

function leases(
  org: string,
  view: ControlView,
  openSecret: (org: string, name: string, sealed: string) => string | undefined,
): Control['lease'] {
  const opened = new Map<string, Lease | { missing: string }>();
  return (server) => {
    const known = opened.get(server);
    if (known) return known;
    const spec = view.server(server)?.spec;
    const found = resolveCredentials(spec ?? {}, (name) => {
      const secret = view.secret(name);
      return secret && openSecret(org, name, secret.spec.sealed);
    });
    opened.set(server, found);
    return found;
  };
}
