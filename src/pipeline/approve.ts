// Row: a call that a rule holds goes on only with a person's approval of exactly this call, once, or a standing grant that covers it. Without one
// it is not run, and its agent is
// answered as its client can take it (held-answer.ts). Whatever was waited for, the whole table runs again from the top.
import { MAX_LIVE_PER_AGENT } from '../approval/desk.ts';
import { type Asking, bindingOf, isAskedFor, type Ticket } from '../approval/ticket.ts';
import type { Decision } from '../call.ts';
import { isObject } from '../lib/json.ts';
import { askingOf, sealedPartOf } from './asking.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { answerHeld } from './held-answer.ts';
import { decideByMs } from './hold-wait.ts';
import { endedAnswer, keepMsOf } from './kept-answer.ts';
import { standingGrants, useOf } from './standing.ts';
import { isNoneUsed, usedAnswer } from './used-answer.ts';
import { answerBinding, isNoneWithheld, withheldAnswer } from './withheld-answer.ts';

/** How often a grant may slip away between finding and using it. */
const MAX_TRIES = 4;
/** Member of `_meta` by which a call says for which ticket it comes back: then nobody is asked anew. */
const META_APPROVAL = 'io.sallyport/approval';

export const approve: Row = {
  name: 'approve',
  idle: (flight) =>
    flight.call.decision?.effect === 'allow' &&
    flight.call.redeems === undefined &&
    isNoneWithheld(flight) &&
    isNoneUsed(flight) &&
    namedTicket(flight) === undefined,
  run(flight) {
    const { decision, redeems } = flight.call;
    if (!decision) return PASS;
    if (redeems !== undefined) return redeem(flight, decision, redeems);
    if (isNoneWithheld(flight)) return decided(flight, decision);
    return withheldAnswer(flight, decision).then((made) => made ?? decided(flight, decision));
  },
};

function decided(flight: Flight, decision: Decision): Verdict | Promise<Verdict> {
  if (decision.effect === 'hold') return held(flight, decision);
  const named = namedTicket(flight);
  return named === undefined && isNoneUsed(flight) ? PASS : usedAnswer(flight, decision, named);
}

async function held(flight: Flight, decision: Decision): Promise<Verdict> {
  const asking = askingOf(flight, decision);
  const { control } = flight;
  const { org } = control;
  const binding = bindingOf(org, asking);
  if (isUsed(flight, asking, binding)) return goOn(flight, decision);
  const named = namedTicket(flight);
  const foreign = named === undefined ? undefined : await notItsTicket(flight, decision, named, binding);
  if (foreign) return foreign;
  const standing = control.grants.size === 0 ? undefined : await answerByGrant(flight, decision, asking, binding);
  if (standing) return standing;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const found = await ticketFor(flight, decision, asking, binding, named);
    if ('verdict' in found) return found.verdict;
    const { ticket } = found;
    flight.ticket = ticket.id;
    if (ticket.state !== 'approved') return answerHeld(flight, decision, ticket);
    const used = await use(flight, ticket, asking, binding);
    if (used === 'used') return goOn(flight, decision);
    if (used !== 'gone') return used;
  }
  return deny('approval_required', `${decision.reason} Its approval was used or withdrawn just now. Call again.`, decision.rule);
}

/**
 * The ticket that answers for this call, or why there is none. In this order: what is not live any more has left its last state behind, so a grant
 * that others use at this moment is never overlooked, and nobody is asked twice.
 */
async function ticketFor(
  flight: Flight,
  decision: Decision,
  asking: Asking,
  binding: string,
  named: string | undefined,
): Promise<{ ticket: Ticket } | { verdict: Verdict }> {
  const { ports, control } = flight;
  const live = await ports.approvals.standing(control.org, asking, binding);
  if (live) return { ticket: live };
  const ended = await endedAnswer(flight, decision, binding);
  if (ended) return { verdict: ended };
  if (named !== undefined)
    return {
      verdict: deny('approval_required', `${decision.reason} ${named} is over and its answer is not kept any more.`, decision.rule, ANEW),
    };
  const asked = await ports.approvals.ask(control.org, asking, binding, () => sealedPartOf(flight), decideByMs(flight));
  if (asked.type === 'moved') return { verdict: { verdict: 'again', revision: asked.revision } };
  return asked.type === 'full' ? { verdict: deny('approval_required', `${decision.reason} ${FULL}`, decision.rule) } : asked;
}

/**
 * undefined when no standing grant answers this hold. What people decided about exactly this call goes before what they allowed in advance.
 * INVARIANT: a use is counted at the revision the call is judged under, before it goes on (test/fault/approval-race.test.ts).
 */
async function answerByGrant(flight: Flight, decision: Decision, asking: Asking, binding: string): Promise<Verdict | undefined> {
  const grants = standingGrants(flight, decision, asking);
  if (grants.length === 0) return undefined;
  const { approvals } = flight.ports;
  const { org } = flight.control;
  // Judged again after a use: it is still this call's, if the grant still answers it.
  const spent = grants.find(({ key }) => flight.used?.binding === binding && flight.used.grant === key);
  if (spent) return goOn(flight, decision);
  const ticket = await approvals.standing(org, asking, binding);
  if (ticket && ticket.state !== 'open') return undefined;
  for (const grant of grants) {
    const used = await approvals.useGrant(org, useOf(grant), asking, binding);
    if (used.type === 'moved') return { verdict: 'again', revision: used.revision };
    if (used.type === 'used_up') continue;
    flight.ticket = `grant/${grant.name}`;
    flight.used = { binding, asking, grant: grant.key };
    if (ticket) await approvals.supersede(org, ticket.id, `standing grant ${grant.name} answers it`);
    return goOn(flight, decision);
  }
  return undefined;
}

const FULL = `This agent already has ${MAX_LIVE_PER_AGENT} calls that wait for a person; wait until some are decided.`;
const ANEW = `Make the call without "${META_APPROVAL}" to have people asked anew.`;

/**
 * The gateway makes the call of a ticket by itself, or fetches the answer that a ticket let go. INVARIANT: it uses that grant or does nothing, also where rules would now let the call pass
 * without one: two gateways never both make it (test/fault/delivery-replicas.test.ts).
 */
async function redeem(flight: Flight, decision: Decision, ticketId: string): Promise<Verdict> {
  const asking = askingOf(flight, decision);
  const { org } = flight.control;
  const binding = bindingOf(org, asking);
  if (isUsed(flight, asking, binding)) return goOn(flight, decision);
  const ticket = await flight.ports.approvals.find(org, ticketId);
  const released = ticket?.binding === answerBinding(flight, decision) ? await withheldAnswer(flight, decision) : undefined;
  if (released) return released;
  const isSame = ticket?.binding === binding && (decision.effect === 'allow' || isAskedFor(ticket, asking));
  if (!ticket || !isSame)
    return deny('approval_required', `${decision.reason} What was approved is not what rules ask for now.`, decision.rule);
  flight.ticket = ticket.id;
  const used = await use(flight, ticket, asking, binding);
  if (used === 'used') return goOn(flight, decision);
  return used === 'gone' ? deny('approval_required', `${decision.reason} Its approval is not there any more.`, decision.rule) : used;
}

/** Judged again after the grant was used: it is still this call's, if the call is still what was approved. */
function isUsed({ used, call }: Flight, asking: Asking, binding: string): boolean {
  if (used?.binding !== binding || used.grant !== undefined) return false;
  return call.redeems !== undefined || isAskedFor(used.asking, asking);
}

async function use(flight: Flight, ticket: Ticket, asking: Asking, binding: string): Promise<'used' | 'gone' | Verdict> {
  const { control, ports, call } = flight;
  const consumed = await ports.approvals.consume(control.org, ticket, binding, { id: call.id, revision: control.revision });
  if (consumed.type === 'moved') return { verdict: 'again', revision: consumed.revision };
  if (consumed.type === 'conflict') return 'gone';
  outliveAgent(flight);
  const release = ports.deliveries.begin(control.org, ticket.id, keepMsOf(flight), (reason) => flight.abort(reason));
  flight.used = { binding, asking, ticket: ticket.id, release };
  return 'used';
}

/**
 * A grant is good for one call, so an agent that is gone does not waste it: the call goes on and its answer is kept for whoever comes back. What
 * is cancelled in so many words, frozen or late ends as before.
 */
function outliveAgent(flight: Flight): void {
  const { signal } = flight.call;
  const own = new AbortController();
  flight.signal = own.signal;
  const abort = (reason: unknown): void => own.abort(reason);
  flight.abort = abort;
  const follow = (): void => {
    if ((signal.reason as { code?: unknown } | undefined)?.code !== 'agent_gone') own.abort(signal.reason);
  };
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
}

/** The decision is now an allowance, by the rule that held it. */
function goOn(flight: Flight, decision: Decision): Verdict {
  const reason = `Approved (${flight.ticket}) as rule "${decision.rule}" asks for.`;
  flight.call.decision = { ...decision, effect: 'allow', code: 'allowed', reason };
  return PASS;
}

function namedTicket({ received }: Flight): string | undefined {
  const { _meta: meta } = received.params ?? {};
  const named = isObject(meta) ? meta[META_APPROVAL] : undefined;
  return typeof named === 'string' ? named : undefined;
}

/** INVARIANT: a ticket's name is of use to nobody but its agent, for nothing but its call (test/scenario/delivery.test.ts). */
async function notItsTicket(flight: Flight, decision: Decision, named: string, binding: string): Promise<Verdict | undefined> {
  const ticket = await flight.ports.approvals.find(flight.control.org, named);
  if (ticket?.binding === binding) return undefined;
  const message = `${JSON.stringify(named.slice(0, 64))} is no ticket of this call: one is good for the agent, the tool and the arguments it was given for.`;
  return deny('invalid_request', message, decision.rule);
}
