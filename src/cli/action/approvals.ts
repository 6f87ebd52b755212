// `sallyport approval …`: what waits for a person, what it would do, and the decision.
// Values come from agents: whatever is printed has its control characters shown, not sent to the terminal.
import type { ApprovalBody, DecideRequest } from '../../admin/contract.ts';
import { type Action, type Run, show } from '../command.ts';
import { withGateway } from '../connect.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';
import { printable, textTable } from '../text-table.ts';
import { approvedBy, detailText, whatOf } from './approval-text.ts';

type Filter = Omit<DecideRequest['filter'], 'minRisk'> & { minRisk?: string };
const FILTER = ['agent', 'user', 'server', 'tool', 'rule', 'intent', 'minRisk', 'before', 'claimedBy'] as const;

export const listApprovalsAction: Action = async (run) => {
  const { options } = run;
  const query = { ...filterOf(run), state: options.text('state'), limit: options.text('limit') };
  const { approvals } = await withGateway(run, (client) => client.approvals(query));
  show(run, { approvals }, () => {
    if (approvals.length === 0) return 'None.';
    const rows = approvals.map((one) => [
      one.id,
      stateOf(one),
      printable(one.user === undefined ? one.agent : `${one.agent} for ${one.user}`),
      printable(whatOf(one)),
      printable(one.rule),
      one.createdAt,
      one.expiresAt,
    ]);
    return textTable(['TICKET', 'STATE', 'WHO', 'WHAT', 'RULE', 'SINCE', 'UNTIL'], rows);
  });
  return exitCode.ok;
};

export const showApprovalAction: Action = async (run, id = '') => {
  const ticket = await withGateway(run, (client) => client.approval(id));
  show(run, ticket, () => detailText(ticket));
  return exitCode.ok;
};

export const approveAction: Action = (run, id) => decide(run, id, 'approve');
export const denyAction: Action = (run, id) => decide(run, id, 'deny');

export const revokeApprovalAction: Action = async (run, id = '') => {
  const ticket = await withGateway(run, (client) => client.decideApproval(id, 'revoke', bodyOf(run)));
  show(run, ticket, () => `The approval of ${ticket.id} is taken back. It was not used.`);
  return exitCode.ok;
};

export const approvalStatsAction: Action = async (run) => {
  const stats = await withGateway(run, (client) => client.approvalStats());
  show(run, stats, () =>
    [
      `Open: ${stats.open}${stats.oldestOpenMs === undefined ? '' : `, the oldest for ${seconds(stats.oldestOpenMs)}`}. Approved and not used yet: ${stats.granted}.`,
      stats.medianToDecideMs === undefined
        ? 'Nothing was decided yet.'
        : `Decided within ${seconds(stats.medianToDecideMs)} (half), ${seconds(stats.p95ToDecideMs ?? 0)} (95 %).`,
      ...(stats.medianLookedMs === undefined ? [] : [`Looked at for ${seconds(stats.medianLookedMs)} before a vote (half).`]),
      ...(stats.decidedUnread === 0 ? [] : [`Votes of people who had not read the ticket: ${stats.decidedUnread}.`]),
      ...Object.entries(stats.byState).map(([state, count]) => `${state}: ${count}`),
      ...stats.reviewers.map(({ by, approved, refused }) => printable(`by ${by}: ${approved} approved, ${refused} refused`)),
    ].join('\n'),
  );
  return exitCode.ok;
};

export const claimAction: Action = (run, id = '') => claim(run, id, { force: run.options.flag('force') });
export const unclaimAction: Action = (run, id = '') => claim(run, id, { leave: true, force: run.options.flag('force') });

async function claim(run: Run, id: string, body: { leave?: boolean; force?: boolean }): Promise<number> {
  const ticket = await withGateway(run, (client) => client.claimApproval(id, body));
  show(run, ticket, () =>
    ticket.claimed ? `${id} is yours until ${ticket.claimed.until}. Others may still decide it.` : `${id} is nobody's.`,
  );
  return exitCode.ok;
}

function stateOf(one: ApprovalBody): string {
  if (one.state !== 'open') return one.state;
  const claimed = one.claimed ? `, ${one.claimed.by} looks at it` : '';
  return `open, ${approvedBy(one)} of ${one.quorum}${one.escalatedAt === undefined ? '' : ', escalated'}${claimed}`;
}

async function decide(run: Run, id: string | undefined, what: 'approve' | 'deny'): Promise<number> {
  if (id === undefined) return decideMany(run, what);
  if (Object.values(filterOf(run)).some((value) => value !== undefined) || run.options.flag('dryRun'))
    throw usageError('Give either a ticket, or a filter (and --dry-run).');
  const body = bodyOf(run);
  if (what === 'deny' && body.comment === undefined) throw usageError('Say why, with --comment: the agent and the log are told.');
  const ticket = await withGateway(run, (client) => client.decideApproval(id, what, body));
  show(run, ticket, () => {
    if (ticket.state === 'refused') return `Refused: ${ticket.id}. The agent is told why.`;
    if (ticket.state === 'open') return `Recorded. ${ticket.id} has ${approvedBy(ticket)} of ${ticket.quorum} approvals.`;
    return `Approved: ${ticket.id}. It runs once when the agent makes the call again, until ${ticket.expiresAt}.`;
  });
  return exitCode.ok;
}

async function decideMany(run: Run, what: 'approve' | 'deny'): Promise<number> {
  const filter = filterOf(run);
  const { comment } = bodyOf(run);
  if (Object.values(filter).every((value) => value === undefined)) throw usageError('Give a ticket, or a filter such as --agent.');
  if (comment === undefined) throw usageError('Say why, with --comment: many are decided at once.');
  const verdict = what === 'approve' ? 'approve' : 'refuse';
  const preview = run.options.text('preview');
  if (preview === undefined && !run.options.flag('dryRun'))
    throw usageError('Look first, with --dry-run; it gives the --preview that deciding these tickets takes.');
  const reply = await withGateway(run, (client) =>
    client.decideApprovals({ verdict, filter, comment, dryRun: run.options.flag('dryRun'), ...(preview === undefined ? {} : { preview }) }),
  );
  show(run, reply, () =>
    [
      `${reply.dryRun ? 'Would be decided' : 'Decided'}: ${reply.decided.length}.`,
      ...reply.decided.map((one) => `  ${one.id} ${one.state}`),
      ...(reply.dryRun && reply.decided.length > 0 ? [`Decide exactly these with: --preview ${reply.preview}`] : []),
      ...(reply.left.length === 0 ? [] : [`Left: ${reply.left.length}.`, ...reply.left.map((one) => `  ${one.id}: ${one.why}`)]),
    ].join('\n'),
  );
  return exitCode.ok;
}

function filterOf({ options }: Run): Filter {
  const given = FILTER.map((name) => [name, options.text(name)] as const).filter(([, value]) => value !== undefined);
  // The values of --intent are checked by the command line.
  return Object.fromEntries(given) as Filter;
}

function bodyOf({ options }: Run): { comment?: string; digest?: string } {
  const comment = options.text('comment')?.trim() || undefined;
  const digest = options.text('digest');
  return { ...(comment === undefined ? {} : { comment }), ...(digest === undefined ? {} : { digest }) };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
