// The kill switch: set a freeze, lift it, list what is frozen. In force for the next call when the answer is sent, calls under way are stopped.
// Never lets an operator say who set or asked to lift: that is written by object/freeze-guard.ts.

import { approvalsToLift, openLiftRequest } from '../../object/freeze-guard.ts';
import type { FreezeSpec, StoredObject, TokenSpec } from '../../object/kinds.ts';
import { noSuch } from '../../object/no-such.ts';
import type { PlanInput } from '../../object/plan.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';
import { freeName, taken } from './access.ts';

export const freezeRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/freezes',
    role: 'viewer',
    summary: 'Freezes, those in force marked',
    reply: contract.freezeList,
    async handle({ context }) {
      const view = await context.view();
      return json(200, { freezes: view.freezes().map((freeze) => freezeRow(context, view, freeze)) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/freezes',
    role: 'operator',
    summary: 'Freeze everyone, an agent, a class, a user, a token, a server or a tool',
    body: contract.freezeRequest,
    reply: contract.freezeReply,
    async handle({ context, operator, body: { name: wanted, scope, reason, until, revokeTokens, liftApprovals } }) {
      if (revokeTokens && ('server' in scope || 'tool' in scope))
        return failure(
          400,
          'invalid_request',
          'revokeTokens goes with whom is frozen (everyone, agent, class, user, token), not with what.',
        );
      const view = await context.view();
      const name = wanted ?? freeName(stemOf(scope), (candidate) => view.get('freeze', candidate) !== undefined);
      // Another freeze of this name must not be replaced: that would lift it.
      if (view.get('freeze', name)) return taken(`freeze/${name}`);
      const lift = liftApprovals === undefined ? {} : { lift: { approvals: liftApprovals } };
      const spec = { scope, reason, ...(until ? { until } : {}), ...lift };
      const object = { kind: 'freeze', metadata: { name }, spec, revision: 0 } as StoredObject<'freeze'>;
      const revokedAt = new Date(context.clock.nowMs()).toISOString();
      const input = (now: ControlView): PlanInput => ({
        put: [object, ...(revokeTokens ? tokensOf(now, scope).map((token) => ({ ...token, spec: { ...token.spec, revokedAt } })) : [])],
      });
      return change(context, operator, input, {
        action: 'freeze',
        reply: ({ revision, changes }) => ({ name, revision, tokensRevoked: changes.filter(({ kind }) => kind === 'token').length }),
      });
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/freezes/{name}',
    role: 'operator',
    summary: 'Lift a freeze, or ask for it where it takes two operators, or confirm what another one asked',
    reply: contract.unfreezeReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const freeze = view.get('freeze', name);
      if (!freeze) {
        const names = view.freezes().map((one) => one.metadata.name);
        return failure(404, 'not_found', noSuch('freeze', name, names));
      }
      if (!waitsForRequest(context, view, freeze)) {
        const reply = ({ revision }: { revision: number }) => ({ name, revision, lifted: true });
        return change(context, operator, { put: [], delete: [{ kind: 'freeze', name }], lift: name }, { action: 'lift', reply });
      }
      const reply = ({ revision }: { revision: number }) => ({ name, revision, lifted: false });
      return change(context, operator, { put: [freeze], lift: name }, { action: 'lift-request', reply });
    },
  }),
];

/** The first of two people: there is nothing to confirm yet. */
function waitsForRequest({ clock, objects }: AdminContext, view: ControlView, { spec }: StoredObject<'freeze'>): boolean {
  const nowMs = clock.nowMs();
  if (spec.drill || !isActive(spec.until, nowMs)) return false;
  return approvalsToLift(spec, objects.liftApprovals ?? 1) > 1 && openLiftRequest(view, spec, nowMs) === undefined;
}

function freezeRow({ clock, objects }: AdminContext, view: ControlView, { metadata, spec }: StoredObject<'freeze'>): object {
  const { lift: _, liftRequest: _old, ...shown } = spec;
  const nowMs = clock.nowMs();
  const liftRequest = openLiftRequest(view, spec, nowMs);
  return {
    name: metadata.name,
    ...shown,
    active: !spec.drill && isActive(spec.until, nowMs),
    approvals: approvalsToLift(spec, objects.liftApprovals ?? 1),
    ...(liftRequest ? { liftRequest } : {}),
  };
}

/** An end that cannot be read has not come: fail closed. */
function isActive(until: string | undefined, nowMs: number): boolean {
  return until === undefined || !(nowMs >= Date.parse(until));
}

/** Of the name that a freeze gets when nobody gave it one. */
export function stemOf(scope: FreezeSpec['scope']): string {
  if ('everyone' in scope) return 'everyone';
  if ('tool' in scope) return `tool-${scope.tool.server}-${scope.tool.name}`.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  const [[what, which] = []] = Object.entries(scope);
  return `${what}-${which}`;
}

/** Tokens that still work, of whom this scope stops. */
function tokensOf(view: ControlView, scope: FreezeSpec['scope']): StoredObject<'token'>[] {
  return view.tokens().filter(({ metadata, spec }) => spec.revokedAt === undefined && isWithin(view, scope, metadata.name, spec));
}

function isWithin(view: ControlView, scope: FreezeSpec['scope'], name: string, spec: TokenSpec): boolean {
  if ('everyone' in scope) return true;
  if ('token' in scope) return scope.token === name;
  if ('agent' in scope) return scope.agent === spec.agent;
  if ('class' in scope) return view.agent(spec.agent)?.spec.class === scope.class;
  return 'user' in scope && spec.user === scope.user;
}
