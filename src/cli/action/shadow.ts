// `sallyport policy shadow`, `policy init` and `policy learn`: what watching policies would change, and policies to start from.
// Reads only; YAML goes to standard output, everything about it to standard error.
import type { ShadowStep, ShadowSummary, StarterReply } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { GatewayError } from '../../lib/error.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { textTable } from '../text-table.ts';
import { readSince } from '../when.ts';

export const shadowAction: Action = async (run) => {
  const from = readSince(run.options.text('last') ?? '7d', '--last', systemClock.nowMs());
  return withGateway(run, async (client) => {
    let summary: ShadowSummary | undefined;
    for await (const step of (await client.shadow({ from })) as AsyncIterable<ShadowStep>) {
      if (step.type === 'summary') summary = step;
      else run.terminal.err(`sallyport: ${step.entries} entries back to ${step.seq}, ${step.calls} calls come out differently so far`);
    }
    if (!summary) throw new GatewayError('gateway_answer_invalid', 'The gateway broke off before the end of the log. Try again.');
    const { type: _, ...found } = summary;
    show(run, found, () => shadowText(found));
    return exitCode.ok;
  });
};

export const initPolicyAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.starterPolicy({ agent: run.options.text('agent') }));
  const code = written(run, reply, `${reply.tools} tools`);
  if (!run.json)
    for (const server of reply.unread)
      run.terminal.err(
        `sallyport: server ${server} is not in it: what it has is not known yet. Read it with \`sallyport server review ${server}\`, then write this again.`,
      );
  return code;
};

export const learnPolicyAction: Action = async (run) => {
  const from = readSince(run.options.text('last') ?? '7d', '--last', systemClock.nowMs());
  const reply = await withGateway(run, (client) => client.learnedPolicy({ agent: run.options.text('agent'), from }));
  return written(run, reply, `${reply.calls} calls, ${reply.tools} uses of tools`);
};

function written(run: Run, reply: StarterReply, over: string): number {
  show(run, reply, () => reply.text.trimEnd());
  if (!run.json) run.terminal.err(`sallyport: written over ${over}. Read it before you apply it.`);
  return exitCode.ok;
}

function shadowText({ policies, rows, pending, beyond }: Omit<ShadowSummary, 'type'>): string {
  const which = policies.length === 0 ? 'No policy is of mode shadow now.' : `Watching: ${policies.join(', ')}.`;
  if (rows.length === 0) return `${which} No difference.`;
  const cells = rows.map(({ liveEffect, shadowEffect, live, shadow, agent, server, capability, count, call }) => [
    `${liveEffect} → ${shadowEffect}`,
    live,
    shadow,
    agent,
    [server, capability].filter((part) => part !== undefined).join('/'),
    String(count),
    call,
  ]);
  const table = textTable(['CHANGE', 'RULE', 'SHADOW RULE', 'AGENT', 'TOOL', 'CALLS', 'FOR EXAMPLE'], cells);
  const more = beyond === 0 ? '' : `${beyond} calls more came out differently in other ways than these. `;
  return `${which}\n\n${table}\n\n${more}${pending} of these are not in the log yet. Nothing was enforced.`;
}
