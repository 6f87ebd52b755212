// Held calls that wait for a person: list, read, approve, refuse, take back. Reviewers see the arguments whole; that they did is an entry.
// Never decides anything itself: the desk checks who may, and the table checks everything again when the call comes back.
import type { Voted } from '../../approval/desk.ts';
import type { Ticket } from '../../approval/ticket.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import type { Operator } from '../operator.ts';
import { reviewerOf } from '../reviewer-of.ts';
import { failure, json, type Route, route } from '../route.ts';
import { castVote, type GivenAssertion, whyUncounted } from '../step-up.ts';
import { shownTicket } from '../ticket-detail.ts';
import { matches, previewToken, statsOf, type TicketFilter, ticketBody, whyNot } from '../ticket-view.ts';

/** Newest tickets that filters and statistics look at. */
const MAX_LOOKED_AT = 10_000;

export const approvalRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/approvals',
    role: 'viewer',
    summary: 'Tickets of held calls, newest first; without a state those that are live',
    query: contract.approvalQuery,
    reply: contract.approvalList,
    async handle({ context, query: { limit, ...filter } }) {
      const found = await ticketsOf(context, filter);
      const nowMs = context.clock.nowMs();
      return json(200, { approvals: found.slice(0, limit).map((ticket) => ticketBody(ticket, nowMs)) });
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/approval-stats',
    role: 'viewer',
    summary: 'How many wait, for how long, and how long deciding takes',
    reply: contract.approvalStats,
    async handle({ context }) {
      return json(200, statsOf(await context.approvals.list(context.org, { live: false, limit: MAX_LOOKED_AT }), context.clock.nowMs()));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/decide',
    role: 'reviewer',
    summary: 'Approve or refuse the open tickets that fit a filter: with dryRun say which, then exactly those, by the preview it gave',
    body: contract.decideRequest,
    reply: contract.decideReply,
    handle: ({ context, operator, body }) => decideMany(context, operator, body),
  }),
  route({
    method: 'get',
    path: '/api/v1/approvals/{id}',
    role: 'reviewer',
    summary: 'One ticket with everything a reviewer needs: arguments, findings, intent, risk, rule, what the tool says it does',
    reply: contract.approvalDetail,
    async handle({ context, operator, param }) {
      const ticket = await context.approvals.find(context.org, param('id'));
      return ticket ? json(200, await shownTicket(context, operator, ticket)) : unknown(param('id'));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/approve',
    role: 'reviewer',
    summary: 'Approve a held call; it runs once when the agent makes it again',
    body: contract.approveTicketRequest,
    reply: contract.approvalBody,
    handle: ({ context, operator, param, body }) => decide(context, operator, param('id'), 'approve', body),
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/deny',
    role: 'reviewer',
    summary: 'Refuse a held call; the agent is told why',
    body: contract.denyTicketRequest,
    reply: contract.approvalBody,
    handle: ({ context, operator, param, body }) => decide(context, operator, param('id'), 'refuse', body),
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/claim',
    role: 'reviewer',
    summary: 'Take an open ticket on for a quarter of an hour, or leave it: for the others to see, it locks nobody out',
    body: contract.claimRequest,
    reply: contract.approvalBody,
    async handle({ context, operator, param, body }) {
      return answer(context, param('id'), await context.approvals.claim(context.org, param('id'), operator.name, body));
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/approvals/{id}/revoke',
    role: 'reviewer',
    summary: 'Take an approval back before it is used',
    body: contract.revokeTicketRequest,
    reply: contract.approvalBody,
    async handle({ context, operator, param, body: { comment } }) {
      return answer(context, param('id'), await context.approvals.revoke(context.org, param('id'), operator.name, comment));
    },
  }),
];

async function ticketsOf(context: AdminContext, filter: TicketFilter): Promise<Ticket[]> {
  const live = filter.state === undefined || filter.state === 'open' || filter.state === 'approved';
  const found = await context.approvals.list(context.org, { live, limit: MAX_LOOKED_AT });
  const current = live ? await context.approvals.expire(context.org, found) : found;
  const nowMs = context.clock.nowMs();
  return current.filter((ticket) => matches(ticket, filter, nowMs));
}

/** INVARIANT: many are decided only as the very set that was previewed (test/scenario/approval-queue.test.ts). */
async function decideMany(context: AdminContext, operator: Operator, asked: contract.DecideBody): Promise<Response> {
  const { verdict, filter, comment, dryRun = false } = asked;
  const reviewer = await reviewerOf(context, operator);
  const decided: { id: string; state: string }[] = [];
  const left: { id: string; why: string }[] = [];
  const mine: Ticket[] = [];
  for (const ticket of await ticketsOf(context, { ...filter, state: 'open' })) {
    const why = whyNot(ticket, reviewer, verdict);
    if (why === undefined) mine.push(ticket);
    else left.push({ id: ticket.id, why });
  }
  const preview = previewToken(mine, verdict, operator.name);
  if (dryRun) return json(200, { dryRun, preview, decided: mine.map(({ id, state }) => ({ id, state })), left });
  if (asked.preview === undefined)
    return failure(422, 'refused', 'Deciding many takes the preview that dryRun gives: look at what would be decided first.');
  if (asked.preview !== preview)
    return failure(409, 'conflict', 'These are not the tickets of the preview any more: some came, went or changed. Look again.');
  for (const { id } of mine) {
    const voted = await context.approvals.vote(context.org, id, reviewer, verdict, comment);
    if (voted.type === 'voted') decided.push({ id, state: voted.ticket.state });
    else if (voted.type === 'problem') left.push({ id, why: whyUncounted(context, voted) });
  }
  return json(200, { dryRun, preview, decided, left });
}

/** `digest`: what the reviewer read is what is decided on. */
async function decide(
  context: AdminContext,
  operator: Operator,
  id: string,
  verdict: 'approve' | 'refuse',
  { comment, digest, passkey }: { comment?: string | undefined; digest?: string | undefined; passkey?: GivenAssertion | undefined },
): Promise<Response> {
  const ticket = await context.approvals.find(context.org, id);
  if (!ticket) return unknown(id);
  if (digest !== undefined && digest !== ticket.digest)
    return failure(409, 'conflict', `Ticket ${id} has digest ${ticket.digest}, not ${digest.slice(0, 80)}. Read it again.`);
  return answer(context, id, await castVote(context, operator, ticket, { verdict, comment }, passkey));
}

const CONFLICTS: ReadonlySet<string> = new Set(['not_open', 'voted_already', 'claimed']);

function answer(context: AdminContext, id: string, voted: Voted): Response {
  if (voted.type === 'unknown') return unknown(id);
  if (voted.type === 'voted') return json(200, ticketBody(voted.ticket, context.clock.nowMs()));
  const { problem } = voted;
  const [status, code] = CONFLICTS.has(problem) ? [409, 'conflict'] : [403, problem === 'passkey_required' ? problem : 'forbidden'];
  return failure(status as number, code as string, `Ticket ${id} cannot be decided so: ${whyUncounted(context, voted)}.`);
}

/** The same for a ticket of another organization: nobody learns that it exists. */
function unknown(id: string): Response {
  return failure(404, 'not_found', `There is no ticket ${JSON.stringify(id.slice(0, 64))}. sallyport approval list shows those that wait.`);
}
