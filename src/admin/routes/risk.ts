// Risk for operators: what is remembered of an agent or tool, and what other weights would have made of recorded calls (backtest).
// Reads only. Shows counts and amounts, never arguments.
import type { StoredObject } from '../../object/kinds.ts';
import { formatObjectError, type ObjectError, parseObjects } from '../../object/parse.ts';
import { type BacktestSource, backtest } from '../../risk/backtest.ts';
import { factsOf } from '../../risk/facts.ts';
import type { QuantileSketch } from '../../risk/quantile-sketch.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { jsonLines } from '../json-lines.ts';
import { failure, json, type Route, route } from '../route.ts';

export const riskRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/risk/history',
    role: 'viewer',
    summary: 'History facts of an agent on a tool, as rules see them',
    query: contract.riskHistoryQuery,
    reply: contract.riskHistoryReply,
    handle({ context, query: { agent, server, tool } }) {
      const history = context.history();
      // The largest amounts known, so that every known place is shown.
      const places = history?.pair(agent, server, tool)?.sketches ?? new Map<string, QuantileSketch>();
      const amounts = new Map([...places].map(([place, sketch]) => [place, sketch.max]));
      const facts = factsOf(history, { agent, server, tool, nowMs: context.clock.nowMs(), amounts });
      return json(200, { enabled: history !== undefined, agent, server, tool, facts });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/risk/backtest',
    role: 'reviewer',
    summary: 'What these risk profiles would have made of the recorded calls; JSON lines: progress, then a summary',
    body: contract.backtestRequest,
    media: 'application/x-ndjson',
    async handle({ context, body, raw }) {
      const profiles = readProfiles(body.text, body.fileName ?? 'profile');
      if (profiles instanceof Response) return profiles;
      const steps = backtest(await sourceOf(context), profiles, Date.parse(body.from));
      return jsonLines(steps, raw.req.raw.signal);
    },
  }),
];

function readProfiles(text: string, fileName: string): StoredObject<'risk'>[] | Response {
  const { objects, errors } = parseObjects(text, fileName);
  if (errors.length > 0) return failure(422, 'refused', formatObjectError(errors[0] as ObjectError), errors.map(formatObjectError));
  const profiles = objects.map(({ object }) => object).filter((object): object is StoredObject<'risk'> => object.kind === 'risk');
  if (profiles.length > 0) return profiles;
  return failure(422, 'refused', `${fileName} holds no object of kind risk. Give at least one risk profile to compare with.`);
}

async function sourceOf(context: AdminContext): Promise<BacktestSource> {
  const { view, principals } = await context.access();
  return {
    entries: context.logStore.read({ org: context.org }),
    // What was erased is not there; what does not match its commitment is not believed.
    argumentsOf: ({ arguments: commitment, seq }) =>
      commitment === undefined ? Promise.resolve(undefined) : context.audit.value(context.org, commitment, seq).catch(() => undefined),
    server: (name) => view.server(name)?.spec,
    environmentOf: (agent) => principals.agentOf(agent)?.environment,
  };
}
