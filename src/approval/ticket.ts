// A ticket: what one held call asks for, who may decide, who did, and what became of it. Pure: every change makes a new ticket.
// INVARIANT: a ticket is good for the call it was made for and for no other (test/scenario/attack-approval.test.ts).
import type { Approvers, CapabilityRef, Finding, IntentVerdict, Principal, RiskScore } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';

export type TicketState = 'open' | 'approved' | 'refused' | 'consumed' | 'expired' | 'revoked' | 'drained' | 'superseded' | 'withdrawn';

/** In these the ticket answers for the identical call, until it expires: what was refused is not asked again at once. */
export const LIVE_STATES: ReadonlySet<TicketState> = new Set(['open', 'approved', 'refused']);

export type Requester = Omit<Principal, 'inScope'>;

/** What a call asks for. Equal askings have equal bindings. */
export interface Asking {
  requester: Requester;
  /** Who answers for the agent. */
  owner: string | undefined;
  method: string;
  server: string | undefined;
  capability: CapabilityRef | undefined;
  /** Hash of the definition in force. */
  definition: string | undefined;
  /** RFC 8785 text of the parameters, without what differs from one attempt to the next. */
  params: string;
  rule: string;
  /** SHA-256 of the rule's text, hex. */
  ruleHash: string;
  reason: string;
  /** Control revision it was held under. */
  revision: number;
  callId: string;
  approvers: Approvers | undefined;
  intent: IntentVerdict | undefined;
  risk: RiskScore | undefined;
  findings: readonly Finding[];
}

export interface Vote {
  /** Name of the operator. */
  by: string;
  /** User object the operator is linked to. */
  user: string | undefined;
  verdict: 'approve' | 'refuse';
  comment: string | undefined;
  timeMs: number;
}

export interface Ticket extends Omit<Asking, 'params'> {
  id: string;
  state: TicketState;
  version: number;
  createdMs: number;
  expiresMs: number;
  binding: string;
  /** SHA-256 over everything that is decided about, hex: binding, rule, revision, nonce, expiry. What reviewers decide on. */
  digest: string;
  nonce: string;
  quorum: number;
  votes: readonly Vote[];
  /** When and by whom it came to its state, when no vote did it. */
  ended: { timeMs: number; by: string | undefined; why: string | undefined; callId: string | undefined } | undefined;
}

/** Who decides. */
export interface Reviewer {
  operator: string;
  user: string | undefined;
  teams: readonly string[];
  roles: readonly string[];
}

/** Who asks for what, and nothing else: what a rule says may change, this does not. */
export function bindingOf(
  org: string,
  asking: Pick<Asking, 'requester' | 'method' | 'server' | 'capability' | 'definition' | 'params'>,
): string {
  const { requester, method, server, capability, definition, params } = asking;
  const { agent, user } = requester;
  return sha256Hex(
    canonicalJson({ v: 1, org, agent, user, method, server, capability: capability && { ...capability }, definition, params }),
  );
}

export function newTicket(org: string, asking: Asking, made: { id: string; nonce: string; createdMs: number; expiresMs: number }): Ticket {
  const { params: _, ...kept } = asking;
  const binding = bindingOf(org, asking);
  const { rule, ruleHash, revision } = asking;
  const digest = sha256Hex(canonicalJson({ v: 1, ...made, binding, rule, ruleHash, revision }));
  const quorum = asking.approvers?.quorum ?? 1;
  return { ...kept, ...made, state: 'open', version: 1, binding, digest, quorum, votes: [], ended: undefined };
}

export type VoteRefusal = 'not_open' | 'not_a_reviewer' | 'self_approval' | 'voted_already' | 'comment_required';

/** INVARIANT: nobody decides about what they asked for, and nobody twice (ticket.test.ts). */
export function voteProblem(
  ticket: Ticket,
  reviewer: Reviewer,
  verdict: Vote['verdict'],
  comment: string | undefined,
): VoteRefusal | undefined {
  if (ticket.state !== 'open') return 'not_open';
  if (isOwn(ticket, reviewer)) return 'self_approval';
  if (!isReviewer(ticket.approvers, reviewer)) return 'not_a_reviewer';
  if (ticket.votes.some(({ by, user }) => by === reviewer.operator || (user !== undefined && user === reviewer.user)))
    return 'voted_already';
  return verdict === 'refuse' && !comment ? 'comment_required' : undefined;
}

/** The same person: the user the agent acts for, or who answers for the agent. */
export function isOwn({ requester, owner }: Pick<Ticket, 'requester' | 'owner'>, { operator, user }: Reviewer): boolean {
  return [requester.user, owner].some((own) => own !== undefined && (own === user || own === operator));
}

export function isReviewer(approvers: Approvers | undefined, { user, teams, roles }: Reviewer): boolean {
  const { users, teams: ofTeams, roles: ofRoles } = approvers ?? {};
  if (!users && !ofTeams && !ofRoles) return true;
  if (user !== undefined && users?.includes(user)) return true;
  return teams.some((team) => ofTeams?.includes(team)) || roles.some((role) => ofRoles?.includes(role));
}

export function withVote(ticket: Ticket, vote: Vote): Ticket {
  const votes = [...ticket.votes, vote];
  const approvals = votes.filter(({ verdict }) => verdict === 'approve').length;
  const state = vote.verdict === 'refuse' ? 'refused' : approvals >= ticket.quorum ? 'approved' : 'open';
  return { ...ticket, state, votes, version: ticket.version + 1 };
}

export function withEnd(ticket: Ticket, state: TicketState, ended: Partial<NonNullable<Ticket['ended']>> & { timeMs: number }): Ticket {
  const whole = { by: undefined, why: undefined, callId: undefined, ...ended };
  return { ...ticket, state, ended: whole, version: ticket.version + 1 };
}

/** When the last vote was cast; undefined while it is open. */
export function decidedMs({ state, votes, ended }: Ticket): number | undefined {
  if (state === 'open') return undefined;
  return votes.at(-1)?.timeMs ?? ended?.timeMs;
}

/** The members that texts and reviewers read; the inverse of `readTicket`. */
export function ticketText(ticket: Ticket): string {
  return JSON.stringify(ticket);
}

export function readTicket(text: string): Ticket {
  return JSON.parse(text) as Ticket;
}
