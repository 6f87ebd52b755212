// Handing over deciding: reviewers hand over their own place for a time; role admin does so for others who cannot.
// Never hands over more than the person has: that is asked at every vote.

import { noSuch } from '../../object/no-such.ts';
import { change } from '../change.ts';
import * as contract from '../contract.ts';
import { mayAct } from '../operator.ts';
import { readDraft } from '../read-draft.ts';
import { failure, json, type Route, route } from '../route.ts';
import { freeName, taken } from './access.ts';

export const delegationRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/delegations',
    role: 'viewer',
    summary: 'Who decides about held calls in whose place, and until when',
    reply: contract.delegationList,
    async handle({ context }) {
      const nowMs = context.clock.nowMs();
      const delegations = (await context.view()).list('delegation').map(({ metadata: { name }, spec }) => {
        const hasBegun = spec.since === undefined || nowMs >= Date.parse(spec.since);
        return { name, ...spec, active: hasBegun && nowMs < Date.parse(spec.until) };
      });
      return json(200, { delegations });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/delegations',
    role: 'reviewer',
    summary: 'Hand over your own deciding to another user for a time',
    body: contract.delegationRequest,
    reply: contract.grantReply,
    async handle({ context, operator, body: { name: wanted, from: given, ...spec } }) {
      const view = await context.view();
      const own = view.operator(operator.name)?.spec.user;
      const from = given ?? own;
      if (from === undefined)
        return failure(422, 'refused', 'You are linked to no user (spec.user of your operator), so there is nothing to hand over.');
      if (from !== own && !mayAct(operator.role, 'admin'))
        return failure(403, 'forbidden', `You can hand over only your own deciding; that of "${from}" is handed over by role admin.`);
      const name = wanted ?? freeName(`${from}-to-${spec.to}`, (candidate) => view.get('delegation', candidate) !== undefined);
      if (view.get('delegation', name)) return taken(`delegation/${name}`);
      const object = readDraft({ kind: 'delegation', metadata: { name }, spec: { from, ...spec }, revision: 0 });
      if (object instanceof Response) return object;
      return change(context, operator, { put: [object] }, { action: 'delegate', reply: ({ revision }) => ({ name, revision }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/delegations/{name}/end',
    role: 'reviewer',
    summary: 'End a delegation: from or to you, or any for role admin',
    reply: contract.grantReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const delegation = view.get('delegation', name);
      if (!delegation)
        return failure(
          404,
          'not_found',
          noSuch(
            'delegation',
            name,
            view.list('delegation').map((one) => one.metadata.name),
          ),
        );
      const own = view.operator(operator.name)?.spec.user;
      const { from, to } = delegation.spec;
      if ((own === undefined || (own !== from && own !== to)) && !mayAct(operator.role, 'admin'))
        return failure(403, 'forbidden', `delegation/${name} is neither from nor to you; role admin can end it.`);
      const reply = ({ revision }: { revision: number }) => ({ name, revision });
      return change(context, operator, { put: [], delete: [{ kind: 'delegation', name }] }, { action: 'delegate', reply });
    },
  }),
];
