// What a call gets that was already made on an approval: the same answer, once it is there. Nothing is run for it a second time.
// INVARIANT: while an answer is kept, or may still come, the identical call is neither run nor put to people again (test/scenario/delivery.test.ts).
import { DEFAULT_KEEP_MS, type Delivery, type Ending, type KeptEnding, LEASE_MS, replyOf } from '../approval/deliveries.ts';
import type { Ticket } from '../approval/ticket.ts';
import type { ApprovalRef, CallOutcome, CallReply, Decision } from '../call.ts';
import type { Denial, Flight, Verdict } from './flight.ts';
import { PASS } from './flight.ts';
import { mayWait, waitUntil } from './hold-wait.ts';
import { inspectInTurn } from './inspect-args.ts';

/** Keeps what became of a call that used its grant up, before its agent is told. Never rejects: without it the call is answered all the same. */
export async function keepEnding(flight: Flight, outcome: CallOutcome): Promise<void> {
  const { call, control, ports, used } = flight;
  // Its answer may wait for people meanwhile, under a ticket of its own.
  const ticket = used?.ticket;
  const askedMs = call.redeems === undefined ? keepMsOf(flight) : taskKeepMsOf(flight);
  if (ticket === undefined || askedMs === 0) return;
  // A task is there for as long as its answer may be let go.
  const waitsMs = outcome.type === 'denied' && outcome.approval ? Date.parse(outcome.approval.expiresAt) - ports.clock.nowMs() : 0;
  const keepMs = Math.max(askedMs, call.redeems === undefined ? 0 : waitsMs);
  try {
    await ports.deliveries.keep(control.org, ticket, call.id, endingOf(flight, outcome), keepMs);
    ports.approvals.waiting.wake(control.org, ticket);
  } catch (error) {
    ports.logger.warn({ call: call.id, ticket, why: String(error) }, 'the answer of an approved call could not be kept');
  }
}

function endingOf(flight: Flight, outcome: CallOutcome): Ending {
  if (!flight.forwarded || flight.neverSent) return { type: 'unused' };
  if (outcome.type === 'denied') {
    const { approval, message, hint, code } = outcome;
    return approval ? { type: 'refused', message: `${message} ${hint}`, code, waits: approval.id } : { type: 'unknown', why: message };
  }
  if (outcome.type === 'accepted') return { type: 'unused' };
  // A server's question is for whoever asked; the first round has done nothing yet.
  if (outcome.type === 'result' && outcome.result.resultType === 'input_required') return { type: 'unused' };
  return { type: 'answer', reply: outcome };
}

/** undefined: the identical call was not made on an approval lately. */
export async function endedAnswer(flight: Flight, decision: Decision, binding: string): Promise<Verdict | undefined> {
  const { ports, control } = flight;
  const keepMs = keepMsOf(flight);
  if (keepMs === 0) return undefined;
  const ticket = await ports.approvals.newest(control.org, binding);
  if (ticket?.state !== 'consumed') return undefined;
  const look = async (): Promise<Look> => lookAt(flight, ticket, await ports.deliveries.find(control.org, ticket.id), keepMs);
  let seen = await look();
  if (seen.type === 'running' && mayWait(flight))
    await waitUntil(flight, ticket.id, `The call runs, as ${ticket.id} was approved`, async () => {
      seen = await look();
      return seen.type !== 'running';
    });
  if (seen.type === 'over') return undefined;
  flight.ticket = ticket.id;
  const denial = denialOf(decision, ticket, seen);
  return denial.answer ? inspected(flight, denial, denial.answer) : { verdict: 'deny', denial };
}

/** By the rules on content in force now, which may be others than when it was kept; and what is read here again leads where it leads. */
async function inspected(flight: Flight, denial: Denial, answer: NonNullable<Denial['answer']>): Promise<Verdict> {
  flight.reply = answer;
  const verdict = await inspectInTurn(flight, 'inspectResult', 0);
  const left = flight.reply as CallReply;
  flight.reply = undefined;
  if (verdict !== PASS) return verdict;
  return { verdict: 'deny', denial: { ...denial, answer: left.type === 'accepted' ? undefined : left } };
}

type Look = { type: 'over' } | { type: 'running' } | { type: 'kept'; kept: KeptEnding } | { type: 'lost'; sinceMs: number };

function lookAt({ ports, control }: Flight, ticket: Ticket, found: Delivery | undefined, keepMs: number): Look {
  const nowMs = ports.clock.nowMs();
  const usedMs = ticket.ended?.timeMs ?? 0;
  if (found?.kept)
    return found.kept.ending.type === 'unused' || nowMs >= found.kept.endedMs + keepMs
      ? { type: 'over' }
      : { type: 'kept', kept: found.kept };
  const leaseMs = Math.max(usedMs + LEASE_MS, found?.leaseMs ?? 0);
  if (nowMs < leaseMs || ports.deliveries.isRunning(control.org, ticket.id)) return { type: 'running' };
  const untilMs = Math.max(usedMs + keepMs, found?.untilMs ?? 0);
  return nowMs < untilMs ? { type: 'lost', sinceMs: leaseMs } : { type: 'over' };
}

function denialOf(decision: Decision, ticket: Ticket, seen: Exclude<Look, { type: 'over' }>): Denial {
  const approval: ApprovalRef = { id: ticket.id, state: 'used', expiresAt: new Date(ticket.expiresMs).toISOString() };
  const base = { code: 'approval_required', message: decision.reason, rule: decision.rule, approval } as const;
  const ran = `The identical call was approved as ${ticket.id} and made as ${ticket.ended?.callId ?? 'another call'}`;
  if (seen.type === 'running')
    return { ...base, hint: `${ran}; its answer is not there yet. Make the same call again for it: it does not run twice.` };
  if (seen.type === 'lost') return { ...base, hint: unknownText(ran, 'its gateway ended before the answer came', seen.sinceMs) };
  const answer = replyOf(seen.kept);
  if (answer) return { ...base, hint: `${ran}; this is its answer.`, answer };
  const { ending } = seen.kept;
  return { ...base, hint: unknownText(ran, ending.type === 'unknown' ? ending.why : 'there is no answer', seen.kept.endedMs) };
}

function unknownText(ran: string, why: string, atMs: number): string {
  return `${ran}, but ${why} (${new Date(atMs).toISOString()}). Find out whether it took effect; only then make the call again, a little later: it is put to people anew.`;
}

export function keepMsOf({ control }: Flight): number {
  return control.view.organization()?.spec.approvals?.keepAnswerMs ?? DEFAULT_KEEP_MS;
}

/** A task is asked for later in any case. */
export function taskKeepMsOf(flight: Flight): number {
  return Math.max(keepMsOf(flight), DEFAULT_KEEP_MS);
}
