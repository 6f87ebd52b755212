// A report run over the log: from the first entry of its period on, in bounded memory, calls first. Values of arguments and results are opened for
// prices that depend on them only, and only for who may see values.
import { setImmediate as breathe } from 'node:timers/promises';
import { compileFilter } from '../export/entry-filter.ts';
import { JoinedLog } from '../export/joined-log.ts';
import type { ControlView } from '../object/snapshot.ts';
import { AnomalyReport, MAX_SPANS } from '../report/anomalies.ts';
import { CostReport, type FieldOf, fieldIn } from '../report/cost.ts';
import { DenialReport } from '../report/denials.ts';
import type { Dimension, ReportEntry, ReportTable, TeamOf } from '../report/fold.ts';
import { LatencyReport } from '../report/latency.ts';
import { compilePrices } from '../report/price.ts';
import { UsageReport } from '../report/usage.ts';
import type { AdminContext } from './context.ts';
import type { EntryMatchQuery, ReportName } from './contract.ts';
import { matchOf } from './log-export.ts';
import { firstSince } from './replayed-log.ts';

const ENTRIES_AT_ONCE = 50;
const PROGRESS_EVERY = 20_000;
/** Clocks of gateways may differ by this much. */
const CLOCK_SKEW_MS = 300_000;
const SPAN_MS = { hour: 3_600_000, day: 86_400_000 } as const;
/** Past that anomalies are compared with, as a multiple of a span. */
const PAST_SPANS = { hour: 14 * 24, day: 60 } as const;

export interface ReportAsked {
  name: ReportName;
  sinceMs: number;
  untilMs: number;
  by: readonly Dimension[];
  match: EntryMatchQuery;
  allMethods: boolean;
  span: 'hour' | 'day';
  /** May whoever asks see values? */
  withValues: boolean;
}

export type ReportStep = { type: 'progress'; seq: number; head: number } | ({ type: 'report' } & ReportTable);

interface Fold {
  take(entry: ReportEntry): void | Promise<void>;
  table(): ReportTable;
}

/** Longest period of anomalies, so that its spans and their past fit. */
export function longestMs(span: 'hour' | 'day'): number {
  return (MAX_SPANS - PAST_SPANS[span]) * SPAN_MS[span];
}

export async function* runReport(
  context: AdminContext,
  asked: ReportAsked,
  signal: AbortSignal,
): AsyncGenerator<ReportStep, void, undefined> {
  const { logStore, org } = context;
  const view = await context.view();
  const pastMs = asked.name === 'anomalies' ? PAST_SPANS[asked.span] * SPAN_MS[asked.span] : 0;
  const filter = compileFilter({ ...matchOf(asked.match), sinceMs: asked.sinceMs - pastMs, untilMs: asked.untilMs });
  const fold = foldOf(context, asked, view);
  const { seq: head } = await logStore.head(org);
  const from = await firstSince(context, asked.sinceMs - pastMs);
  let looked = 0;
  for await (const { seq, event, timeMs } of entries(new JoinedLog(logStore, org).read(from, head, filter))) {
    if (signal.aborted) return;
    if (event) await fold.take(event);
    else if (timeMs > asked.untilMs + CLOCK_SKEW_MS) break;
    if (++looked % ENTRIES_AT_ONCE === 0) await breathe();
    if (looked % PROGRESS_EVERY === 0) yield { type: 'progress', seq, head };
  }
  yield { type: 'report', ...fold.table() };
}

type Read = ReturnType<JoinedLog['read']>;

async function* entries(read: Read): AsyncGenerator<{ seq: number; event: ReportEntry | undefined; timeMs: number }, void, undefined> {
  for await (const { seq, event, time } of read) {
    const known = event && { seq, revision: Number(event.header.revision), content: event.content, decision: event.decision };
    yield { seq, event: known, timeMs: Date.parse(time) };
  }
}

function foldOf(context: AdminContext, asked: ReportAsked, view: ControlView): Fold {
  const teamOf = teamsOf(view);
  const { by } = asked;
  switch (asked.name) {
    case 'usage':
      return new UsageReport(by, teamOf, asked.allMethods);
    case 'denials':
      return new DenialReport(by, teamOf);
    case 'latency':
      return new LatencyReport(by, teamOf);
    case 'anomalies':
      return new AnomalyReport(asked.sinceMs, SPAN_MS[asked.span]);
    default:
      return new CostReport({ by, teamOf, priceOf: compilePrices(view.list('price')), fieldOf: fieldsOf(context, asked.withValues) });
  }
}

function teamsOf(view: ControlView): TeamOf {
  const teams = new Map<string, string>();
  for (const { metadata, spec } of view.teams()) for (const agent of spec.members?.agents ?? []) teams.set(agent, metadata.name);
  for (const { metadata, spec } of view.agents()) if (spec.team !== undefined) teams.set(metadata.name, spec.team);
  return (agent) => teams.get(agent);
}

function fieldsOf({ audit, org }: AdminContext, withValues: boolean): FieldOf {
  return async ({ seq, content, decision }, of, path) => {
    if (!withValues) return 'withheld';
    const [commitment, place] = of === 'result' ? [content.result, seq] : [decision?.arguments, Number(content.decision)];
    if (typeof commitment !== 'string') return { value: undefined };
    // What does not match its commitment is not believed.
    const text = await audit.value(org, commitment, place).catch(() => undefined);
    return text === undefined ? 'erased' : { value: fieldIn(text, of, path) };
  };
}
