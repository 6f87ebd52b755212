// Policies before they bite: lint, difference of two sets, replay of recorded calls. Reads only; nothing given here comes into force.

import { lintPolicies } from '../../policy/rehearse/lint.ts';
import { simulate } from '../../policy/rehearse/simulate.ts';
import { comparePolicies } from '../../policy/rehearse/witness.ts';
import { objectsOf, readPolicies, withPolicies, worldOf } from '../candidate.ts';
import * as contract from '../contract.ts';
import { jsonLines } from '../json-lines.ts';
import { policiesOf, Replay } from '../replay.ts';
import { replayedLog } from '../replayed-log.ts';
import { json, type Route, route } from '../route.ts';
import { shadowSteps } from '../shadow-row.ts';

export const rehearseRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/v1/policy/lint',
    role: 'viewer',
    summary: 'What looks wrong in policies: those in force, of a revision, or of a file; each with a call as example',
    body: contract.lintRequest,
    reply: contract.lintReply,
    async handle({ context, body }) {
      const view = await context.view();
      const objects = await objectsOf(context, body, view);
      if (objects instanceof Response) return objects;
      const set = policiesOf(objects, view.revision);
      const world = await worldOf(context);
      const tools = world.servers.reduce((sum, { tools: known }) => sum + known.size, 0);
      return json(200, { revision: view.revision, rules: set.rules.length, tools, problems: lintPolicies(set, world) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policy/diff',
    role: 'viewer',
    summary: 'How two sets of policies differ, with calls that they decide differently',
    body: contract.policyDiffRequest,
    reply: contract.policyDiffReply,
    async handle({ context, body: { a, b } }) {
      const view = await context.view();
      const [one, other] = [await objectsOf(context, a, view), await objectsOf(context, b, view)];
      if (one instanceof Response) return one;
      if (other instanceof Response) return other;
      return json(200, comparePolicies(policiesOf(one, view.revision), policiesOf(other, view.revision), await worldOf(context)));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/policy/simulate',
    role: 'reviewer',
    summary: 'What these policies would have made of the recorded calls; JSON lines: progress, then a summary',
    body: contract.simulateRequest,
    media: 'application/x-ndjson',
    async handle({ context, body: { text, fileName, from, alone }, raw }) {
      const given = readPolicies(text, fileName ?? 'policy');
      if (given instanceof Response) return given;
      const view = await context.view();
      const live = policiesOf(view.all(), view.revision);
      const candidate = policiesOf(withPolicies(view, given, alone === true), view.revision);
      const replay = new Replay(context, view.all(), view.revision);
      const entries = replayedLog(context, { fromMs: Date.parse(from), sets: [live, candidate], replay });
      const steps = simulate(entries, live, candidate, async () => (await context.logStore.head(context.org)).revision);
      return jsonLines(steps, raw.req.raw.signal);
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/policy/shadow',
    role: 'viewer',
    summary:
      'What policies of mode shadow would have decided otherwise, since a time; recorded, and still counted here; JSON lines: progress, then a summary',
    query: contract.shadowQuery,
    media: 'application/x-ndjson',
    async handle({ context, query: { from }, raw }) {
      const view = await context.view();
      const names = view
        .policies()
        .filter(({ spec }) => spec.mode === 'shadow')
        .map(({ metadata }) => metadata.name);
      const fromMs = from === undefined ? context.clock.nowMs() - SHADOW_WINDOW_MS : Date.parse(from);
      return jsonLines(shadowSteps(context, names, fromMs), raw.req.raw.signal);
    },
  }),
];

/** How far back differences are summed up unless said otherwise. */
const SHADOW_WINDOW_MS = 7 * 86_400_000;
