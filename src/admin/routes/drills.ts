// Drills of the kill switch: a flag that stops nothing goes the way of a freeze, every gateway measures how long it would have taken to end what
// runs, and says so in the log. Waits for the reports a bounded time; who did not report in time is missing from the answer.
import type { LogStore } from '../../audit/port.ts';
import { isObject } from '../../lib/json.ts';
import { applyChanges } from '../../object/apply.ts';
import type { StoredObject } from '../../object/kinds.ts';
import { applyOptions, refusal } from '../change.ts';
import type { AdminContext } from '../context.ts';
import type { DrillReply } from '../contract.ts';
import * as contract from '../contract.ts';
import type { Operator } from '../operator.ts';
import { json, type Route, route } from '../route.ts';
import { freeName } from './access.ts';
import { stemOf } from './freezes.ts';

/** A drill that nobody clears away ends by itself, milliseconds. */
const DRILL_TTL_MS = 60_000;
/** Pause between two looks for reports, milliseconds. */
const LOOK_MS = 20;

export const drillRoutes: Route[] = [
  route({
    method: 'post',
    path: '/api/v1/drills',
    role: 'operator',
    summary: 'Measure how long a freeze would take on every gateway; stops nothing',
    body: contract.drillRequest,
    reply: contract.drillReply,
    async handle({ context, operator, body: { scope, reason, waitMs } }) {
      const view = await context.view();
      const name = freeName(`drill-${stemOf(scope)}`, (candidate) => view.get('freeze', candidate) !== undefined);
      const until = new Date(context.clock.nowMs() + DRILL_TTL_MS).toISOString();
      const spec = { scope, reason, until, drill: true };
      const object = { kind: 'freeze', metadata: { name }, spec, revision: 0 } as StoredObject<'freeze'>;
      const gateways = await context.replicas();
      const { seq } = await context.logStore.head(context.org);
      const options = { ...applyOptions(context, operator), action: 'drill' };
      const set = await applyChanges(context.objects, context.org, { put: [object] }, options);
      if (set.type !== 'applied') return refusal(set);
      const reports = await collect(context, { name, fromSeq: seq + 1, gateways, waitMs });
      await clear(context, operator, name);
      const body: DrillReply = { name, gateways, reports };
      return json(200, body);
    },
  }),
];

interface Expected {
  name: string;
  fromSeq: number;
  gateways: number;
  waitMs: number;
}

type Report = DrillReply['reports'][number];

async function collect(context: AdminContext, { name, fromSeq, gateways, waitMs }: Expected): Promise<Report[]> {
  const endMs = context.clock.monotonicMs() + waitMs;
  const reports: Report[] = [];
  let next = fromSeq;
  do {
    next = await readReports(context.logStore, context.org, next, name, reports);
    if (reports.length >= gateways) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  } while (context.clock.monotonicMs() < endMs);
  return reports;
}

/** Returns the sequence number to go on from. */
async function readReports(log: LogStore, org: string, fromSeq: number, name: string, into: Report[]): Promise<number> {
  let next = fromSeq;
  for await (const { seq, content: text } of log.read({ org, fromSeq })) {
    next = seq + 1;
    if (!text.includes('"event":"drill"')) continue;
    const content: unknown = JSON.parse(text);
    if (!isObject(content) || content.event !== 'drill' || content.freeze !== name) continue;
    into.push({
      instance: String(content.instance),
      elapsedMs: Number(content.elapsedMs),
      counts: content.counts as Record<string, number>,
      seq,
    });
  }
  return next;
}

/** What cannot be cleared away now ends by itself soon. */
async function clear(context: AdminContext, operator: Operator, name: string): Promise<void> {
  const options = { ...applyOptions(context, operator), action: 'drill' };
  const input = { put: [], delete: [{ kind: 'freeze' as const, name }] };
  await applyChanges(context.objects, context.org, input, options).catch((error: unknown) =>
    context.logger.warn({ drill: name, why: String(error) }, 'a drill could not be cleared away; it ends by itself'),
  );
}
