// Who may use what: every principal and capability that can be named, put to the rules that calls are judged by. Changes nothing.
// INVARIANT: asks the evaluator of calls and lists and no other, under the newest revision (test/scenario/access.test.ts).
import type { PrincipalIndex } from '../auth/principal-index.ts';
import type { CapabilityKind, CapabilityRef, Definition, Principal } from '../call.ts';
import type { SnapshotIndex } from '../catalog/snapshot-index.ts';
import type { FreezeIndex } from '../kill/freeze-index.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { PolicySet } from '../policy/policy-set.ts';

/** Rows of one answer; what is beyond is counted only. */
export const MAX_ACCESS_ROWS = 50_000;

export const CAPABILITY_KINDS: readonly CapabilityKind[] = ['tool', 'prompt', 'resource'];

export interface AccessState {
  revision: number;
  view: ControlView;
  principals: PrincipalIndex;
  policies: PolicySet;
  freezes: FreezeIndex;
  snapshots: SnapshotIndex;
  catalog: {
    names(org: string, server: string, kind: CapabilityKind): string[];
    find(org: string, server: string, kind: CapabilityKind, name: string): Definition | undefined;
    readMs(org: string, server: string, kind: CapabilityKind): number | undefined;
  };
}

export interface AccessRow {
  agent: string;
  class?: string;
  user?: string;
  /** Absent: the agent by itself, as with a token that narrows nothing. */
  token?: string;
  server: string;
  /** Absent: anything of the server. */
  kind?: CapabilityKind;
  name?: string;
  /** Has the server been seen to have it, or was it approved? */
  known?: boolean;
  /** Present when it is known, and not as it was approved: nobody may use it. */
  approved?: false;
  /** `conditional`: depends on what a call holds or when it comes; `conditions` names the rules that look at it. */
  effect: 'allow' | 'deny' | 'hold' | 'conditional' | 'frozen';
  rule: string;
  conditions?: string[];
}

/** Everybody there is: one for each token that works, and each agent that has none. By agent, then token. */
export function allPrincipals({ view, principals }: AccessState, nowMs: number): Principal[] {
  const found: Principal[] = [];
  const withToken = new Set<string>();
  for (const { metadata } of view.tokens()) {
    const principal = principals.principalOf(metadata.name, nowMs);
    if (!principal) continue;
    found.push(principal);
    withToken.add(principal.agent);
  }
  for (const { metadata } of view.agents()) {
    const alone = withToken.has(metadata.name) ? undefined : principals.agentOf(metadata.name);
    if (alone) found.push(alone);
  }
  return found.sort((a, b) => (a.agent === b.agent ? compare(a.token ?? '', b.token ?? '') : compare(a.agent, b.agent)));
}

/** What the server is known to have or approved for, and what rules name there. */
export function capabilitiesOf(state: AccessState, org: string, server: string): (CapabilityRef & { known: boolean })[] {
  const named = state.policies.named(server);
  return CAPABILITY_KINDS.flatMap((kind) => {
    const known = knownNames(state, org, server, kind);
    const others = named.filter((one) => one.kind === kind && !known.has(one.name)).map(({ name }) => ({ kind, name, known: false }));
    return [...[...known].map((name) => ({ kind, name, known: true })), ...others];
  });
}

export function knownNames({ catalog, view }: AccessState, org: string, server: string, kind: CapabilityKind): Set<string> {
  const approved = view.get('snapshot', server)?.spec.definitions ?? [];
  return new Set([...catalog.names(org, server, kind), ...approved.filter((one) => one.kind === kind).map(({ name }) => name)]);
}

/** As in pipeline/quarantine.ts. What was approved and not seen since counts as it was approved. */
function isApproved({ snapshots, catalog, view }: AccessState, org: string, server: string, { kind, name }: CapabilityRef): boolean {
  if (snapshots.isTrusted(server)) return true;
  if (kind === 'resource') return snapshots.isOpen(server);
  const seen = catalog.find(org, server, kind, name);
  if (seen) return snapshots.admits(server, kind, name, seen.hash);
  return view.get('snapshot', server)?.spec.definitions.some((one) => one.kind === kind && one.name === name) === true;
}

export function rowOf(
  state: AccessState,
  principal: Principal,
  server: string,
  capability: (CapabilityRef & { known?: boolean }) | undefined,
  nowMs: number,
): AccessRow {
  const who = {
    agent: principal.agent,
    ...(principal.agentClass === undefined ? {} : { class: principal.agentClass }),
    ...(principal.user === undefined ? {} : { user: principal.user }),
    ...(principal.token === undefined ? {} : { token: principal.token }),
    server,
    ...(capability ? { kind: capability.kind, name: capability.name } : {}),
    ...(capability?.known === undefined ? {} : { known: capability.known }),
  };
  const frozen = state.freezes.frozen(principal, server, nowMs);
  if (frozen) return { ...who, effect: 'frozen', rule: `freeze/${frozen.name}` };
  if (state.view.server(server)?.spec.disabled) return { ...who, effect: 'deny', rule: 'builtin/default' };
  if (!capability) {
    const may = state.policies.mayUse(principal, server);
    return { ...who, effect: may ? 'allow' : 'deny', rule: may ? 'some rule' : 'builtin/default' };
  }
  if (!isApproved(state, principal.org, server, capability))
    return { ...who, ...(capability.known ? { approved: false } : {}), effect: 'deny', rule: 'builtin/default' };
  const { effect, rule, conditions } = state.policies.outlook(principal, server, { kind: capability.kind, name: capability.name });
  return { ...who, effect, rule, ...(conditions.length > 0 ? { conditions: [...conditions] } : {}) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
