// Where held calls ask and people decide: makes tickets, counts votes, hands a grant out once. Every change is an entry in the same transaction.
// INVARIANT: a grant is consumed once, whatever the number of gateways (test/fault/approval-race.test.ts). Never judges a call: the table does.
import type { ApprovalFields } from '../audit/approval-entry.ts';
import type { SystemFields } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type Random, systemRandom } from '../lib/id.ts';
import { type TicketEvent, TicketEvents } from './events.ts';
import type { PasskeyStore } from './passkey-port.ts';
import type { ApprovalStore, GrantUsed, PutResult } from './port.ts';
import { type StepUp, stepUpProblem, usedUp } from './step-up.ts';
import {
  type Asking,
  authorityOf,
  claimOf,
  demandOf,
  dueOf,
  isAskedFor,
  LIVE_STATES,
  lookedMs,
  newTicket,
  qualification,
  type Reviewer,
  readTicket,
  rowOf,
  type Ticket,
  type Vote,
  type VoteRefusal,
  voteProblem,
  withClaim,
  withDue,
  withEnd,
  withLook,
  withoutClaim,
  withVote,
} from './ticket.ts';
import { Waiting } from './waiting.ts';
import { WithheldBook } from './withheld-book.ts';

/** Live tickets one agent may have; more of its held calls are refused without one. */
export const MAX_LIVE_PER_AGENT = 100;
/** Live tickets that are looked at together: for lists, bulk decisions, expiry. */
export const MAX_LIVE = 10_000;
/** How often a change is tried again because somebody else was faster. */
const MAX_ATTEMPTS = 8;
const NONCE_BYTES = 16;
/** Time until a ticket that nobody decides is refused, milliseconds, unless the organization says otherwise. */
export const DEFAULT_EXPIRY_MS = 3_600_000;

export interface DeskOptions {
  store: ApprovalStore;
  passkeys: Pick<PasskeyStore, 'use'>;
  log: Pick<AuditLog, 'entry' | 'record'>;
  clock: Clock;
  sealer: {
    seal(org: string, purpose: string, plain: Uint8Array): Uint8Array;
    open(org: string, purpose: string, sealed: Uint8Array): Uint8Array | undefined;
  };
  /** Name of this gateway process in the log. */
  instance: string;
  random?: Random;
}

/** A standing grant that answers a hold. */
export interface StandingUse {
  grant: string;
  setAt: string;
  /** What uses are counted under. */
  key: string;
  maxUses: number | undefined;
}

export type Asked = { type: 'ticket'; ticket: Ticket; isNew: boolean } | { type: 'full' } | { type: 'moved'; revision: number };
export type Voted = { type: 'voted'; ticket: Ticket } | { type: 'problem'; problem: VoteRefusal; ticket: Ticket } | { type: 'unknown' };
type What = TicketEvent;

export class ApprovalDesk {
  readonly #options: DeskOptions;
  readonly #random: Random;
  readonly waiting = new Waiting();
  readonly events = new TicketEvents();
  readonly withheld: WithheldBook;

  constructor(options: DeskOptions) {
    this.#options = options;
    this.#random = options.random ?? systemRandom;
    this.withheld = new WithheldBook(options.store);
  }

  /** The ticket of the identical call if one is live, else a new one; with `atRevision`, only while the control revision is that. */
  async ask(
    org: string,
    asking: Asking,
    binding: string,
    sealed: () => SealedPart,
    expiryMs: number,
    { nonce = Buffer.from(this.#random.bytes(NONCE_BYTES)).toString('hex'), atRevision }: { nonce?: string; atRevision?: number } = {},
  ): Promise<Asked> {
    const { store, clock, sealer } = this.#options;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const known = await this.#liveOf(org, binding, asking);
      if (known) return { type: 'ticket', ticket: known, isNew: false };
      const mine = await store.list(org, { live: true, agent: asking.requester.agent, limit: MAX_LIVE_PER_AGENT });
      if (mine.length >= MAX_LIVE_PER_AGENT) return { type: 'full' };
      const createdMs = clock.nowMs();
      const ticket = newTicket(org, asking, {
        id: newId('appr', createdMs, this.#random),
        nonce,
        createdMs,
        expiresMs: createdMs + expiryMs,
      });
      const part = sealer.seal(org, `approval/${ticket.id}`, Buffer.from(JSON.stringify(sealed())));
      const put = await this.#write(org, ticket, 'requested', { call: asking.callId }, { sealed: part, atRevision });
      if (put.type === 'moved') return put;
      if (put.type === 'written') return { type: 'ticket', ticket, isNew: true };
    }
    throw new Error('a ticket could not be written: it changes all the time');
  }

  /** Uses the grant up for this call, at the revision it was judged under. `conflict`: it is not approved (any more), has expired, or was used. */
  async consume(org: string, ticket: Ticket, binding: string, call: { id: string; revision: number }): Promise<PutResult> {
    const timeMs = this.#options.clock.nowMs();
    if (ticket.state !== 'approved' || ticket.binding !== binding || timeMs >= ticket.expiresMs) return { type: 'conflict' };
    return this.#write(
      org,
      withEnd(ticket, 'consumed', { timeMs, callId: call.id }),
      'consumed',
      { call: call.id, timeMs },
      { atRevision: call.revision },
    );
  }

  /** What is already decided about exactly this call; undefined when it is not asked about. */
  async standing(org: string, asking: Asking, binding: string): Promise<Ticket | undefined> {
    return this.#liveOf(org, binding, asking);
  }

  /** One more use of a standing grant for this call, at the revision it was judged under. */
  async useGrant(org: string, use: StandingUse, asking: Asking, binding: string): Promise<GrantUsed> {
    const { store, log, clock, instance } = this.#options;
    const { requester, server = '', capability, rule, ruleHash, callId, revision } = asking;
    const { grant, setAt, key, maxUses } = use;
    const timeMs = clock.nowMs();
    const named = { agent: requester.agent, asUser: requester.user, server, tool: capability?.name ?? '' };
    const fields = {
      event: 'grant' as const,
      timeMs,
      what: 'used' as const,
      grant,
      setAt,
      ...named,
      binding,
      rule,
      ruleHash,
      call: callId,
      instance,
    };
    const entry = log.entry(org, { type: 'system', fields });
    return store.useGrant(org, { key, maxUses, timeMs, atRevision: revision }, { ...entry, callId });
  }

  grantUses(org: string): ReturnType<ApprovalStore['grantUses']> {
    return this.#options.store.grantUses(org);
  }

  /** `stepUp`: the assertion of the reviewer's passkey; INVARIANT: where the rule demands one, nobody approves without (test/scenario/passkey.test.ts). */
  async vote(
    org: string,
    id: string,
    reviewer: Reviewer,
    verdict: Vote['verdict'],
    comment: string | undefined,
    stepUp?: StepUp,
  ): Promise<Voted> {
    let onBehalfOf: string | undefined;
    const problemOf = (ticket: Ticket): VoteRefusal | undefined =>
      this.#options.clock.nowMs() >= ticket.expiresMs
        ? 'not_open'
        : (voteProblem(ticket, reviewer, verdict, comment) ?? stepUpProblem(ticket, reviewer, verdict, stepUp));
    const vote = (ticket: Ticket): VoteRefusal | Ticket => {
      const timeMs = this.#options.clock.nowMs();
      const problem = problemOf(ticket);
      if (problem) return problem;
      const authority = authorityOf(ticket, reviewer);
      if (typeof authority === 'string') return authority;
      const { operator: by, user } = reviewer;
      onBehalfOf = authority.onBehalfOf;
      return withVote(ticket, { by, user, verdict, comment, timeMs, lookedMs: lookedMs(ticket, by, timeMs), onBehalfOf, passkey });
    };
    const { name: passkey } = stepUp?.evidence ?? {};
    const what = ({ state }: Ticket): What => (state === 'approved' ? 'granted' : state === 'refused' ? 'refused' : 'approved');
    const about = (ticket: Ticket): About => ({
      ...{
        by: reviewer.operator,
        user: reviewer.user,
        comment,
        onBehalfOf,
        timeMs: ticket.votes.at(-1)?.timeMs,
        passkey: stepUp?.evidence,
      },
      ...qualification(ticket, reviewer, onBehalfOf),
    });
    const refused = stepUp && (await this.#useUp(org, id, stepUp, problemOf));
    return refused ?? this.#change(org, id, vote, what, about, stepUp?.registeredAt);
  }

  /** An assertion that would count is used up before it does: whatever happens then, it is not used again. */
  async #useUp(
    org: string,
    id: string,
    stepUp: StepUp,
    problemOf: (ticket: Ticket) => VoteRefusal | undefined,
  ): Promise<Voted | undefined> {
    const ticket = await this.find(org, id);
    if (!ticket) return { type: 'unknown' };
    const nowMs = this.#options.clock.nowMs();
    const problem = problemOf(ticket) ?? (await usedUp(this.#options.passkeys, org, stepUp, nowMs));
    return problem && { type: 'problem', problem, ticket };
  }

  /** A reviewer was shown the arguments: always an entry, and with an open ticket kept, for how long was looked before a vote. */
  async looked(org: string, { id }: Pick<Ticket, 'id'>, who: { by: string; user: string | undefined }): Promise<void> {
    const look = (ticket: Ticket): VoteRefusal | Ticket =>
      ticket.state === 'open' ? withLook(ticket, { by: who.by, timeMs: this.#options.clock.nowMs() }) : 'not_open';
    const looked = await this.#change(org, id, look, () => 'read', who);
    if (looked.type === 'problem')
      await this.#options.log.record(org, { type: 'system', fields: this.#fields(looked.ticket, 'read', who) });
  }

  /** Takes an open ticket on, or leaves it; another's claim that is not over must be taken with `force`. */
  claim(org: string, id: string, by: string, how: { leave?: boolean | undefined; force?: boolean | undefined }): Promise<Voted> {
    const next = (ticket: Ticket): VoteRefusal | Ticket => {
      const timeMs = this.#options.clock.nowMs();
      if (ticket.state !== 'open') return 'not_open';
      const held = claimOf(ticket, timeMs);
      if (held && held.by !== by && !how.force) return 'claimed';
      return how.leave ? withoutClaim(ticket) : withClaim(ticket, by, timeMs);
    };
    return this.#change(org, id, next, () => (how.leave ? 'unclaimed' : 'claimed'), { by });
  }

  /** Reminds and escalates what has waited long enough; of all gateways one does. */
  async nudge(org: string, ticket: Ticket): Promise<void> {
    const { clock } = this.#options;
    const due = dueOf(ticket, clock.nowMs());
    if (due) await this.#put(org, withDue(ticket, due, clock.nowMs()), due, { passkeyRequired: demandOf(ticket).passkeyRequired });
  }

  /** Takes a grant back before it is used. */
  revoke(org: string, id: string, by: string, comment: string | undefined): Promise<Voted> {
    const end = (ticket: Ticket): VoteRefusal | Ticket =>
      ticket.state === 'approved' ? withEnd(ticket, 'revoked', { timeMs: this.#options.clock.nowMs(), by, why: comment }) : 'not_open';
    return this.#change(org, id, end, () => 'revoked', { by, comment });
  }

  /** The agent does not want it any more. */
  async withdraw(org: string, id: string): Promise<Voted> {
    const why = 'its agent took it back';
    const end = (ticket: Ticket): VoteRefusal | Ticket =>
      LIVE_STATES.has(ticket.state) ? withEnd(ticket, 'withdrawn', { timeMs: this.#options.clock.nowMs(), why }) : 'not_open';
    return this.#change(org, id, end, () => 'withdrawn', { comment: why });
  }

  /** Ends an open ticket whose call went on without it. */
  async supersede(org: string, id: string, why: string): Promise<void> {
    const end = (ticket: Ticket): VoteRefusal | Ticket =>
      ticket.state === 'open' ? withEnd(ticket, 'superseded', { timeMs: this.#options.clock.nowMs(), why }) : 'not_open';
    await this.#change(org, id, end, () => 'superseded', { comment: why });
  }

  /** Ends a live ticket that a freeze, or the loss of its token, has made void. */
  async drain(org: string, id: string, why: string): Promise<void> {
    const end = (ticket: Ticket): VoteRefusal | Ticket =>
      LIVE_STATES.has(ticket.state) ? withEnd(ticket, 'drained', { timeMs: this.#options.clock.nowMs(), why }) : 'not_open';
    await this.#change(org, id, end, () => 'drained', { comment: why });
  }

  /** The last ticket of the identical call, whatever became of it. */
  async newest(org: string, binding: string): Promise<Ticket | undefined> {
    const row = await this.#options.store.newest(org, binding);
    return row && readTicket(row.text);
  }

  async find(org: string, id: string): Promise<Ticket | undefined> {
    const row = await this.#options.store.get(org, id);
    return row && this.#current(org, readTicket(row.text));
  }

  /** Newest first; what has expired meanwhile says so. */
  async list(org: string, query: { live: boolean; limit: number }): Promise<Ticket[]> {
    const rows = await this.#options.store.list(org, query);
    return rows.map(({ text }) => readTicket(text));
  }

  /** Records the end of what has expired. */
  async expire(org: string, tickets: readonly Ticket[]): Promise<Ticket[]> {
    const current: Ticket[] = [];
    for (const ticket of tickets) current.push(await this.#current(org, ticket));
    return current.filter(({ state }) => LIVE_STATES.has(state));
  }

  async opened(org: string, id: string): Promise<SealedPart | undefined> {
    const sealed = await this.#options.store.sealed(org, id);
    const plain = sealed && this.#options.sealer.open(org, `approval/${id}`, sealed);
    return plain && (JSON.parse(Buffer.from(plain).toString('utf8')) as SealedPart);
  }

  /** INVARIANT: what nobody decided in time is refused (test/scenario/approval.test.ts, "default deny"). */
  async #current(org: string, ticket: Ticket): Promise<Ticket> {
    const timeMs = this.#options.clock.nowMs();
    if (!LIVE_STATES.has(ticket.state) || timeMs < ticket.expiresMs) return ticket;
    const expired = withEnd(ticket, 'expired', { timeMs });
    if (await this.#put(org, expired, 'expired', {})) return expired;
    const row = await this.#options.store.get(org, ticket.id);
    return row ? readTicket(row.text) : expired;
  }

  /** A ticket made under another rule, another text of it, or for other people is not what is asked for now. */
  async #liveOf(org: string, binding: string, asking: Asking): Promise<Ticket | undefined> {
    const row = await this.#options.store.live(org, binding);
    if (!row) return undefined;
    const ticket = await this.#current(org, readTicket(row.text));
    if (!LIVE_STATES.has(ticket.state)) return undefined;
    if (isAskedFor(ticket, asking)) return ticket;
    const why = 'the rule that holds the call, or who decides, changed';
    await this.#put(org, withEnd(ticket, 'superseded', { timeMs: this.#options.clock.nowMs(), why }), 'superseded', { comment: why });
    return undefined;
  }

  async #change(
    org: string,
    id: string,
    next: (ticket: Ticket) => VoteRefusal | Ticket,
    what: (ticket: Ticket) => What,
    about: About | ((changed: Ticket) => About),
    registeredAt?: StepUp['registeredAt'],
  ): Promise<Voted> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const ticket = await this.find(org, id);
      if (!ticket) return { type: 'unknown' };
      const changed = next(ticket);
      if (typeof changed === 'string') return { type: 'problem', problem: changed, ticket };
      const told = typeof about === 'function' ? about(changed) : about;
      const atRevision = await registeredAt?.();
      if (registeredAt && atRevision === undefined) return { type: 'problem', problem: 'passkey_wrong', ticket };
      const { type } = await this.#write(org, changed, what(changed), told, { atRevision });
      if (type === 'written') return { type: 'voted', ticket: changed };
    }
    throw new Error('a ticket could not be written: it changes all the time');
  }

  async #put(org: string, ticket: Ticket, what: What, about: About): Promise<boolean> {
    return (await this.#write(org, ticket, what, about, {})).type === 'written';
  }

  async #write(org: string, ticket: Ticket, what: What, about: About, more: Parameters<ApprovalStore['put']>[3]): Promise<PutResult> {
    const { store, log } = this.#options;
    const entry = log.entry(org, { type: 'system', fields: this.#fields(ticket, what, about) });
    const result = await store.put(org, rowOf(ticket), { ...entry, callId: about.call ?? ticket.callId }, more);
    if (result.type === 'written') {
      this.waiting.changed(org, ticket);
      this.events.tell(org, what, ticket);
    }
    return result;
  }

  #fields(ticket: Ticket, what: What, about: About): Extract<SystemFields, { event: 'approval' }> {
    const { clock, instance } = this.#options;
    const { requester, server, capability, rule, digest, binding, id, expiresMs, quorum } = ticket;
    const { agent, user: asUser } = requester;
    const named = capability ? { [capability.kind]: capability.name } : {};
    const { createdMs, nonce, definition, owner, method, ruleHash, revision: held } = ticket;
    const asked = { method, server, ...named, rule, ruleHash, asUser, owner, quorum, definition };
    const request = what === 'requested' ? { ...asked, createdMs, expiresMs, nonce, held, ...demandOf(ticket) } : {};
    const timeMs = about.timeMs ?? clock.nowMs();
    return { event: 'approval', what, ticket: id, digest, binding, agent, instance, ...request, ...about, timeMs };
  }
}

interface About {
  /** Of the entry; now unless given. */
  timeMs?: number | undefined;
  teams?: readonly string[] | undefined;
  roles?: readonly string[] | undefined;
  passkey?: ApprovalFields['passkey'];
  passkeyRequired?: boolean | undefined;
  by?: string | undefined;
  user?: string | undefined;
  comment?: string | undefined;
  onBehalfOf?: string | undefined;
  call?: string | undefined;
}
