// A ticket: what one held call asks for, who may decide, who did, and what became of it. Pure: every change makes a new ticket.
// INVARIANT: a ticket is good for the call it was made for and for no other (test/scenario/attack-approval.test.ts).
import type { ApprovalFields } from '../audit/approval-entry.ts';
import type { Approvers, CapabilityRef, Finding, IntentVerdict, Principal, RiskPart, RiskScore, ShownEvidence } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { TicketRow } from './port.ts';
import type { PasskeyRefusal } from './step-up.ts';

export type TicketState = 'open' | 'approved' | 'refused' | 'consumed' | 'expired' | 'revoked' | 'drained' | 'superseded' | 'withdrawn';

/** In these the ticket answers for the identical call, until it expires: what was refused is not asked again at once. */
export const LIVE_STATES: ReadonlySet<TicketState> = new Set(['open', 'approved', 'refused']);

/** Operators whose reading is remembered with a ticket. */
export const MAX_LOOKS = 20;

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
  /** Without what was read from arguments: that is sealed. */
  intent: (Omit<IntentVerdict, 'evidence'> & { evidence: readonly ShownEvidence[] }) | undefined;
  risk: (Pick<RiskScore, 'score' | 'band' | 'profile'> & { parts: readonly RiskPart[] }) | undefined;
  findings: readonly Finding[];
}

/** What stands beside a ticket, sealed. */
export interface SealedPart {
  /** Parameters as the call sent them, JSON text; masked where they may not be kept. */
  params: string;
  /** What the tool says it does. */
  description: string | undefined;
  /** What the class was read from; absent from what was sealed before. */
  evidence?: readonly ShownEvidence[] | undefined;
}

export interface Vote {
  /** Name of the operator. */
  by: string;
  /** User object the operator is linked to. */
  user: string | undefined;
  verdict: 'approve' | 'refuse';
  comment: string | undefined;
  timeMs: number;
  /** Since this operator last read the ticket; absent when it was decided unread. */
  lookedMs?: number | undefined;
  /** User in whose place it was cast; absent when in the voter's own. */
  onBehalfOf?: string | undefined;
  /** Name of the passkey it was confirmed with; the assertion is in the log. */
  passkey?: string | undefined;
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
  /** When who read it last, while it was open. */
  looks?: readonly Look[] | undefined;
  claim?: Claim | undefined;
  /** Reminders sent so far, and when the last one was. */
  reminded?: { count: number; timeMs: number } | undefined;
  /** When more people were let decide. */
  escalatedMs?: number | undefined;
  /** When and by whom it came to its state, when no vote did it. */
  ended: { timeMs: number; by: string | undefined; why: string | undefined; callId: string | undefined } | undefined;
}

/** A reviewer works on it: for the others to see, no lock. */
export interface Claim {
  by: string;
  timeMs: number;
  untilMs: number;
}

export interface Look {
  /** Name of the operator. */
  by: string;
  timeMs: number;
}

/** Who decides. */
export interface Reviewer {
  operator: string;
  user: string | undefined;
  teams: readonly string[];
  roles: readonly string[];
  /** Users in whose place this one may decide now. */
  actsFor?: readonly { user: string; teams: readonly string[]; roles: readonly string[] }[] | undefined;
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

export type VoteRefusal =
  | ('not_open' | 'not_a_reviewer' | 'self_approval' | 'voted_already' | 'comment_required' | 'claimed' | 'not_linked')
  | PasskeyRefusal;

/**
 * INVARIANT: nobody decides about what they asked for, and nobody twice, by themselves or through others (test/scenario/approval-queue.test.ts).
 * Whose an operator is that is linked to nobody cannot be told: where it takes several people, it is none of them.
 */
export function voteProblem(
  ticket: Ticket,
  reviewer: Reviewer,
  verdict: Vote['verdict'],
  comment: string | undefined,
): VoteRefusal | undefined {
  if (ticket.state !== 'open') return 'not_open';
  const authority = authorityOf(ticket, reviewer);
  if (typeof authority === 'string') return authority;
  if (verdict === 'approve' && !isKnown(ticket, reviewer)) return 'not_linked';
  return verdict === 'refuse' && !comment ? 'comment_required' : undefined;
}

/** In whose place this reviewer decides; nobody's: in their own. Or why they may not. */
export function authorityOf(ticket: Ticket, reviewer: Reviewer): { onBehalfOf: string | undefined } | VoteRefusal {
  if (isOwn(ticket, reviewer)) return 'self_approval';
  const asked = askedOf(ticket);
  const { votes } = ticket;
  const { operator, user } = reviewer;
  const hasVoted = votes.some((vote) => vote.by === operator || (user !== undefined && (vote.user === user || vote.onBehalfOf === user)));
  if (isReviewer(asked, reviewer)) return hasVoted ? 'voted_already' : { onBehalfOf: undefined };
  const places = (reviewer.actsFor ?? []).filter((place) => {
    const absent = { operator: place.user, ...place };
    return isReviewer(asked, absent) && !isOwn(ticket, absent);
  });
  if (places.length === 0) return 'not_a_reviewer';
  if (hasVoted) return 'voted_already';
  const free = places.find((place) => !votes.some((vote) => vote.user === place.user || vote.onBehalfOf === place.user));
  return free ? { onBehalfOf: free.user } : 'voted_already';
}

/** Who decides by now: more people once it was escalated. */
export function askedOf({ approvers, escalatedMs }: Pick<Ticket, 'approvers' | 'escalatedMs'>): Approvers | undefined {
  const { users, teams, roles, escalate } = approvers ?? {};
  if (escalatedMs === undefined || !escalate || (!users && !teams && !roles)) return approvers;
  const both = (a: readonly string[] = [], b: readonly string[] = []): readonly string[] => [...a, ...b];
  return { ...approvers, users: both(users, escalate.users), teams: both(teams, escalate.teams), roles: both(roles, escalate.roles) };
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

/** Those of the approvers' teams and roles that who votes has, or in whose place: what an entry says of why the vote counts. */
export function qualification(ticket: Ticket, reviewer: Reviewer, onBehalfOf: string | undefined): { teams?: string[]; roles?: string[] } {
  const asked = askedOf(ticket);
  const { teams, roles } = reviewer.actsFor?.find(({ user }) => user === onBehalfOf) ?? reviewer;
  const ofTeams = teams.filter((team) => asked?.teams?.includes(team));
  const ofRoles = roles.filter((role) => asked?.roles?.includes(role));
  return { ...(ofTeams.length > 0 && { teams: ofTeams }), ...(ofRoles.length > 0 && { roles: ofRoles }) };
}

export function withVote(ticket: Ticket, vote: Vote): Ticket {
  const votes = [...ticket.votes, vote];
  const approvals = votes.filter((one) => one.verdict === 'approve' && isKnown(ticket, one)).length;
  const state = vote.verdict === 'refuse' ? 'refused' : approvals >= ticket.quorum ? 'approved' : 'open';
  return { ...ticket, state, votes, version: ticket.version + 1 };
}

function isKnown({ quorum }: Pick<Ticket, 'quorum'>, { user }: Pick<Vote, 'user'>): boolean {
  return quorum <= 1 || user !== undefined;
}

export function withEnd(ticket: Ticket, state: TicketState, ended: Partial<NonNullable<Ticket['ended']>> & { timeMs: number }): Ticket {
  const whole = { by: undefined, why: undefined, callId: undefined, ...ended };
  return { ...ticket, state, ended: whole, version: ticket.version + 1 };
}

export function withLook(ticket: Ticket, look: Look): Ticket {
  const others = (ticket.looks ?? []).filter(({ by }) => by !== look.by);
  return { ...ticket, looks: [...others.slice(1 - MAX_LOOKS), look], version: ticket.version + 1 };
}

/** How long a claim holds, milliseconds. */
export const CLAIM_MS = 15 * 60_000;

/** Takes it on, or leaves it again; a claim that is over is nobody's. */
export function withClaim(ticket: Ticket, by: string, nowMs: number): Ticket {
  return { ...ticket, claim: { by, timeMs: nowMs, untilMs: nowMs + CLAIM_MS }, version: ticket.version + 1 };
}

export function withoutClaim(ticket: Ticket): Ticket {
  return { ...ticket, claim: undefined, version: ticket.version + 1 };
}

export function claimOf({ claim, state }: Ticket, nowMs: number): Claim | undefined {
  return claim && state === 'open' && nowMs < claim.untilMs ? claim : undefined;
}

/** Reminders of one ticket. */
export const MAX_REMINDERS = 5;

/** What has come due of an open ticket that waits; undefined: nothing. Escalation goes first. */
export function dueOf(ticket: Ticket, nowMs: number): 'escalated' | 'reminded' | undefined {
  const { state, approvers, createdMs, reminded, escalatedMs } = ticket;
  if (state !== 'open' || !approvers) return undefined;
  const { escalate, remindAfterMs } = approvers;
  if (escalate && escalatedMs === undefined && nowMs >= createdMs + escalate.afterMs) return 'escalated';
  if (remindAfterMs === undefined || (reminded?.count ?? 0) >= MAX_REMINDERS) return undefined;
  return nowMs >= (reminded?.timeMs ?? createdMs) + remindAfterMs ? 'reminded' : undefined;
}

export function withDue(ticket: Ticket, due: 'escalated' | 'reminded', nowMs: number): Ticket {
  const version = ticket.version + 1;
  if (due === 'escalated') return { ...ticket, escalatedMs: nowMs, version };
  return { ...ticket, reminded: { count: (ticket.reminded?.count ?? 0) + 1, timeMs: nowMs }, version };
}

export function lookedMs({ looks }: Ticket, by: string, nowMs: number): number | undefined {
  const look = looks?.find((one) => one.by === by);
  return look && Math.max(0, nowMs - look.timeMs);
}

/** When the last vote was cast; undefined while it is open. */
export function decidedMs({ state, votes, ended }: Ticket): number | undefined {
  if (state === 'open') return undefined;
  return votes.at(-1)?.timeMs ?? ended?.timeMs;
}

/** What a rule demands of who decides, as an entry has it. */
export function demandOf({ approvers }: Pick<Ticket, 'approvers'>): Pick<ApprovalFields, 'approvers' | 'passkeyRequired'> {
  return { approvers: namedIn(approvers), passkeyRequired: approvers?.passkey ? true : undefined };
}

/**
 * Does it ask for the same, under the same rule? INVARIANT: what was asked before more was demanded (by the organization too, which is in no rule's
 * text) answers no call afterwards (test/scenario/approval.test.ts).
 */
export function isAskedFor(before: Demand, now: Demand): boolean {
  return before.rule === now.rule && before.ruleHash === now.ruleHash && demandText(before) === demandText(now);
}

type Demand = Pick<Asking, 'rule' | 'ruleHash' | 'approvers'>;

function demandText({ approvers }: Demand): string {
  return canonicalJson({ ...demandOf({ approvers }), quorum: approvers?.quorum ?? 1 });
}

/** Whom a rule names; undefined: every reviewer. */
function namedIn(approvers: Ticket['approvers']): ApprovalFields['approvers'] {
  const { users, teams, roles, escalate } = approvers ?? {};
  if (!users && !teams && !roles) return undefined;
  return { users, teams, roles, escalate: escalate && { users: escalate.users, teams: escalate.teams, roles: escalate.roles } };
}

export function rowOf(ticket: Ticket): TicketRow {
  const { id, binding, state, version, createdMs, expiresMs, requester, ended } = ticket;
  const usedMs = state === 'consumed' ? ended?.timeMs : undefined;
  return {
    id,
    binding,
    live: LIVE_STATES.has(state),
    agent: requester.agent,
    version,
    createdMs,
    expiresMs,
    text: ticketText(ticket),
    usedMs,
  };
}

/** The members that texts and reviewers read; the inverse of `readTicket`. */
export function ticketText(ticket: Ticket): string {
  return JSON.stringify(ticket);
}

export function readTicket(text: string): Ticket {
  return JSON.parse(text) as Ticket;
}
