// The kill switch: set a freeze, lift it, list what is frozen. In force for the next call when the answer is sent, calls under way are stopped.

import { didYouMean } from '../../lib/suggest.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { change } from '../change.ts';
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
      const nowMs = context.clock.nowMs();
      const view = await context.view();
      const freezes = view.freezes().map(({ metadata, spec }) => ({ name: metadata.name, ...spec, active: isActive(spec.until, nowMs) }));
      return json(200, { freezes });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/freezes',
    role: 'operator',
    summary: 'Freeze everyone, an agent, a class, a server or a token',
    body: contract.freezeRequest,
    reply: contract.freezeReply,
    async handle({ context, operator, body: { name: wanted, scope, reason, until } }) {
      const view = await context.view();
      const [what, which] = Object.entries(scope)[0] ?? ['everyone', true];
      const stem = which === true ? 'everyone' : `${what}-${which}`;
      const name = wanted ?? freeName(stem, (candidate) => view.get('freeze', candidate) !== undefined);
      // Another freeze of this name must not be replaced: that would lift it.
      if (view.get('freeze', name)) return taken(`freeze/${name}`);
      const spec = { scope, reason, ...(until ? { until } : {}) };
      const object = { kind: 'freeze', metadata: { name }, spec, revision: 0 } as StoredObject<'freeze'>;
      return change(context, operator, { put: [object] }, { reply: ({ revision }) => ({ name, revision }) });
    },
  }),
  route({
    method: 'delete',
    path: '/api/v1/freezes/{name}',
    role: 'operator',
    summary: 'Lift a freeze',
    reply: contract.freezeReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const names = view.freezes().map((one) => one.metadata.name);
      if (!names.includes(name)) return failure(404, 'not_found', `There is no freeze/${name}.${didYouMean(name, names)}`);
      return change(context, operator, { put: [], delete: [{ kind: 'freeze', name }] }, { reply: ({ revision }) => ({ name, revision }) });
    },
  }),
];

/** An end that cannot be read has not come: fail closed. */
function isActive(until: string | undefined, nowMs: number): boolean {
  return until === undefined || !(nowMs >= Date.parse(until));
}
