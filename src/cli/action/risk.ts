// `sallyport risk …`: what is remembered of an agent on a tool, and what other weights would have made of the recorded calls.
// Changes nothing; a profile is put into force with `apply`.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import type { BacktestExample, BacktestStep, BacktestSummary } from '../../risk/backtest.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readSince } from '../when.ts';

export const showRiskAction: Action = async (run) =>
  withGateway(run, async (client) => {
    const [agent, server, tool] = ['agent', 'server', 'tool'].map((name) => {
      const text = run.options.text(name);
      if (text === undefined) throw usageError(`--${name} is missing, for example: sallyport risk show --agent A --server S --tool T`);
      return text;
    });
    const reply = await client.riskHistory({ agent, server, tool });
    if (!reply.enabled && !run.json)
      run.terminal.err(
        'sallyport: nothing is remembered: there is no object of kind risk and no rule that asks for facts (see docs/risk.md)',
      );
    show(run, reply, () => JSON.stringify(reply.facts, null, 2));
    return exitCode.ok;
  });

export const backtestAction: Action = async (run) => {
  const path = run.options.text('file');
  if (path === undefined)
    throw usageError('--file names the risk profile to try, for example: sallyport risk backtest -f risk.yaml --last 30d');
  const text = readFileSync(path, 'utf8');
  const from = readSince(run.options.text('last') ?? '30d', '--last', systemClock.nowMs());
  return withGateway(run, async (client) => {
    let summary: BacktestSummary | undefined;
    for await (const step of (await client.backtest({ text, fileName: basename(path), from })) as AsyncIterable<BacktestStep>) {
      if (step.type === 'summary') summary = step;
      else run.terminal.err(`sallyport: entry ${step.seq}, ${step.calls} calls so far`);
    }
    if (!summary) throw new GatewayError('gateway_answer_invalid', 'The gateway broke off before the end of the log. Try again.');
    const found = summary;
    show(run, found, () => summaryText(found));
    return exitCode.ok;
  });
};

function summaryText(summary: BacktestSummary): string {
  const { calls, bands, scoredBefore, higher, lower, meanBefore, meanAfter, withoutArguments } = summary;
  if (calls === 0) return 'No call on a tool in this time.';
  const was =
    scoredBefore === 0
      ? 'none of them was scored then'
      : `${scoredBefore} were scored then (mean ${meanBefore}): ${higher} higher now, ${lower} lower`;
  const gaps = withoutArguments === 0 ? '' : `\n${withoutArguments} calls without arguments to judge (erased or never kept)`;
  const counts = `${calls} calls, mean score ${meanAfter}: ${bands.allow} allow, ${bands.log} log, ${bands.hold} hold, ${bands.deny} deny`;
  const rows = summary.examples
    .slice(0, 20)
    .map((one: BacktestExample) => [
      String(one.seq),
      one.agent,
      `${one.server}/${one.tool}`,
      one.before === undefined ? '–' : String(one.before),
      String(one.after),
      one.band,
    ]);
  return `${counts}\n${was}${gaps}\n\n${textTable(['ENTRY', 'AGENT', 'TOOL', 'BEFORE', 'AFTER', 'BAND'], rows)}`;
}
