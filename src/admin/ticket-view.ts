// Tickets as reviewers read them: bodies, filters, numbers. Pure.
import { stepUpProblem } from '../approval/step-up.ts';
import type { Reviewer, Ticket, Vote, VoteRefusal } from '../approval/ticket.ts';
import { claimOf, decidedMs, voteProblem } from '../approval/ticket.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { ApprovalBody, ApprovalStats } from './contract-approval.ts';

/** `nowMs`: a claim that is over by then is none. */
export function ticketBody(ticket: Ticket, nowMs: number): ApprovalBody {
  const claim = claimOf(ticket, nowMs);
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
    votes: ticket.votes.map(({ timeMs, ...vote }) => ({ ...vote, at: instant(timeMs) })),
    ended: ended && { at: instant(ended.timeMs), by: ended.by, why: ended.why, call: ended.callId },
    intent: intent?.intent,
    risk: risk?.score,
    claimed: claim && { by: claim.by, until: instant(claim.untilMs) },
    reminders: ticket.reminded?.count ?? 0,
    escalatedAt: ticket.escalatedMs === undefined ? undefined : instant(ticket.escalatedMs),
  };
}

const PROBLEMS = {
  not_open: 'it is not open any more',
  not_a_reviewer: 'the rule names others as reviewers; an operator counts as the user that its object is linked to (spec.user)',
  self_approval: 'nobody decides about a call made for them or by an agent they answer for',
  voted_already: 'you have voted already, or somebody linked to the same user has',
  not_linked:
    'it takes several people, and yours is an operator that is linked to no user (spec.user) in force: whose it is cannot be told. Refusing takes no link',
  comment_required: 'a refusal needs a comment: the agent is told',
  claimed: 'somebody else works on it; take it over if you must',
  passkey_required: 'approving it takes your passkey, on its page',
  passkey_wrong: 'the assertion is not one of your passkey over this ticket, here and now; start again on its page',
  passkey_again: 'the challenge was used before, or its time is over; start again on its page',
  passkey_counter: 'the counter of the passkey did not rise, so there may be a copy of it; have it removed and register another one',
} as const;

export function problemText(problem: VoteRefusal, ticket: Pick<Ticket, 'state'>): string {
  return problem === 'not_open' ? `${PROBLEMS.not_open}: it is ${ticket.state}` : PROBLEMS[problem];
}

/** Why this reviewer could not decide it now; undefined when they could. `unaided`: what is meant to be said without a passkey. */
export function whyNot(ticket: Ticket, reviewer: Reviewer, unaided?: Vote['verdict']): string | undefined {
  const problem = voteProblem(ticket, reviewer, 'approve', undefined) ?? (unaided && stepUpProblem(ticket, reviewer, unaided, undefined));
  return problem && problemText(problem, ticket) + (problem === 'passkey_required' ? `: sallyport approval link ${ticket.id}` : '');
}

export interface TicketFilter {
  intent?: string | undefined;
  minRisk?: number | undefined;
  /** RFC 3339: asked for before this. */
  before?: string | undefined;
  claimedBy?: string | undefined;
  state?: string | undefined;
  agent?: string | undefined;
  user?: string | undefined;
  server?: string | undefined;
  tool?: string | undefined;
  rule?: string | undefined;
}

export function matches(ticket: Ticket, filter: TicketFilter, nowMs: number): boolean {
  const { state, agent, user, server, tool, rule, intent, minRisk, before, claimedBy } = filter;
  const { requester, capability } = ticket;
  const pairs = [
    [state, ticket.state],
    [agent, requester.agent],
    [user, requester.user],
    [server, ticket.server],
    [tool, capability?.kind === 'tool' ? capability.name : undefined],
    [rule, ticket.rule],
    [intent, ticket.intent?.intent],
    [claimedBy, claimOf(ticket, nowMs)?.by],
  ];
  if (minRisk !== undefined && (ticket.risk?.score ?? -1) < minRisk) return false;
  if (before !== undefined && ticket.createdMs >= Date.parse(before)) return false;
  return pairs.every(([wanted, found]) => wanted === undefined || wanted === found);
}

/** What a preview of many decisions is bound to: exactly these tickets, as they were read, and what would be done with them. */
export function previewToken(tickets: readonly Ticket[], verdict: string, operator: string): string {
  const digests = tickets.map(({ digest }) => digest).sort();
  return sha256Hex(canonicalJson({ v: 1, verdict, operator, digests })).slice(0, PREVIEW_CHARS);
}

const PREVIEW_CHARS = 32;

export function statsOf(tickets: readonly Ticket[], nowMs: number): ApprovalStats {
  const byState: Record<string, number> = {};
  const took: number[] = [];
  const looked: number[] = [];
  const ages: number[] = [];
  const people = new Map<string, { approved: number; refused: number; unread: number }>();
  for (const ticket of tickets) {
    byState[ticket.state] = (byState[ticket.state] ?? 0) + 1;
    if (ticket.state === 'open') ages.push(nowMs - ticket.createdMs);
    const atMs = ticket.votes.length > 0 ? decidedMs(ticket) : undefined;
    if (atMs !== undefined) took.push(atMs - ticket.createdMs);
    for (const { by, verdict, lookedMs } of ticket.votes) {
      const of = people.get(by) ?? { approved: 0, refused: 0, unread: 0 };
      of[verdict === 'approve' ? 'approved' : 'refused']++;
      if (lookedMs === undefined) of.unread++;
      else looked.push(lookedMs);
      people.set(by, of);
    }
  }
  return {
    open: byState.open ?? 0,
    granted: byState.approved ?? 0,
    oldestOpenMs: shareOf(ages, 1),
    medianOpenMs: shareOf(ages, 0.5),
    sample: tickets.length,
    medianToDecideMs: shareOf(took, 0.5),
    p95ToDecideMs: shareOf(took, 0.95),
    medianLookedMs: shareOf(looked, 0.5),
    decidedUnread: [...people.values()].reduce((sum, { unread }) => sum + unread, 0),
    byState,
    reviewers: [...people].map(([by, counts]) => ({ by, ...counts })).sort((a, b) => b.approved + b.refused - a.approved - a.refused),
  };
}

function shareOf(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export function instant(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
