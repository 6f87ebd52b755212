// Operators and keys. A new operator token is shown once, in the answer that makes it; only its hash is kept.

import type { StoredObject } from '../../object/kinds.ts';
import { noSuch } from '../../object/no-such.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { newOperatorToken } from '../operator.ts';
import { failure, json, type Route, route } from '../route.ts';

export const accessRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/operators',
    role: 'admin',
    summary: 'Operators, without their token',
    reply: contract.operatorList,
    async handle({ context }) {
      const view = await context.view();
      const rows = view.operators().map(({ metadata, spec: { hash: _, ...spec } }) => ({ name: metadata.name, ...spec }));
      return json(200, { operators: rows });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/operators',
    role: 'admin',
    summary: 'Make an operator; the token is in this answer and nowhere else',
    body: contract.operatorRequest,
    reply: contract.newOperatorReply,
    async handle({ context, operator, body: { name, role, user, rights, expiresAt } }) {
      if ((await context.view()).operator(name)) return taken(`operator/${name}`);
      const { token, hash, hint } = newOperatorToken();
      const spec = {
        role,
        ...(user === undefined ? {} : { user }),
        ...(rights ? { rights } : {}),
        hash,
        hint,
        createdAt: now(context),
        ...(expiresAt ? { expiresAt } : {}),
      };
      const object = { kind: 'operator', metadata: { name }, spec, revision: 0 } as StoredObject<'operator'>;
      return change(context, operator, { put: [object] }, { reply: ({ revision }) => ({ name, role, token, revision }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/operators/{name}/revoke',
    role: 'admin',
    summary: 'Revoke an operator',
    reply: contract.revokeReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const found = view.operator(name);
      if (!found)
        return failure(
          404,
          'not_found',
          noSuch(
            'operator',
            name,
            view.operators().map((one) => one.metadata.name),
          ),
        );
      if (found.spec.revokedAt !== undefined) return json(200, { name, revision: view.revision });
      const object = { ...found, spec: { ...found.spec, revokedAt: now(context) } };
      return change(context, operator, { put: [object] }, { reply: ({ revision }) => ({ name, revision }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/keys/rotate',
    role: 'admin',
    summary: 'New data key: what is sealed from now on is sealed under it',
    reply: contract.rotateReply,
    async handle({ context, operator }) {
      const { id, previous } = await context.rotateDataKey();
      const fields = {
        event: 'key-rotation' as const,
        timeMs: context.clock.nowMs(),
        scope: 'data' as const,
        key: id,
        previous,
        author: operator.name,
      };
      await context.audit.record(context.org, { type: 'system', fields });
      return json(200, { key: id, previous });
    },
  }),
];

export function taken(what: string): Response {
  return failure(409, 'conflict', `${what} exists already. Choose another name.`);
}

const MAX_NAME_CHARS = 63;
const SUFFIX_CHARS = 8;

/** `stem`, or `stem-2`, `stem-3`, … */
export function freeName(stem: string, isTaken: (name: string) => boolean): string {
  const short = stem.slice(0, MAX_NAME_CHARS - SUFFIX_CHARS).replace(/[^a-z0-9]+$/, '');
  let name = short;
  for (let n = 2; isTaken(name); n++) name = `${short}-${n}`;
  return name;
}

export function now(context: AdminContext): string {
  return new Date(context.clock.nowMs()).toISOString();
}
