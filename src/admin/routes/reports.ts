// Reports over the log: usage, denials, latency, cost, anomalies. Read only; the numbers come from the log, the names of teams and prices from objects.
import { didYouMean } from '../../lib/suggest.ts';
import { type Dimension, dimensions } from '../../report/fold.ts';
import * as contract from '../contract.ts';
import { jsonLines } from '../json-lines.ts';
import { mayAct } from '../operator.ts';
import { longestMs, runReport } from '../report-run.ts';
import { failure, type Route, route } from '../route.ts';

const DEFAULT_BY: Readonly<Record<contract.ReportName, readonly Dimension[]>> = {
  usage: ['agent', 'server', 'tool'],
  denials: [],
  latency: ['server', 'tool'],
  cost: ['agent', 'server', 'tool'],
  anomalies: [],
};

export const reportRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/reports/{name}',
    role: 'viewer',
    summary: 'usage, denials, latency, cost or anomalies over a period; JSON lines: progress, then the table',
    query: contract.reportQuery,
    media: 'application/x-ndjson',
    handle({ context, operator, param, query, raw }) {
      const name = contract.reportNames.find((known) => known === param('name'));
      if (!name)
        return failure(
          404,
          'not_found',
          `There is no report ${JSON.stringify(param('name'))}.${didYouMean(param('name'), contract.reportNames)}`,
        );
      const { since, until, by, all, span, ...match } = query;
      const [sinceMs, untilMs] = [Date.parse(since), until === undefined ? context.clock.nowMs() : Date.parse(until)];
      if (!(sinceMs < untilMs))
        return failure(400, 'invalid_request', `The period ends before it begins: since ${since}, until ${until ?? 'now'}.`);
      if (name === 'anomalies' && untilMs - sinceMs > longestMs(span))
        return failure(400, 'invalid_request', `The period is too long for spans of one ${span}. Ask for a shorter one, or for span=day.`);
      const groups = by === undefined ? DEFAULT_BY[name] : dimensionsOf(by);
      if (typeof groups === 'string') return failure(400, 'invalid_request', groups);
      const asked = {
        name,
        sinceMs,
        untilMs,
        by: groups,
        match,
        allMethods: all === 'true',
        span,
        withValues: mayAct(operator.role, 'reviewer'),
      };
      const { signal } = raw.req.raw;
      return jsonLines(runReport(context, asked, signal), signal);
    },
  }),
];

/** What is wrong with it, as a text. */
function dimensionsOf(text: string): readonly Dimension[] | string {
  const names = [...new Set(text.split(',').map((part) => part.trim()))].filter((part) => part !== '');
  const unknown = names.find((name) => !dimensions.some((known) => known === name));
  if (unknown !== undefined)
    return `Nothing is grouped by ${JSON.stringify(unknown)}; there is ${dimensions.join(', ')}.${didYouMean(unknown, dimensions)}`;
  return names as Dimension[];
}
