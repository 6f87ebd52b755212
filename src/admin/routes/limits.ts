// Limits with what is used of them now. Quotas are those of all gateways; calls at once those of the gateway that answers.
import { noSuch } from '../../object/no-such.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const limitRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/limits',
    role: 'viewer',
    summary: 'Limits, those of tokens too, with what is used of them',
    reply: contract.limitList,
    async handle({ context }) {
      return json(200, { limits: await context.limits(undefined) });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/limits/{name}',
    role: 'viewer',
    summary: 'One limit with what is used of it; the limit of a token is named token/…, with the slash encoded',
    reply: contract.limitBody,
    async handle({ context, param }) {
      const name = param('name');
      const [found] = await context.limits(name);
      if (found) return json(200, found);
      const names = (await context.limits(undefined)).map((limit) => limit.name);
      return failure(404, 'not_found', noSuch('limit', name, names));
    },
  }),
];
