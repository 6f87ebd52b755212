// `sallyport log erase`, `log erasures`: delete the sealed values of a person, agent, token or call, and see what became of it.
// Deletes only when it is told to with --yes; without it, it counts.
import type { ErasureReply, ErasureRequest } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';
import { readSince } from '../when.ts';

export const eraseAction: Action = async (run) => {
  const { options } = run;
  const match = matchOf(run);
  const reason = options.text('reason');
  if (!match.user && !match.agent && !match.token && !match.call)
    throw usageError(
      'Say whose values with --user, --agent, --match-token or --call, for example: sallyport log erase --user eva --reason "asked for it"',
    );
  if (reason === undefined) throw usageError('--reason is needed: it is kept with the request.');
  const isReal = options.flag('yes');
  const reply = await withGateway(run, (client) => client.erase({ match, reason, dryRun: !isReal }));
  show(run, reply, () => replyText(reply, isReal));
  return exitCode.ok;
};

export const listErasuresAction: Action = async (run) => {
  const list = await withGateway(run, (client) => client.erasures());
  show(run, list, () => {
    if (list.erasures.length === 0) return 'None.';
    const rows = list.erasures.map(({ name, state, at, by, match, reason, entry }) => [
      name,
      entry === undefined ? state : `${state} (entry ${entry})`,
      at,
      printable(by ?? '-'),
      printable(
        Object.entries(match)
          .map(([key, value]) => `${key} ${Array.isArray(value) ? value.join(',') : value}`)
          .join(' '),
      ),
      printable(reason),
    ]);
    return textTable(['NAME', 'STATE', 'AT', 'BY', 'OF', 'REASON'], rows);
  });
  return exitCode.ok;
};

function matchOf({ options }: Run): ErasureRequest['match'] {
  const list = (flag: string): string[] | undefined => {
    const given = options.list(flag);
    return given.length === 0 ? undefined : given;
  };
  const time = (flag: string): string | undefined => {
    const text = options.text(flag);
    return text === undefined ? undefined : readSince(text, `--${flag}`, systemClock.nowMs());
  };
  const match = {
    user: list('user'),
    agent: list('agent'),
    token: list('matchToken'),
    call: list('call'),
    from: time('from'),
    to: time('to'),
  };
  return Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined));
}

function replyText({ name, counts }: ErasureReply, isReal: boolean): string {
  const { arguments: args, results, tickets, held, holds } = counts;
  const lines = [`Arguments of ${args} calls, ${results} results, sealed arguments of ${tickets} held calls.`];
  if (held > 0) lines.push(`${held} of them stay: legal hold ${holds.map(printable).join(', ')}. They go when the hold is taken away.`);
  if (isReal) lines.push(`Request ${name} is being carried out; \`sallyport log erasures\` says when nothing is left of it.`);
  else lines.push('Nothing was deleted. Repeat it with --yes to delete them; that cannot be undone.');
  return lines.join('\n');
}
