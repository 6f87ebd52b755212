// Notifications: what is delivered, what is not, trying a subscription, delivering again. Whom and what to tell are objects of kind subscription.
// Never shows an event's content, an address or a secret: ids, types and reasons only.

import type { Delivery } from '../../notify/port.ts';
import { noSuch } from '../../object/no-such.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const notificationRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/deliveries',
    role: 'viewer',
    summary: 'Notifications by status, newest first, with how many wait and how many were given up',
    query: contract.deliveryQuery,
    reply: contract.deliveryList,
    async handle({ context: { notify }, query }) {
      const [counts, deliveries] = await Promise.all([notify.counts(), notify.deliveries(query)]);
      const { pending, dead, oldestMs } = counts;
      const age = oldestMs === undefined ? {} : { oldestMs };
      return json(200, { pending, dead, ...age, resting: notify.resting(), deliveries: deliveries.map(body) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/replay',
    role: 'operator',
    summary: 'Deliver everything again that was given up, of one subscription or of all',
    body: contract.replayRequest,
    reply: contract.replayReply,
    async handle({ context: { notify }, body: { subscription } }) {
      return json(200, { replayed: await notify.replay({ subscription }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/deliveries/{id}/replay',
    role: 'operator',
    summary: 'Deliver one notification again; receivers see the same id',
    reply: contract.replayReply,
    async handle({ context: { notify }, param }) {
      const id = Number(param('id'));
      const replayed = Number.isSafeInteger(id) && id > 0 ? await notify.replay({ id }) : 0;
      if (replayed > 0) return json(200, { replayed });
      const shown = JSON.stringify(param('id').slice(0, 64));
      return failure(404, 'not_found', `There is no delivery ${shown}, or it is under way. \`webhook deliveries\` lists them.`);
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/subscriptions/{name}/test',
    role: 'operator',
    summary: 'Send a test event to a subscription now, and say what became of it',
    reply: contract.testReply,
    async handle({ context, param }) {
      const name = param('name');
      const view = await context.view();
      await context.settled(view.revision);
      const tested = await context.notify.test(name);
      if (!tested) {
        const names = view.list('subscription').map(({ metadata }) => metadata.name);
        return failure(404, 'not_found', noSuch('subscription', name, names));
      }
      const { result, durationMs, event } = tested;
      const why = result.type === 'failed' ? { error: result.error } : {};
      return json(200, { event, delivered: result.type === 'sent', ...why, durationMs });
    },
  }),
];

function body(delivery: Delivery): contract.DeliveryBody {
  const { id, subscription, event, type, subject, seq, status, attempts, error, createdMs, nextMs, settledMs } = delivery;
  return {
    ...{ id, subscription, event, type, subject, status, attempts, createdAt: instant(createdMs) },
    ...(seq === 0 ? {} : { sequence: seq }),
    ...(error === undefined ? {} : { error }),
    ...(status === 'pending' ? { nextAt: instant(nextMs) } : {}),
    ...(settledMs === undefined ? {} : { settledAt: instant(settledMs) }),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
