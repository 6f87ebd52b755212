// What the use cases of objects need, taken from the core. No logic of its own.

import { circleWith } from '../approval/delegation.ts';
import type { FreezeRef } from '../audit/entry.ts';
import type { PasskeyRef } from '../audit/passkey.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Config } from '../config.ts';
import { unknownPattern, unknownType } from '../detect/dlp/finding-name.ts';
import type { JsonObject } from '../lib/json.ts';
import { subscriptionWarnings, unansweredChannels } from '../notify/subscription.ts';
import type { ObjectContext } from '../object/apply.ts';
import type { FreezeSpec, OrganizationSpec, PasskeySpec, PolicySpec, StoredObject } from '../object/kinds.ts';
import { keyOf, type ObjectChange, type Plan, type PlanProblem } from '../object/plan.ts';
import { type ActivationProblem, checkActivation } from '../policy/activation.ts';
import { checkGrant, type GrantProblem, MAX_GRANTS_PER_AGENT } from '../policy/standing-grant.ts';
import { secretSealer } from '../vault/vault.ts';
import type { Core } from './core.ts';

/** Tools of a server that are known, by name. */
export type KnownTools = (org: string, server: string) => ReadonlyMap<string, JsonObject>;

/** What the gateway has read of a server's tools so far. */
export function toolsStated(catalog: Pick<Catalog, 'list'>): KnownTools {
  return (org, server) => new Map(catalog.list(org, server, 'tool').map(({ value }): [string, JsonObject] => [String(value.name), value]));
}

const NO_TOOLS: ReadonlyMap<string, JsonObject> = new Map();

export function objectContext(core: Core & { config?: Config }, toolsOf: KnownTools = () => NO_TOOLS): ObjectContext {
  const { store, clock, vault, log } = core;
  return {
    store: store.objects,
    clock,
    sealer: (org) => secretSealer(vault, org),
    liftApprovals: core.config?.freeze.liftApprovals ?? 1,
    check: (org, plan) => {
      const found = [checkPolicies(org, plan, toolsOf), checkApprovals(org, plan, toolsOf, clock.nowMs())];
      const warnings = [...found.flatMap((one) => one.warnings), ...notifyWarnings(plan), ...passkeyWarnings(plan)];
      return { problems: [...found.flatMap((one) => one.problems), ...dlpProblems(plan)], warnings };
    },
    entry: (org, author, timeMs, changes, action) => {
      const real = changes.filter((change) => change.change !== 'unchanged');
      const freezes = real.flatMap(freezeOf);
      const passkeys = real.flatMap(passkeyOf);
      return log.entry(org, {
        type: 'object',
        fields: {
          ...{ timeMs, author, action, changes: real.map(entryOf) },
          ...(freezes.length === 0 ? {} : { freezes }),
          ...(passkeys.length === 0 ? {} : { passkeys }),
        },
      });
    },
  };
}

function freezeOf({ kind, name, after }: ObjectChange): FreezeRef[] {
  if (kind !== 'freeze' || !after) return [];
  const { scope, reason, until, drill } = after.spec as FreezeSpec;
  return [{ name, scope, reason, until, drill }];
}

function passkeyOf({ kind, name, after }: ObjectChange): PasskeyRef[] {
  if (kind !== 'passkey' || !after) return [];
  const { user, credential, key, rpId } = after.spec as PasskeySpec;
  return [{ name, user, credential, key, rpId }];
}

/** Policies are checked, and their cases run, whenever a policy changes or the tags of a server do. */
function checkPolicies(org: string, plan: Plan, toolsOf: KnownTools): { problems: PlanProblem[]; warnings: PlanProblem[] } {
  const changed = plan.changes.filter(({ change }) => change !== 'unchanged');
  if (!changed.some(({ kind }) => kind === 'policy' || kind === 'server')) return { problems: [], warnings: [] };
  const found = checkActivation({
    objects: plan.after,
    changed: new Set(changed.filter(({ kind }) => kind === 'policy').map(({ name }) => name)),
    toolsOf: (server) => toolsOf(org, server),
  });
  const placed = ({ policy, message, path, offset }: ActivationProblem): PlanProblem => ({
    object: keyOf('policy', policy),
    message,
    at: { path, offset },
  });
  return { problems: found.problems.map(placed), warnings: found.warnings.map(placed) };
}

/** A type that nothing is called: what the rule is to keep back would pass, and nobody would know. */
function dlpProblems({ changes, after }: Plan): PlanProblem[] {
  const changed = changes.filter(({ kind, change }) => kind === 'dlp' && change !== 'unchanged');
  if (changed.length === 0) return [];
  const all = after.filter((one): one is StoredObject<'dlp'> & StoredObject => one.kind === 'dlp');
  const own = patternsOf(all);
  const before = patternsOf(changed.flatMap((one) => (one.before ? [one.before as StoredObject<'dlp'>] : [])));
  return all.flatMap(({ kind, metadata: { name }, spec }) => {
    const isChanged = changed.some((one) => one.name === name);
    return spec.rules.flatMap(({ types }, rule) =>
      types.flatMap((type, at) => {
        // A pattern may stand in another object, and go away there. One that was never there keeps no other object from being changed.
        const isAsked = isChanged || before.some((pattern) => type === `custom.${pattern}`);
        const message = isAsked ? (type.startsWith('custom.') ? unknownPattern(type, own) : unknownType(type)) : undefined;
        return message === undefined ? [] : [{ object: keyOf(kind, name), message, at: { path: ['spec', 'rules', rule, 'types', at] } }];
      }),
    );
  });
}

function patternsOf(objects: readonly StoredObject<'dlp'>[]): string[] {
  return objects.flatMap(({ spec }) => [...spec.patterns, ...spec.dictionaries].map((one) => one.name));
}

/** A channel that nobody answers, a type of event that does not exist: nothing would be told, and nobody would know. */
function notifyWarnings({ changes, after }: Plan): PlanProblem[] {
  const changed = changes
    .filter(({ change, after: next }) => change !== 'unchanged' && next)
    .map(({ after: next }) => next as StoredObject);
  const subscriptions = after.filter((one): one is StoredObject<'subscription'> & StoredObject => one.kind === 'subscription');
  return changed.flatMap(({ kind, metadata, spec }) => {
    const warn = (message: string): PlanProblem => ({ object: keyOf(kind, metadata.name), message });
    if (kind === 'subscription') return subscriptionWarnings(spec as StoredObject<'subscription'>['spec']).map(warn);
    if (kind !== 'policy') return [];
    const told = (spec as StoredObject<'policy'>['spec']).rules.flatMap(({ obligations }) => obligations?.notify ?? []);
    return unansweredChannels(told, subscriptions).map((channel) =>
      warn(`rules notify ${channel}, which no subscription answers: nobody is told`),
    );
  });
}

/** Where a passkey is demanded and nobody has one, nobody can approve. */
function passkeyWarnings({ changes, after }: Plan): PlanProblem[] {
  if (after.some(({ kind }) => kind === 'passkey')) return [];
  return changes.flatMap(({ kind, name, change, after: next }) => {
    if (change === 'unchanged' || !next || !demandsPasskey(next)) return [];
    const message = 'a passkey is demanded for approvals, and none is registered: nobody can approve. sallyport passkey invite USER';
    return [{ object: keyOf(kind, name), message }];
  });
}

function demandsPasskey({ kind, spec }: Pick<StoredObject, 'kind' | 'spec'>): boolean {
  if (kind === 'organization') return (spec as OrganizationSpec).approvals?.approvers?.passkey === true;
  return kind === 'policy' && (spec as PolicySpec).rules.some(({ obligations }) => obligations?.approvers?.passkey);
}

/** Standing grants and delegations, when they are new or changed. */
function checkApprovals(org: string, plan: Plan, toolsOf: KnownTools, nowMs: number): { problems: PlanProblem[]; warnings: PlanProblem[] } {
  const problems: PlanProblem[] = [];
  const warnings: PlanProblem[] = [];
  const placed = ({ grant, message, path, offset }: GrantProblem): PlanProblem => ({
    object: keyOf('grant', grant),
    message,
    at: { path, offset },
  });
  for (const { kind, name, change, after } of plan.changes) {
    if (change === 'unchanged' || !after) continue;
    if (kind === 'grant') {
      const found = checkGrant(after as StoredObject<'grant'>, nowMs, (server) => toolsOf(org, server));
      problems.push(...found.problems.map(placed));
      const { agent } = (after as StoredObject<'grant'>).spec;
      const ofAgent = plan.after.filter((one) => one.kind === 'grant' && (one as StoredObject<'grant'>).spec.agent === agent).length;
      if (ofAgent > MAX_GRANTS_PER_AGENT)
        problems.push({
          object: keyOf(kind, name),
          message: `agent ${agent} would have more than ${MAX_GRANTS_PER_AGENT} standing grants`,
        });
      warnings.push(...found.warnings.map(placed));
    }
    if (kind !== 'delegation') continue;
    const all = plan.after.filter((object) => object.kind === 'delegation') as unknown as StoredObject<'delegation'>[];
    const circle = circleWith(after as StoredObject<'delegation'>, all);
    if (circle) problems.push({ object: keyOf(kind, name), message: `leads back to where it began, with ${circle.join(', ')}` });
  }
  return { problems, warnings };
}

function entryOf({ kind, name, change, afterHash }: ObjectChange): {
  kind: string;
  name: string;
  action: 'write' | 'delete';
  digest?: string;
} {
  if (change === 'deleted' || afterHash === undefined) return { kind, name, action: 'delete' };
  return { kind, name, action: 'write', digest: afterHash };
}
