// Policies to start from: over what is registered, and from what was recorded. Text for a person to read; nothing comes into force.
import { Learned } from '../../policy/rehearse/learned.ts';
import { starterText } from '../../policy/rehearse/starter.ts';
import { worldOf } from '../candidate.ts';
import * as contract from '../contract.ts';
import { registeredTools } from '../registered-tool.ts';
import { Replay } from '../replay.ts';
import { replayedLog } from '../replayed-log.ts';
import { json, type Route, route } from '../route.ts';

export const starterRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/policy/starter',
    role: 'viewer',
    summary: 'A least-privilege policy to start from, written from the definitions that are registered, by what their tools do',
    query: contract.starterQuery,
    reply: contract.starterReply,
    async handle({ context, query: { agent } }) {
      const { catalog } = await context.access();
      const world = await worldOf(context);
      const tools = registeredTools(world);
      const unread = world.servers.flatMap(({ name, tools: stated }) =>
        stated.size === 0 && catalog.readMs(context.org, name, 'tool') === undefined ? [name] : [],
      );
      return json(200, { text: starterText(tools, agent, unread), tools: tools.length, calls: 0, unread });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/learned',
    role: 'reviewer',
    summary: 'A policy proposed from recorded traffic: what was used, and within which bounds',
    query: contract.learnQuery,
    reply: contract.starterReply,
    async handle({ context, query: { agent, from } }) {
      const view = await context.view();
      const replay = new Replay(context, view.all(), view.revision);
      const learned = new Learned();
      for await (const { call } of replayedLog(context, { fromMs: Date.parse(from), sets: [], replay, withArguments: true }))
        if (call && (agent === undefined || call.recorded.principal.agent === agent)) learned.add(call);
      return json(200, { text: learned.text(from), tools: learned.tools, calls: learned.calls, unread: [] });
    },
  }),
];
