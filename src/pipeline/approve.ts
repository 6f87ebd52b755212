// Row: a call that a rule holds goes on only with a person's approval of exactly this call, or a standing grant that covers it. Without one it is refused, and told which ticket it
// waits for; an agent that reports progress is kept waiting for a while first. After a wait the whole table runs again from the top.
import type { ApprovalDesk } from '../approval/desk.ts';
import { DEFAULT_EXPIRY_MS, MAX_LIVE_PER_AGENT } from '../approval/desk.ts';
import { type Asking, bindingOf, type Ticket } from '../approval/ticket.ts';
import type { ApprovalRef, Decision } from '../call.ts';
import { isObject } from '../lib/json.ts';
import { askingOf, sealedPartOf } from './asking.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { standingGrants, useOf } from './standing.ts';

/** Between two signs of life while a call waits, milliseconds; as often it is looked whether another gateway decided. */
const PROGRESS_MS = 2_000;
/** How often a grant may slip away between finding and using it. */
const MAX_TRIES = 4;

export const approve: Row = {
  name: 'approve',
  idle: ({ call }) => call.decision?.effect === 'allow',
  run(flight) {
    const { decision } = flight.call;
    if (decision?.effect !== 'hold') return PASS;
    return held(flight, decision);
  },
};

async function held(flight: Flight, decision: Decision): Promise<Verdict> {
  const asking = askingOf(flight, decision);
  const { control } = flight;
  const { org } = control;
  const binding = bindingOf(org, asking);
  const { used } = flight;
  // Judged again after the grant was used: it is still this call's, if the call is still what was approved.
  if (used && used.binding === binding && used.ruleHash === asking.ruleHash && used.rule === asking.rule && used.grant === undefined)
    return goOn(flight, decision);
  const standing = control.grants.size === 0 ? undefined : await answerByGrant(flight, decision, asking, binding);
  if (standing) return standing;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const asked = await flight.ports.approvals.ask(org, asking, binding, () => sealedPartOf(flight), expiryMs(flight));
    if (asked.type === 'full') return deny('approval_required', `${decision.reason} ${FULL}`, decision.rule);
    const { ticket } = asked;
    flight.ticket = ticket.id;
    if (ticket.state !== 'approved') return waitOrRefuse(flight, decision, ticket);
    const { revision } = flight.control;
    const consumed = await flight.ports.approvals.consume(org, ticket, binding, { id: flight.call.id, revision });
    if (consumed.type === 'moved') return { verdict: 'again', revision: consumed.revision };
    if (consumed.type === 'written') {
      flight.used = { binding, ruleHash: asking.ruleHash, rule: asking.rule };
      return goOn(flight, decision);
    }
  }
  return deny('approval_required', `${decision.reason} Its approval was used or withdrawn just now. Call again.`, decision.rule);
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
    flight.used = { binding, ruleHash: asking.ruleHash, rule: asking.rule, grant: grant.key };
    if (ticket) await approvals.supersede(org, ticket.id, `standing grant ${grant.name} answers it`);
    return goOn(flight, decision);
  }
  return undefined;
}

const FULL = `This agent already has ${MAX_LIVE_PER_AGENT} calls that wait for a person; wait until some are decided.`;

/** The decision is now an allowance, by the rule that held it. */
function goOn(flight: Flight, decision: Decision): Verdict {
  const reason = `Approved (${flight.ticket}) as rule "${decision.rule}" asks for.`;
  flight.call.decision = { ...decision, effect: 'allow', code: 'allowed', reason };
  return PASS;
}

async function waitOrRefuse(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  const changed = ticket.state === 'open' && (await waitFor(flight, ticket));
  if (changed) return { verdict: 'again', revision: flight.control.revision };
  return refusal(decision, ticket);
}

function refusal(decision: Decision, ticket: Ticket): Verdict {
  const expiresAt = new Date(ticket.expiresMs).toISOString();
  const approval: ApprovalRef = { id: ticket.id, state: ticket.state === 'refused' ? 'refused' : 'open', expiresAt };
  const comment = ticket.votes.at(-1)?.comment;
  const hint =
    ticket.state === 'refused'
      ? `A reviewer refused it${comment ? ` (${comment})` : ''}. The same call is not put to anyone again before ${expiresAt}.`
      : `It waits for a person as ${ticket.id} until ${expiresAt}. Make the same call again, with the same arguments, once it is approved: it then runs, once. Do not change the arguments to get around this.`;
  return { verdict: 'deny', denial: { code: 'approval_required', message: decision.reason, rule: decision.rule, hint, approval } };
}

/** True when the ticket changed meanwhile. Only an agent that asked for progress is kept waiting: others would not know why. */
async function waitFor(flight: Flight, ticket: Ticket): Promise<boolean> {
  const { call, ports, signal, received } = flight;
  const { _meta: meta } = received.params ?? {};
  const token = isObject(meta) ? meta.progressToken : undefined;
  const { approvalWaitMs } = ports.settings;
  if (approvalWaitMs === 0 || flight.waited || (typeof token !== 'string' && typeof token !== 'number')) return false;
  flight.waited = true;
  const desk: ApprovalDesk = ports.approvals;
  const untilMs = ports.clock.monotonicMs() + approvalWaitMs;
  for (let progress = 1; ; progress++) {
    const leftMs = untilMs - ports.clock.monotonicMs();
    if (leftMs <= 0) return false;
    const message = `Waiting for a person to approve ${ticket.id}`;
    await call.peer.notify('notifications/progress', { progressToken: token, progress, message });
    await desk.waiting.next(flight.control.org, ticket.id, Math.min(leftMs, PROGRESS_MS), signal);
    if (signal.aborted) throw signal.reason;
    const now = await desk.find(flight.control.org, ticket.id);
    if (now?.state !== 'open') return true;
  }
}

function expiryMs({ control }: Flight): number {
  return control.view.organization()?.spec.approvals?.expireAfterMs ?? DEFAULT_EXPIRY_MS;
}
