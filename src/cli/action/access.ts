// `sallyport access …`: who may use what, by the rules in force.
import type { AccessReply } from '../../admin/contract.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';

export const whoAction: Action = async (run, server = '', name) => {
  const { options } = run;
  if (options.flag('prompt') && options.flag('resource')) throw usageError('A capability is a prompt or a resource, not both.');
  const kind = options.flag('prompt') ? 'prompt' : options.flag('resource') ? 'resource' : 'tool';
  const reply = await withGateway(run, (client) => client.who({ server, kind, name }));
  showAccess(run, reply, (row) => [row.agent, row.user ?? '-', row.token ?? '(no token)'], ['AGENT', 'USER', 'TOKEN']);
  return exitCode.ok;
};

export const whatAction: Action = async (run) => {
  const { options } = run;
  const [agent, token, server] = ['agent', 'token', 'server'].map((key) => options.text(key));
  if ((agent === undefined) === (token === undefined)) throw usageError('Say whose rights with one of --agent and --token.');
  const reply = await withGateway(run, (client) => client.what({ agent, token, server }));
  const nameOf = (row: Row) => `${row.kind ?? ''} ${row.name ?? ''}${row.known === false ? ' (named by a rule only)' : ''}`;
  showAccess(run, reply, (row) => [row.server, nameOf(row)], ['SERVER', 'WHAT']);
  return exitCode.ok;
};

type Row = AccessReply['rows'][number];

function showAccess(run: Run, reply: AccessReply, cells: (row: Row) => string[], heads: string[]): void {
  const shown = run.options.flag('all') ? reply.rows : reply.rows.filter(({ effect }) => effect !== 'deny');
  show(run, { ...reply, rows: shown }, () => {
    if (shown.length === 0) return 'Nobody and nothing: no rule allows it.';
    const rows = shown.map((row) => [...cells(row).map(printable), row.effect, whyOf(row)]);
    return textTable([...heads, 'EFFECT', 'BY'], rows);
  });
  if (run.json) return;
  for (const server of reply.unread)
    run.terminal.err(`sallyport: what server ${server} has is not known yet: it is read when an agent first asks for it`);
  if (reply.leftOut > 0) run.terminal.err(`sallyport: ${reply.leftOut} more rows are left out; ask for one server, or use the API`);
}

function whyOf({ rule, conditions, approved }: Row): string {
  if (approved === false) return 'not approved';
  return conditions === undefined ? rule : `${rule}, depends on ${conditions.join(', ')}`;
}
