// `sallyport approval grant …` and `sallyport approval delegate …`: what is allowed in advance, and who decides in whose place.
import type { DelegationRequest, GrantBody, GrantRequest } from '../../admin/contract.ts';
import { systemClock } from '../../lib/clock.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { textTable } from '../text-table.ts';
import { readWhen } from '../when.ts';

export const createGrantAction: Action = async (run, name) => {
  const { options } = run;
  const { server, tool } = toolOf(needed(run, 'tool', 'SERVER/NAME'));
  const maxUses = options.text('maxUses');
  const rules = options.list('rule');
  const when = options.text('when');
  const user = options.text('user');
  const body: GrantRequest = {
    ...(name === undefined ? {} : { name }),
    agent: needed(run, 'agent', 'the agent that may'),
    server,
    tool,
    reason: needed(run, 'reason', 'why; the log is told'),
    until: readWhen(needed(run, 'until', 'when it ends'), '--until', systemClock.nowMs()),
    ...(user === undefined ? {} : { user }),
    ...(when === undefined ? {} : { when }),
    ...(rules.length === 0 ? {} : { rules }),
    ...(maxUses === undefined ? {} : { maxUses: Number(maxUses) }),
    ...(options.flag('pin') ? { definition: 'current' as const } : {}),
    ...pointOf(run, 'from', 'from'),
    ...pointOf(run, 'review', 'reviewAt'),
  };
  const reply = await withGateway(run, (client) => client.createGrant(body));
  show(run, reply, () =>
    [
      `Granted until ${body.until}: ${body.agent} may call ${server}/${tool}${when === undefined ? '' : ` while ${when}`}.`,
      `It answers rules whose reviewers you alone satisfy. Where one takes more people, another reviewer confirms: sallyport approval grant confirm ${reply.name}`,
      `End it with: sallyport approval grant revoke ${reply.name}`,
    ].join('\n'),
  );
  return exitCode.ok;
};

export const listGrantsAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.grants());
  show(run, reply, () => {
    if (reply.grants.length === 0) return 'None.';
    const rows = reply.grants.map((grant) => [
      grant.name,
      stateOf(grant),
      grant.user === undefined ? grant.agent : `${grant.agent} for ${grant.user}`,
      `${grant.server}/${grant.tool}`,
      grant.when ?? '-',
      grant.maxUses === undefined ? String(grant.used) : `${grant.used} of ${grant.maxUses}`,
      grant.votes.map(({ by, stands }) => (stands ? by : `(${by})`)).join(', '),
      grant.until,
      grant.reason,
    ]);
    return textTable(['GRANT', 'STATE', 'WHO', 'WHAT', 'WHEN', 'USED', 'BY', 'UNTIL', 'REASON'], rows);
  });
  return exitCode.ok;
};

export const confirmGrantAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.changeGrant(name, 'confirm'));
  show(run, reply, () => `You stand for grant ${reply.name}, too.`);
  return exitCode.ok;
};

export const revokeGrantAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.changeGrant(name, 'revoke'));
  show(run, reply, () => `Grant ${reply.name} is ended.`);
  return exitCode.ok;
};

export const delegateAction: Action = async (run, to = '') => {
  const { options } = run;
  const from = options.text('from');
  const reason = options.text('reason');
  const body: DelegationRequest = {
    to,
    until: readWhen(needed(run, 'until', 'when it ends'), '--until', systemClock.nowMs()),
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined ? {} : { reason }),
    ...pointOf(run, 'since', 'since'),
  };
  const reply = await withGateway(run, (client) => client.delegate(body));
  show(
    run,
    reply,
    () => `${to} decides in ${from ?? 'your'} place until ${body.until}. End it with: sallyport approval delegate end ${reply.name}`,
  );
  return exitCode.ok;
};

export const listDelegationsAction: Action = async (run) => {
  const reply = await withGateway(run, (client) => client.delegations());
  show(run, reply, () => {
    if (reply.delegations.length === 0) return 'None.';
    const rows = reply.delegations.map((one) => [
      one.name,
      one.active ? 'in force' : 'not now',
      one.from,
      one.to,
      one.since ?? '-',
      one.until,
      one.reason ?? '-',
    ]);
    return textTable(['DELEGATION', 'STATE', 'FROM', 'TO', 'SINCE', 'UNTIL', 'REASON'], rows);
  });
  return exitCode.ok;
};

export const endDelegationAction: Action = async (run, name = '') => {
  const reply = await withGateway(run, (client) => client.endDelegation(name));
  show(run, reply, () => `Delegation ${reply.name} is ended.`);
  return exitCode.ok;
};

function stateOf({ state, reviewOverdue }: GrantBody): string {
  return `${state.replaceAll('_', ' ')}${reviewOverdue ? ', look overdue' : ''}`;
}

function needed(run: Run, option: string, what: string): string {
  const text = run.options.text(option)?.trim();
  if (!text) throw usageError(`Give --${option}: ${what}.`);
  return text;
}

function pointOf(run: Run, option: string, member: string): Record<string, string> {
  const text = run.options.text(option);
  return text === undefined ? {} : { [member]: readWhen(text, `--${option}`, systemClock.nowMs()) };
}

function toolOf(text: string): { server: string; tool: string } {
  const at = text.indexOf('/');
  if (at < 1 || at === text.length - 1) throw usageError(`--tool takes SERVER/NAME, for example billing/create_refund; got "${text}".`);
  return { server: text.slice(0, at), tool: text.slice(at + 1) };
}
