// Requests to delete sealed values: count what they would delete, ask for it, see what became of it. Carried out beside the calls.
// Never answers with a value, and never deletes anything itself.
import { newId } from '../../lib/id.ts';
import type { Json } from '../../lib/json.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { parseObjectValue } from '../../object/parse.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const erasureRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/erasures',
    role: 'viewer',
    summary: 'Requests to delete sealed values, and whether they are done',
    reply: contract.erasureList,
    async handle({ context }) {
      const view = await context.view();
      const done = new Map((await context.retention.doneErasures(context.org)).map((one) => [one.name, one]));
      const erasures = [];
      for (const request of view.list('erasure')) erasures.push(await shown(context, request, done.get(request.metadata.name)));
      return json(200, { erasures } satisfies contract.ErasureList);
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/erasures',
    role: 'admin',
    summary: 'Delete the sealed values of a user, agent, token or call; with dryRun only count them',
    body: contract.erasureRequest,
    reply: contract.erasureReply,
    async handle({ context, operator, body: { match, reason, dryRun } }) {
      const nowMs = context.clock.nowMs();
      const name = newId('erasure', nowMs);
      const at = new Date(nowMs).toISOString();
      const asked = { kind: 'erasure', metadata: { name }, spec: { match: given(match), reason, at } };
      const { objects, errors } = parseObjectValue(asked as Json, 'request');
      const request = objects[0]?.object as StoredObject<'erasure'> | undefined;
      if (!request) return failure(400, 'invalid_request', errors.map(({ message }) => message).join('; '));
      const view = await context.view();
      // Counting first costs a look at everything that is sealed; whoever asks is told what the answer was when they asked.
      const count = async () => context.eraser.preview(context.org, view, request.spec);
      if (dryRun) {
        const checked = await change(context, operator, { put: [request] }, { dryRun: true });
        return checked.ok ? json(200, { counts: await count() } satisfies contract.ErasureReply) : checked;
      }
      const counts = await count();
      return change(context, operator, { put: [request] }, { action: 'erase', reply: ({ revision }) => ({ name, revision, counts }) });
    },
  }),
];

async function shown(
  context: AdminContext,
  { metadata, spec, revision }: StoredObject<'erasure'>,
  done: { revision: number; seq: number } | undefined,
): Promise<contract.ErasureList['erasures'][number]> {
  const { match, reason, at } = spec;
  const [version] = await context.versions('erasure', metadata.name, 1);
  const isDone = done?.revision === revision;
  return {
    ...{ name: metadata.name, match, reason, at },
    ...(version ? { by: version.author } : {}),
    ...(isDone && done ? { state: 'completed', entry: done.seq } : { state: 'open' }),
  };
}

function given<T extends object>(match: T): T {
  return Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as T;
}
