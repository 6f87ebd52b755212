// Effective permissions: who may use a capability, and what an agent or token may use. Read only, answered from the rules in force.

import type { Principal } from '../../call.ts';
import { noSuch } from '../../object/no-such.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { type AccessRow, type AccessState, allPrincipals, capabilitiesOf, knownNames, MAX_ACCESS_ROWS, rowOf } from '../access.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const permissionRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/access/who',
    role: 'viewer',
    summary: 'Every agent and token, and whether it may use this tool, prompt or resource; without a name, anything of the server',
    query: contract.whoQuery,
    reply: contract.accessReply,
    async handle({ context, query: { server, kind, name } }) {
      const state = await context.access();
      if (!state.view.server(server)) return missing('server', server, state.view);
      const nowMs = context.clock.nowMs();
      const known = name === undefined ? undefined : knownNames(state, context.org, server, kind).has(name);
      const capability = name === undefined || known === undefined ? undefined : { kind, name, known };
      const rows = allPrincipals(state, nowMs).map((principal) => rowOf(state, principal, server, capability, nowMs));
      return answer(context, state, rows, [server]);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/access/what',
    role: 'viewer',
    summary: 'Everything an agent or a token may use, of what servers are known to have and rules name',
    query: contract.whatQuery,
    reply: contract.accessReply,
    async handle({ context, query: { agent, token, server } }) {
      const state = await context.access();
      const nowMs = context.clock.nowMs();
      const principal = principalOf(state, agent, token, nowMs);
      if (principal instanceof Response) return principal;
      if (server !== undefined && !state.view.server(server)) return missing('server', server, state.view);
      const servers = server === undefined ? state.view.servers().map(({ metadata }) => metadata.name) : [server];
      const rows = servers.flatMap((one) =>
        capabilitiesOf(state, context.org, one).map((capability) => rowOf(state, principal, one, capability, nowMs)),
      );
      return answer(context, state, rows, servers);
    },
  }),
];

function principalOf(state: AccessState, agent: string | undefined, token: string | undefined, nowMs: number): Principal | Response {
  if (token !== undefined) {
    if (!state.view.token(token)) return missing('token', token, state.view);
    return (
      state.principals.principalOf(token, nowMs) ?? failure(422, 'refused', `token/${token} lets nobody in: see its state in the list.`)
    );
  }
  if (agent === undefined || !state.view.agent(agent)) return missing('agent', agent ?? '', state.view);
  return state.principals.agentOf(agent) ?? failure(422, 'refused', `agent/${agent}, or its class, is disabled: it may use nothing.`);
}

function answer(context: AdminContext, state: AccessState, rows: AccessRow[], servers: readonly string[]): Response {
  const unread = servers.filter(
    (server) => state.catalog.readMs(context.org, server, 'tool') === undefined && !state.view.get('snapshot', server),
  );
  return json(200, {
    revision: state.revision,
    rows: rows.slice(0, MAX_ACCESS_ROWS),
    leftOut: Math.max(0, rows.length - MAX_ACCESS_ROWS),
    unread,
  });
}

function missing(kind: 'server' | 'agent' | 'token', name: string, view: ControlView): Response {
  const names = view.list(kind).map((one) => one.metadata.name);
  return failure(404, 'not_found', noSuch(kind, name, names));
}
