// Is it alive, is it ready, what is it doing. The first two answer anybody and say nothing else.
import * as contract from '../contract.ts';
import { json, type Route, route } from '../route.ts';

export const healthRoutes: Route[] = [
  route({
    method: 'get',
    path: '/healthz',
    role: 'anonymous',
    summary: 'The process answers',
    reply: contract.healthReply,
    handle: () => json(200, { status: 'ok' }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    role: 'anonymous',
    summary: '200 when calls can be decided and recorded, else 503',
    reply: contract.healthReply,
    async handle({ context }) {
      const ready = await context.ready().catch(() => false);
      // An anchor or archive that fails stops no call; whoever watches is told all the same.
      const states = context.anchors.states();
      const anchors =
        states.length === 0 ? {} : ({ anchors: states.some(({ problem }) => problem !== undefined) ? 'failing' : 'ok' } as const);
      const archiving = context.archiving();
      const archive = archiving ? ({ archive: archiving.problem ? 'failing' : 'ok' } as const) : {};
      const policies = context.storedPolicies.known().length > 0 ? ({ policies: 'failing' } as const) : {};
      return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...anchors, ...archive, ...policies });
    },
  }),
  route({
    method: 'get',
    path: '/metrics',
    role: 'metrics',
    summary: 'Prometheus metrics',
    media: 'text/plain',
    async handle({ context, operator }) {
      // What the process as a whole does is nobody's own: it is shown to who may see that there are others.
      return new Response(await context.metrics(!operator.rights.includes('organizations')), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/status',
    role: 'viewer',
    summary: 'Version, revision, head of the log, servers',
    reply: contract.statusReply,
    async handle({ context }) {
      const { org, version, instance, logStore } = context;
      const [head, ready] = await Promise.all([logStore.head(org), context.ready().catch(() => false)]);
      const { seq, hash, revision } = head;
      return json(200, { organization: org, version, instance, revision, log: { seq, hash }, ready, servers: context.servers() });
    },
  }),
];
