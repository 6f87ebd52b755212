// `sallyport policy simulate`: recorded calls under other policies, and what would have come out differently.
// Changes nothing; policies are put into force with `apply`.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import type { SimulationStep, SimulationSummary } from '../../policy/rehearse/simulate.ts';
import { type Action, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readSince } from '../when.ts';

/** Rows of the table shown; all of them stand in the JSON. */
const SHOWN_ROWS = 50;

export const simulateAction: Action = async (run) => {
  const path = run.options.text('policy');
  if (path === undefined)
    throw usageError('--policy names the file to try, for example: sallyport policy simulate --policy policy.yaml --last 30d');
  const body = {
    text: readFileSync(path, 'utf8'),
    fileName: basename(path),
    from: readSince(run.options.text('last') ?? '30d', '--last', systemClock.nowMs()),
    alone: run.options.flag('alone'),
  };
  return withGateway(run, async (client) => {
    let summary: SimulationSummary | undefined;
    for await (const step of (await client.simulate(body)) as AsyncIterable<SimulationStep>) {
      if (step.type === 'summary') summary = step;
      else run.terminal.err(`sallyport: entry ${step.seq}, ${step.calls} calls, ${step.changed} come out differently so far`);
    }
    if (!summary) throw new GatewayError('gateway_answer_invalid', 'The gateway broke off before the end of the log. Try again.');
    const found = summary;
    show(run, found, () => summaryText(found));
    return found.changed === 0 ? exitCode.ok : exitCode.negative;
  });
};

function summaryText(summary: SimulationSummary): string {
  const { calls, changed, newlyAllowed, newlyRefused, rows, beyond, stale, base, movedSince, withoutArguments } = summary;
  const lines = [`${calls} calls, ${changed} come out differently: ${newlyAllowed} newly allowed, ${newlyRefused} no longer allowed`];
  if (movedSince > 0) lines.push(`${movedSince} are decided by another rule now than when they were made`);
  if (withoutArguments > 0)
    lines.push(`${withoutArguments} without something to judge them by (arguments erased or never kept, or a token that is gone)`);
  if (rows.length > 0) {
    const cells = rows
      .slice(0, SHOWN_ROWS)
      .map(({ live, candidate, agent, server, capability, intent, count, call }) => [
        `${live.effect} → ${candidate.effect}`,
        live.rule,
        candidate.rule,
        agent,
        [server, capability].filter((part) => part !== undefined).join('/'),
        intent ?? '–',
        String(count),
        call,
      ]);
    lines.push('', textTable(['CHANGE', 'RULE NOW', 'RULE THEN', 'AGENT', 'TOOL', 'INTENT', 'CALLS', 'FOR EXAMPLE'], cells));
  }
  const hidden = Math.max(0, rows.length - SHOWN_ROWS);
  if (hidden > 0 || beyond > 0) lines.push(`${hidden} more rows, and ${beyond} calls in no row; --json has all rows`);
  if (stale) lines.push('', `Stale: the rules changed while this was made; it compares with revision ${base}. Simulate again.`);
  return lines.join('\n');
}
