// Policies as they work together: the final list of rules for one agent.

import { callerOf } from '../../auth/principal-index.ts';
import { noSuch } from '../../object/no-such.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { orderedRules } from '../../policy/compile.ts';
import type { Who } from '../../policy/decide-input.ts';
import { effectiveRules } from '../../policy/effective.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';

export const policyRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/policy/problems',
    role: 'viewer',
    summary: 'Policies and standing grants in force that would be refused if they were applied now, and where',
    reply: contract.policyProblems,
    handle: async ({ context }) => json(200, { problems: [...(await context.storedPolicies.check())] }),
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/effective',
    role: 'viewer',
    summary: 'Rules in the order in which they are asked; of one agent, or all',
    query: contract.effectiveQuery,
    reply: contract.effectiveReply,
    async handle({ context, query: { agent, server, teams, roles, user } }) {
      const view = await context.view();
      if (agent !== undefined && !view.agent(agent)) {
        const names = view.agents().map(({ metadata }) => metadata.name);
        return failure(404, 'not_found', noSuch('agent', agent, names));
      }
      const who = agent === undefined ? undefined : whoOf(view, context.org, agent, { teams, roles, user });
      return json(200, { revision: view.revision, rules: effectiveRules(orderedRules(view.all()), who, server) });
    },
  }),
];

/** What the objects say of the agent and its user, and the teams and roles that are asked about besides. */
function whoOf(view: ControlView, org: string, agent: string, also: Readonly<Record<'teams' | 'roles' | 'user', string | undefined>>): Who {
  const list = (text: string | undefined): string[] => (text === undefined ? [] : text.split(',').filter((name) => name !== ''));
  const caller = callerOf(view.all(), org, agent, also.user);
  if (!caller) throw new Error(`there is no agent ${agent}`);
  return { ...caller, teams: [...caller.teams, ...list(also.teams)], roles: [...caller.roles, ...list(also.roles)] };
}
