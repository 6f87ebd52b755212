// Tickets as reviewers read them, and who a reviewer is in the organization. Pure.
import type { Reviewer, Ticket } from '../approval/ticket.ts';
import { decidedMs, voteProblem } from '../approval/ticket.ts';
import { buildMembers } from '../auth/member-index.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { ApprovalBody, ApprovalStats } from './contract-approval.ts';
import type { Operator } from './operator.ts';

/** An operator who is linked to no user, or to one that is disabled, is in no team and has no role. */
export function reviewerOf(view: ControlView, { name }: Pick<Operator, 'name'>): Reviewer {
  const linked = view.operator(name)?.spec.user;
  const user = linked === undefined ? undefined : view.user(linked);
  if (!user || user.spec.disabled) return { operator: name, user: undefined, teams: [], roles: [] };
  const nobody = { credentialMode: 'service', disabled: false } as const;
  const { teams, roles } = buildMembers(view.all()).of('', nobody, { name: user.metadata.name, spec: user.spec });
  return { operator: name, user: user.metadata.name, teams, roles };
}

export function ticketBody(ticket: Ticket): ApprovalBody {
  const { id, state, digest, requester, method, server, capability, rule, reason, callId, approvers, quorum, ended, intent, risk } = ticket;
  return {
    id,
    state,
    digest,
    agent: requester.agent,
    user: requester.user,
    method,
    server,
    kind: capability?.kind,
    name: capability?.name,
    rule,
    reason,
    createdAt: instant(ticket.createdMs),
    expiresAt: instant(ticket.expiresMs),
    call: callId,
    approvers: approvers as ApprovalBody['approvers'],
    quorum,
    votes: ticket.votes.map(({ by, user, verdict, comment, timeMs }) => ({ by, user, verdict, comment, at: instant(timeMs) })),
    ended: ended && { at: instant(ended.timeMs), by: ended.by, why: ended.why, call: ended.callId },
    intent: intent?.intent,
    risk: risk?.score,
  };
}

const PROBLEMS = {
  not_open: 'it is not open any more',
  not_a_reviewer: 'the rule names others as reviewers; an operator counts as the user that its object is linked to (spec.user)',
  self_approval: 'nobody decides about a call made for them or by an agent they answer for',
  voted_already: 'you have voted already, or somebody linked to the same user has',
  comment_required: 'a refusal needs a comment: the agent is told',
} as const;

export function problemText(problem: keyof typeof PROBLEMS, ticket: Ticket): string {
  return problem === 'not_open' ? `${PROBLEMS.not_open}: it is ${ticket.state}` : PROBLEMS[problem];
}

/** Why this reviewer could not approve it now; undefined when they could. */
export function whyNot(ticket: Ticket, reviewer: Reviewer): string | undefined {
  const problem = voteProblem(ticket, reviewer, 'approve', undefined);
  return problem && problemText(problem, ticket);
}

export interface TicketFilter {
  state?: string | undefined;
  agent?: string | undefined;
  user?: string | undefined;
  server?: string | undefined;
  tool?: string | undefined;
  rule?: string | undefined;
}

export function matches(ticket: Ticket, { state, agent, user, server, tool, rule }: TicketFilter): boolean {
  const { requester, capability } = ticket;
  const pairs = [
    [state, ticket.state],
    [agent, requester.agent],
    [user, requester.user],
    [server, ticket.server],
    [tool, capability?.kind === 'tool' ? capability.name : undefined],
    [rule, ticket.rule],
  ];
  return pairs.every(([wanted, found]) => wanted === undefined || wanted === found);
}

export function statsOf(tickets: readonly Ticket[], nowMs: number): ApprovalStats {
  const byState: Record<string, number> = {};
  const took: number[] = [];
  let oldestOpenMs: number | undefined;
  for (const ticket of tickets) {
    byState[ticket.state] = (byState[ticket.state] ?? 0) + 1;
    if (ticket.state === 'open') oldestOpenMs = Math.max(oldestOpenMs ?? 0, nowMs - ticket.createdMs);
    const atMs = ticket.votes.length > 0 ? decidedMs(ticket) : undefined;
    if (atMs !== undefined) took.push(atMs - ticket.createdMs);
  }
  took.sort((a, b) => a - b);
  const at = (share: number): number | undefined => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return {
    open: byState.open ?? 0,
    granted: byState.approved ?? 0,
    oldestOpenMs,
    sample: tickets.length,
    medianToDecideMs: at(0.5),
    p95ToDecideMs: at(0.95),
    byState,
  };
}

export function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
