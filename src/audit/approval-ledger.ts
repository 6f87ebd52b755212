// Which tickets were asked for, voted on, granted, used up or ended while a log is read in order: the rules that tie an approval to what ran.
// Knows only what entries say. Bounded: remembers every ticket in force, and the newest MAX_REMEMBERED_TICKETS of all.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { Breach } from './rules.ts';

/** Tickets that are remembered; far more than can be in force at once. */
export const MAX_REMEMBERED_TICKETS = 200_000;

type State = 'open' | 'granted' | 'refused' | 'over' | 'consumed';

interface Ticket {
  requested: JsonObject;
  state: State;
  voters: { by: unknown; user: unknown }[];
  approvals: number;
  /** Call that used the grant up, and the decision in force that ran under it. */
  call: string | undefined;
  decision: number | undefined;
}

/** In which states a step may come, and the state it leads to. A step that is not named here changes nothing. */
const STEPS: ReadonlyMap<string, readonly [from: readonly State[], to: State]> = new Map([
  ['approved', [['open'], 'open']],
  ['granted', [['open'], 'granted']],
  ['refused', [['open'], 'refused']],
  ['revoked', [['granted'], 'over']],
  ['consumed', [['granted'], 'consumed']],
  ['expired', [['open', 'granted', 'refused'], 'over']],
  ['drained', [['open', 'granted', 'refused'], 'over']],
  ['superseded', [['open', 'granted', 'refused'], 'over']],
]);

export class ApprovalLedger {
  readonly #tickets = new Map<string, Ticket>();
  /** Call → tickets it used up, until the decision that names one. */
  readonly #used = new Map<string, string>();
  #isPartial = false;
  #bound = 0;

  /** Calls that ran under a grant, each bound to its approvals. */
  get bound(): number {
    return this.#bound;
  }

  /** The log begins later than its first entry: tickets that were asked for before are passed over. */
  startLate(): void {
    this.#isPartial = true;
  }

  /** Content is well-formed for its type (rules.ts). A decision: only one that is in force and allows. */
  take(seq: number, content: JsonObject): Breach | undefined {
    return content.type === 'decision' ? this.#decision(seq, content) : this.#step(content);
  }

  #step(content: JsonObject): Breach | undefined {
    const id = String(content.ticket);
    const known = this.#tickets.get(id);
    if (content.what === 'requested') return this.#request(id, known, content);
    if (!known)
      return this.#isPartial ? undefined : breach('approval-order', `a request for ${id} before`, `"${content.what}" without one`);
    const changed = ['digest', 'binding', 'agent'].find((member) => content[member] !== known.requested[member]);
    if (changed) return breach('approval-changed', `${changed} ${known.requested[changed]}, as asked for`, String(content[changed]));
    const [from, to] = STEPS.get(String(content.what)) ?? [];
    if (!from || !to) return undefined;
    if (!from.includes(known.state))
      return breach('approval-order', `${id} to be ${from.join(' or ')}`, `"${content.what}" when it was ${known.state}`);
    const wrong = this.#wrongStep(id, known, content);
    if (!wrong) known.state = to;
    return wrong;
  }

  #request(id: string, known: Ticket | undefined, requested: JsonObject): Breach | undefined {
    if (known) return breach('approval-order', `one request for ${id}`, 'a second one');
    const digest = digestOf(id, requested);
    if (digest !== undefined && digest !== requested.digest) return breach('approval-digest', digest, String(requested.digest));
    this.#tickets.set(id, { requested, state: 'open', voters: [], approvals: 0, call: undefined, decision: undefined });
    forgetOldest(this.#tickets);
    return undefined;
  }

  #wrongStep(id: string, ticket: Ticket, content: JsonObject): Breach | undefined {
    const { what, time, call } = content;
    const { requested } = ticket;
    if (what === 'approved' || what === 'granted' || what === 'refused') return wrongVote(id, ticket, content);
    if (what !== 'consumed') return undefined;
    if (isLate(time, requested.expires)) return breach('approval-expired', `${id} to be used before ${requested.expires}`, String(time));
    if (typeof call !== 'string') return breach('approval-order', `the call that used ${id} up`, 'none');
    ticket.call = call;
    this.#used.set(call, id);
    forgetOldest(this.#used);
    return undefined;
  }

  /** INVARIANT: a call that ran under a grant is the one the grant was for, and the only one (approval-ledger.test.ts). */
  #decision(seq: number, content: JsonObject): Breach | undefined {
    const call = String(content.call);
    const id = content.approval;
    if (id === undefined) {
      const unnamed = this.#used.get(call);
      return unnamed === undefined
        ? undefined
        : breach('grant-missing', `the ticket ${unnamed}, which call ${call} used up`, 'a decision that names none');
    }
    const ticket = this.#tickets.get(String(id));
    if (!ticket)
      return this.#isPartial ? undefined : breach('grant-missing', `an approval ${id} that was asked for and granted`, 'no entry about it');
    if (ticket.decision !== undefined)
      return breach('grant-twice', `one call under the grant ${id}`, `entry ${ticket.decision} and this one`);
    if (ticket.state !== 'consumed' || ticket.call !== call)
      return breach(
        'grant-missing',
        `a grant ${id} that call ${call} used up`,
        ticket.call === undefined ? `it was ${ticket.state}` : `call ${ticket.call} used it`,
      );
    const other = otherMember(ticket.requested, content);
    if (other) return breach('grant-of-another', `${other} as ${id} was asked for`, 'another one');
    ticket.decision = seq;
    this.#used.delete(call);
    this.#bound++;
    return undefined;
  }
}

function wrongVote(id: string, ticket: Ticket, vote: JsonObject): Breach | undefined {
  const { requested, voters } = ticket;
  const names = [vote.by, vote.user].filter((name) => typeof name === 'string');
  if (isLate(vote.time, requested.expires))
    return breach('approval-expired', `a vote about ${id} before ${requested.expires}`, String(vote.time));
  if (names.length === 0) return breach('approval-voter', `who voted about ${id}`, 'nobody');
  const own = names.find((name) => name === requested.asUser || name === requested.owner);
  if (own !== undefined) return breach('approval-voter', `a vote about ${id} by somebody else than who asked`, own);
  const again = voters.some(({ by, user }) => by === vote.by || (user !== undefined && user === vote.user));
  if (again) return breach('approval-voter', `one vote about ${id} of each person`, `a second one of ${names.join(', ')}`);
  if (!mayVote(requested.approvers, vote)) return breach('approval-voter', `a vote about ${id} by an approver`, names.join(', '));
  voters.push({ by: vote.by, user: vote.user });
  if (vote.what !== 'refused') ticket.approvals++;
  const quorum = Number(requested.quorum ?? 1);
  if (vote.what === 'granted' && ticket.approvals < quorum)
    return breach('approval-quorum', `${quorum} approvals of ${id}`, String(ticket.approvals));
  return undefined;
}

/** Somebody that the rule names: a user, or by a team or role that the entry of the vote names. Without approvers: everybody. */
function mayVote(approvers: JsonObject[string] | undefined, { user, teams, roles }: JsonObject): boolean {
  if (!isObject(approvers)) return true;
  const named = (list: unknown, names: unknown): boolean =>
    Array.isArray(list) && Array.isArray(names) && names.some((name) => list.includes(name));
  return named(approvers.users, [user]) || named(approvers.teams, teams) || named(approvers.roles, roles);
}

/** The first member in which what ran differs from what was asked for. */
function otherMember(requested: JsonObject, decision: JsonObject): string | undefined {
  const principal = isObject(decision.principal) ? decision.principal : {};
  if (principal.agent !== requested.agent) return 'agent';
  if (principal.user !== requested.asUser) return 'user';
  if (requested.definition !== undefined && decision.definition !== requested.definition) return 'definition';
  return ['method', 'server', 'tool', 'prompt', 'resource'].find((member) => decision[member] !== requested[member]);
}

/** What reviewers decide on, computed again; undefined for an entry that does not hold all of it. */
function digestOf(id: string, requested: JsonObject): string | undefined {
  const { nonce, created, expires, binding, rule, ruleHash, held } = requested;
  if ([nonce, created, expires, rule, ruleHash].some((text) => typeof text !== 'string') || typeof held !== 'number') return undefined;
  const [createdMs, expiresMs] = [millisecondsOf(created), millisecondsOf(expires)];
  if (createdMs === undefined || expiresMs === undefined) return undefined;
  return sha256Hex(canonicalJson({ v: 1, id, nonce, createdMs, expiresMs, binding, rule, ruleHash, revision: held }));
}

function isLate(time: unknown, expires: unknown): boolean {
  const [atMs, endMs] = [millisecondsOf(time), millisecondsOf(expires)];
  return atMs !== undefined && endMs !== undefined && atMs >= endMs;
}

/** undefined for what is no date of the calendar. */
function millisecondsOf(time: unknown): number | undefined {
  const timeMs = typeof time === 'string' && time.length === INSTANT_CHARS ? Date.parse(time) : Number.NaN;
  return Number.isFinite(timeMs) && new Date(timeMs).toISOString() === time ? timeMs : undefined;
}

const INSTANT_CHARS = 24;

function breach(rule: Breach['rule'], expected: string, found: string): Breach {
  return { rule, expected, found };
}

function forgetOldest(memory: Map<string, unknown>): void {
  if (memory.size <= MAX_REMEMBERED_TICKETS) return;
  for (const oldest of memory.keys()) {
    memory.delete(oldest);
    return;
  }
}
