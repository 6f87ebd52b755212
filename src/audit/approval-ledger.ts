// Which tickets were asked for, voted on, granted, used up or ended while a log is read in order: the rules that tie an approval to what ran.
// Knows only what entries say. Bounded: remembers every ticket in force, and the newest MAX_REMEMBERED_TICKETS of all.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { Recent } from '../lib/recent.ts';
import { assertionProblem, type PasskeyEvidence, type PasskeyRef } from './passkey.ts';
import type { Breach } from './rules.ts';

/** Tickets that are remembered; far more than can be in force at once. */
export const MAX_REMEMBERED_TICKETS = 200_000;

type State = 'open' | 'granted' | 'refused' | 'over' | 'consumed';

type Vote = Record<'by' | 'user' | 'onBehalfOf', unknown>;

interface Ticket {
  requested: JsonObject;
  state: State;
  voters: Vote[];
  isEscalated: boolean;
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
  ['escalated', [['open'], 'open']],
  ['revoked', [['granted'], 'over']],
  ['consumed', [['granted'], 'consumed']],
  ['expired', [['open', 'granted', 'refused'], 'over']],
  ['drained', [['open', 'granted', 'refused'], 'over']],
  ['superseded', [['open', 'granted', 'refused'], 'over']],
  ['withdrawn', [['open', 'granted', 'refused'], 'over']],
]);

export class ApprovalLedger {
  readonly #tickets = new Recent<string, Ticket>(MAX_REMEMBERED_TICKETS);
  /** Call → tickets it used up, until the decision that names one. */
  readonly #used = new Recent<string, string>(MAX_REMEMBERED_TICKETS);
  /** Standing grants that are set, and their uses that no decision has named yet, by call. */
  readonly #standing = new Set<unknown>();
  readonly #uses = new Recent<string, JsonObject>(MAX_REMEMBERED_TICKETS);
  /** That are registered, by name. */
  readonly #passkeys = new Map<string, PasskeyRef>();
  #isPartial = false;
  #knowsPasskeys = true;
  #bound = 0;

  /** Calls that ran under a grant, each bound to its approvals. */
  get bound(): number {
    return this.#bound;
  }

  /** The log begins later than its first entry: tickets that were asked for before are passed over. */
  startLate(): void {
    this.#isPartial = true;
    this.#knowsPasskeys = false;
  }

  /** What is read are parts of a log: a passkey whose registration is not among them is passed over, its signatures are not. */
  readParts(): void {
    this.#knowsPasskeys = false;
  }

  /** Content is well-formed for its type (rules.ts). A decision: only one that is in force and allows. */
  take(seq: number, content: JsonObject): Breach | undefined {
    if (content.type === 'decision') return this.#decision(seq, content);
    if (content.type === 'object') return this.#objects(content);
    return content.event === 'grant' ? this.#use(content) : this.#step(content);
  }

  /** A standing grant that is known from elsewhere. */
  grantSeen(name: unknown): void {
    this.#standing.add(name);
  }

  #objects({ changes, passkeys }: JsonObject): undefined {
    for (const change of Array.isArray(changes) ? changes : []) {
      if (isObject(change) && change.kind === 'passkey') this.#passkeys.delete(String(change.name));
      if (!isObject(change) || change.kind !== 'grant') continue;
      if (change.action === 'delete') this.#standing.delete(change.name);
      else this.#standing.add(change.name);
    }
    // Well-formed by now (rules.ts). One that is only changed is named whole again.
    for (const one of Array.isArray(passkeys) ? passkeys : []) {
      const passkey = one as unknown as PasskeyRef;
      this.#passkeys.set(passkey.name, passkey);
      if (this.#passkeys.size <= MAX_REMEMBERED_TICKETS) continue;
      for (const [oldest] of this.#passkeys) {
        this.#passkeys.delete(oldest);
        break;
      }
      this.readParts();
    }
  }

  /** INVARIANT: where an approval takes a passkey, there is none without a good assertion by the voter's own (approval-ledger.test.ts). */
  #wrongPasskey(id: string, { requested }: Ticket, vote: JsonObject): Breach | undefined {
    const { what, by, user, passkey } = vote;
    const wrong = (found: string) => breach('approval-passkey', `a good assertion of the voter's passkey over ${id}`, found);
    if (!isObject(passkey)) return requested.passkeyRequired === true && what !== 'refused' ? wrong('none') : undefined;
    if (typeof by !== 'string' || typeof user !== 'string') return wrong('a voter who is linked to no user');
    const evidence = passkey as unknown as PasskeyEvidence;
    const known = this.#passkeys.get(evidence.name);
    if (!known && this.#knowsPasskeys) return wrong(`passkey ${evidence.name}, which is not registered`);
    const { credential, key, rpId } = evidence;
    if (known && (known.user !== user || known.credential !== credential || known.key !== key || known.rpId !== rpId))
      return wrong(`another one than passkey ${known.name} of ${known.user}`);
    const verdict = what === 'refused' ? 'refuse' : 'approve';
    const problem = assertionProblem({ ticket: id, digest: String(requested.digest), by, user, verdict }, evidence);
    return problem === undefined ? undefined : wrong(problem);
  }

  #use(content: JsonObject): Breach | undefined {
    const { grant, call } = content;
    if (!this.#isPartial && !this.#standing.has(grant)) return breach('grant-missing', `a standing grant ${grant}`, 'none is set');
    this.#uses.set(String(call), content);
    return undefined;
  }

  #standingDecision(name: string, call: string, decision: JsonObject): Breach | undefined {
    const use = this.#uses.get(call);
    if (use?.grant !== name)
      return this.#isPartial ? undefined : breach('grant-missing', `a use of the standing grant ${name} by call ${call}`, 'none');
    const other = otherMember(
      { ...decision, agent: use.agent, asUser: use.asUser, server: use.server, tool: use.tool, definition: undefined },
      decision,
    );
    if (other) return breach('grant-of-another', `${other} as the grant ${name} was used for`, 'another one');
    this.#uses.delete(call);
    this.#bound++;
    return undefined;
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
    this.#tickets.set(id, { requested, state: 'open', voters: [], isEscalated: false, approvals: 0, call: undefined, decision: undefined });
    return undefined;
  }

  #wrongStep(id: string, ticket: Ticket, content: JsonObject): Breach | undefined {
    const { what, time, call } = content;
    const { requested } = ticket;
    if (what === 'approved' || what === 'granted' || what === 'refused')
      return wrongVote(id, ticket, content) ?? this.#wrongPasskey(id, ticket, content);
    if (what === 'escalated') ticket.isEscalated = true;
    if (what !== 'consumed') return undefined;
    if (isLate(time, requested.expires)) return breach('approval-expired', `${id} to be used before ${requested.expires}`, String(time));
    if (typeof call !== 'string') return breach('approval-order', `the call that used ${id} up`, 'none');
    ticket.call = call;
    this.#used.set(call, id);
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
    if (String(id).startsWith(STANDING)) return this.#standingDecision(String(id).slice(STANDING.length), call, content);
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

function wrongVote(id: string, ticket: Ticket, content: JsonObject): Breach | undefined {
  const { requested, voters } = ticket;
  const vote: Vote = { by: content.by, user: content.user, onBehalfOf: content.onBehalfOf };
  const names = [vote.by, vote.user, vote.onBehalfOf].filter((name) => typeof name === 'string');
  if (isLate(content.time, requested.expires))
    return breach('approval-expired', `a vote about ${id} before ${requested.expires}`, String(content.time));
  if (vote.by === undefined && vote.user === undefined) return breach('approval-voter', `who voted about ${id}`, 'nobody');
  const own = names.find((name) => name === requested.asUser || name === requested.owner);
  if (own !== undefined) return breach('approval-voter', `a vote about ${id} by somebody else than who asked`, own);
  if (voters.some((earlier) => isSamePerson(earlier, vote)))
    return breach('approval-voter', `one vote about ${id} of each person`, `a second one of ${names.join(', ')}`);
  if (!mayVote(ticket, content)) return breach('approval-voter', `a vote about ${id} by an approver`, names.join(', '));
  voters.push(vote);
  if (content.what !== 'refused') ticket.approvals++;
  const quorum = Number(requested.quorum ?? 1);
  if (content.what === 'granted' && ticket.approvals < quorum)
    return breach('approval-quorum', `${quorum} approvals of ${id}`, String(ticket.approvals));
  return undefined;
}

/** One operator, or one user who votes once and for whom another votes. */
function isSamePerson(earlier: Vote, vote: Vote): boolean {
  const isIn = (user: unknown): boolean => user !== undefined && (user === earlier.user || user === earlier.onBehalfOf);
  return (vote.by !== undefined && vote.by === earlier.by) || isIn(vote.user) || isIn(vote.onBehalfOf);
}

/** Somebody that the rule names: a user, or by a team or role that the entry of the vote names. Without approvers: everybody. */
function mayVote({ requested: { approvers }, isEscalated }: Ticket, { user, onBehalfOf, teams, roles }: JsonObject): boolean {
  if (!isObject(approvers)) return true;
  const asked = isEscalated && isObject(approvers.escalate) ? [approvers, approvers.escalate] : [approvers];
  const named = (list: unknown, names: unknown): boolean =>
    Array.isArray(list) && Array.isArray(names) && names.some((name) => list.includes(name));
  return asked.some((one) => named(one.users, [onBehalfOf ?? user]) || named(one.teams, teams) || named(one.roles, roles));
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

/** What the name of a standing grant has before it in a decision. */
const STANDING = 'grant/';

function breach(rule: Breach['rule'], expected: string, found: string): Breach {
  return { rule, expected, found };
}
