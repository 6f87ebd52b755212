// Forwards of the log with how far they have come; the same whichever gateway is asked.
import { noSuch } from '../../object/no-such.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const forwardRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/forwards',
    role: 'viewer',
    summary: 'Forwards of the log: target, how far each has come, its last failure',
    reply: contract.forwardList,
    async handle({ context }) {
      return json(200, { forwards: await context.forwards() });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/forwards/{name}',
    role: 'viewer',
    summary: 'One forward',
    reply: contract.forwardBody,
    async handle({ context, param }) {
      const name = param('name');
      const all = await context.forwards();
      const found = all.find((one) => one.name === name);
      return found ? json(200, found) : unknown(name, all);
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/forwards/{name}/test',
    role: 'operator',
    summary: 'Send one marked test record through a forward now, and say what became of it',
    reply: contract.forwardTestReply,
    async handle({ context, param, operator }) {
      const name = param('name');
      await context.settled((await context.view()).revision);
      const tested = await context.testForward(name, operator.name);
      return tested ? json(200, tested) : unknown(name, await context.forwards());
    },
  }),
];

function unknown(name: string, all: readonly { name: string }[]): Response {
  const names = all.map((one) => one.name);
  return failure(404, 'not_found', noSuch('forward', name, names));
}
