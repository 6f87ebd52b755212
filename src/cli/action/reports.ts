// `sallyport report …`: what the log says over a period, as a table, as JSON, or as CSV.
import type { ReportBody, ReportName } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { csvText } from '../csv-text.ts';
import { exitCode } from '../exit-code.ts';
import { textTable } from '../text-table.ts';
import { readSince } from '../when.ts';

const DEFAULT_PERIOD = '7d';

export function reportAction(name: ReportName): Action {
  return async (run) => {
    const report = await withGateway(run, async (client) => {
      for await (const step of await client.report(name, queryOf(run))) {
        if (isReport(step)) return step;
        const { seq, head } = step as { seq: number; head: number };
        run.terminal.progress(`entry ${seq} of ${head}`);
      }
      throw new GatewayError('gateway_answer_invalid', 'The gateway broke off before the end of the log. Try again.');
    });
    run.terminal.progress('');
    const { columns, rows, notes } = report;
    if (run.options.flag('csv')) {
      await run.terminal.write(csvText([columns, ...rows]));
      for (const note of notes) run.terminal.err(`sallyport: ${note}`);
      return exitCode.ok;
    }
    const records = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
    show(run, { report: name, rows: records, notes }, () => tableText(report));
    return exitCode.ok;
  };
}

function tableText({ columns, rows, notes }: ReportBody): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null || cell === '' ? '–' : String(cell))));
  const table =
    rows.length === 0
      ? 'Nothing in this time.'
      : textTable(
          columns.map((column) => column.toUpperCase()),
          cells,
        );
  return [table, ...notes.map((note) => `* ${note}`)].join('\n');
}

function queryOf(run: Run): Record<string, string | undefined> {
  const nowMs = systemClock.nowMs();
  const until = run.options.text('until');
  const names = ['by', 'agent', 'user', 'server', 'tool', 'rule', 'code', 'span'];
  return {
    ...Object.fromEntries(names.map((name) => [name, run.options.text(name)])),
    since: readSince(run.options.text('since') ?? DEFAULT_PERIOD, '--since', nowMs),
    ...(until === undefined ? {} : { until: readSince(until, '--until', nowMs) }),
    ...(run.options.flag('all') ? { all: 'true' } : {}),
  };
}

function isReport(step: unknown): step is ReportBody {
  return typeof step === 'object' && step !== null && 'type' in step && step.type === 'report';
}
