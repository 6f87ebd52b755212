// An answer that a rule on content holds: kept, sealed, until a person decides about exactly this answer. The call has run; the identical one gets what was
// decided, and does not run while that is open, granted or refused.
// INVARIANT: what is handed out is what was withheld, byte by byte, and goes through inspection once more (test/scenario/withheld-answer.test.ts).
import { MAX_KEPT_CHARS, replyOf } from '../approval/deliveries.ts';
import { bindingOf, isAskedFor, LIVE_STATES, type Ticket, type TicketState } from '../approval/ticket.ts';
import type { ApprovalRef, CallReply, Decision } from '../call.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { newId } from '../lib/id.ts';
import { askingOf, sealedPartOf } from './asking.ts';
import type { Flight, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { type Held, offerHeld, PAGE } from './held-answer.ts';
import { decideByMs } from './hold-wait.ts';
import { inspectInTurn } from './inspect-args.ts';

type Result = Extract<CallReply, { type: 'result' }>;

/** Questions of agents that are answered with content. */
const METHODS: ReadonlySet<string> = new Set(['tools/call', 'resources/read', 'prompts/get']);
/** How often an answer is judged again because the rules moved before it had its ticket. */
const MAX_TRIES = 8;

/** Certainly no answer of the identical call waits: nobody has to look. */
export function isNoneWithheld(flight: Flight): boolean {
  const { ports, control } = flight;
  return !isAsked(flight) || (!mayHoldAnswers(flight) && ports.approvals.withheld.isNone(control.org, control.revision));
}

/** An agent's own question that is answered with content. */
export function isAsked({ call }: Flight): boolean {
  return METHODS.has(call.method) && call.origin === 'agent' && !call.parent && call.principal !== undefined && call.target !== undefined;
}

/** Could rules hold an answer of this call? */
function mayHoldAnswers(flight: Flight): boolean {
  const { call, control } = flight;
  const { principal, target } = call;
  if ((control.dlp === undefined && control.injection === undefined) || !isAsked(flight) || !principal || !target) return false;
  const { server } = target;
  const tool = target.capability?.name;
  if (control.injection?.ruleFor(server, tool, principal.agent)?.action === 'hold') return true;
  return control.dlp?.planFor({ server, tool, agent: principal.agent, direction: 'result' })?.holds === true;
}

/** After the call: a ticket for its answer. Where there can be none, the refusal stands. */
export async function withholdAnswer(flight: Flight, refusal: Verdict, tries = MAX_TRIES): Promise<Verdict> {
  const { call, control, ports, heldAnswer, reply } = flight;
  const { decision } = call;
  if (!heldAnswer || !decision || reply?.type !== 'result' || reply.result.resultType === 'input_required' || !mayHoldAnswers(flight))
    return refusal;
  const resultText = reply.resultText ?? JSON.stringify(reply.result);
  if (resultText.length > MAX_KEPT_CHARS) return refusal;
  const { rule, reason, finds } = heldAnswer;
  const held = { ...decision, rule, reason };
  const asking = { ...askingOf(flight, held), params: aboutAnswer(flight, held) };
  const salt = newId('salt', ports.clock.nowMs());
  const expiryMs = decideByMs(flight);
  const nonce = nonceOf(salt, resultText);
  const binding = bindingOf(control.org, asking);
  const only = { nonce, atRevision: control.revision };
  const asked = await ports.approvals.ask(control.org, asking, binding, () => sealedPartOf(flight), expiryMs, only);
  if (asked.type === 'moved') return tries > 1 ? judgeAnew(flight, asked.revision, reply, tries - 1) : refusal;
  if (asked.type === 'full') return refusal;
  const { ticket } = asked;
  // Made at the same time: what is decided is about the answer of the other one.
  if (!asked.isNew) return refused(ticket);
  const ending = { type: 'withheld', reply: { ...reply, resultText }, salt, finds } as const;
  await ports.deliveries.keep(control.org, ticket.id, call.id, ending, ticket.expiresMs - ports.clock.nowMs());
  flight.ticket = ticket.id;
  const offered = await offerHeld(flight, offerOf(ticket));
  if (offered !== 'decided') return offered;
  const decided = await ports.approvals.find(control.org, ticket.id);
  if (decided?.state !== 'approved') return refused(decided ?? ticket);
  if (flight.signal.aborted) throw flight.signal.reason;
  // People took their time.
  flight.control = ports.control.current(control.org) ?? control;
  return release(flight, decided, reply, finds);
}

/**
 * The rules moved since it was looked at. INVARIANT: an answer is withheld under the rules in force, so whoever runs under later ones finds its ticket
 * (test/scenario/withheld-answer.test.ts).
 */
async function judgeAnew(flight: Flight, revision: number, reply: Result, tries: number): Promise<Verdict> {
  const { call, ports } = flight;
  flight.control = await ports.control.atLeast(flight.control.org, revision);
  call.findings = call.findings.filter(({ where }) => where !== 'result');
  flight.heldAnswer = undefined;
  flight.reply = reply;
  const verdict = await inspectInTurn(flight, 'inspectResult', 0);
  return flight.heldAnswer === undefined ? verdict : withholdAnswer(flight, verdict, tries);
}

/** Its release was taken back, or a freeze ended it: until its time is over that is the answer, as a refusal is. The call does not run for it. */
const TAKEN_BACK: ReadonlySet<TicketState> = new Set(['revoked', 'drained']);

/** Before the call: what became of the answer of the identical one; undefined when none waits. */
export async function withheldAnswer(flight: Flight, decision: Decision): Promise<Verdict | undefined> {
  const { control, ports } = flight;
  const { org, revision } = control;
  const bindingOfAnswer = (): string => answerBinding(flight, decision);
  if (!mayHoldAnswers(flight) && !(await ports.approvals.withheld.mayHave(org, revision, bindingOfAnswer))) return undefined;
  const newest = await ports.approvals.newest(org, bindingOfAnswer());
  const ticket = newest && (await ports.approvals.find(control.org, newest.id));
  if (!ticket || !(LIVE_STATES.has(ticket.state) || (TAKEN_BACK.has(ticket.state) && ports.clock.nowMs() < ticket.expiresMs)))
    return undefined;
  flight.ticket = ticket.id;
  if (ticket.state === 'open') {
    const offered = await offerHeld(flight, offerOf(ticket));
    return offered === 'decided' ? { verdict: 'again', revision: control.revision } : offered;
  }
  if (ticket.state !== 'approved') return refused(ticket);
  const found = await ports.deliveries.find(control.org, ticket.id);
  const kept = found?.kept;
  const answer = kept && replyOf(kept);
  const ending = kept?.ending.type === 'withheld' ? kept.ending : undefined;
  const isSame = ending && answer?.type === 'result' && nonceOf(ending.salt, answer.resultText ?? '') === ticket.nonce;
  if (!isSame) return deny('approval_required', `${ticket.reason} It was released, but is not kept any more. ${RUN_ONCE}`, ticket.rule);
  const verdict = await release(flight, ticket, answer as Result, ending.finds);
  const left = flight.reply;
  flight.reply = undefined;
  if (verdict !== PASS || left === undefined || left.type === 'accepted') return verdict === PASS ? undefined : verdict;
  const { denial } = refused(ticket);
  const hint = `The identical call was made as ${ticket.callId}, and a person released its answer, which this is.`;
  return { verdict: 'deny', denial: { ...denial, hint, answer: left } };
}

const RUN_ONCE = 'The call has taken effect: find out what it did before it is made again.';

/** Inspected by the rules in force now, but for what the person saw, unless more is demanded now. What is read here leads where it leads. */
async function release(flight: Flight, ticket: Ticket, reply: Result, finds: string): Promise<Verdict> {
  const { decision } = flight.call;
  const isEnough = decision !== undefined && isAskedFor(ticket, askingOf(flight, { ...decision, rule: ticket.rule }));
  flight.released = isEnough ? { rule: ticket.rule, ruleHash: ticket.ruleHash, finds } : undefined;
  flight.heldAnswer = undefined;
  flight.reply = reply;
  return inspectInTurn(flight, 'inspectResult', 0);
}

/** What tickets for answers of this call are found by. */
export function answerBinding(flight: Flight, decision: Decision): string {
  return bindingOf(flight.control.org, { ...askingOf(flight, decision), params: aboutAnswer(flight, decision) });
}

/** Of the call, so that the identical one finds it; never of the call itself, which is asked about by its own binding. */
function aboutAnswer(flight: Flight, decision: Decision): string {
  return canonicalJson({ answerTo: askingOf(flight, decision).params });
}

/** INVARIANT: a ticket of an answer is bound to that answer: what reviewers decide on covers the nonce (approval/ticket.ts, `digest`). */
function nonceOf(salt: string, resultText: string): string {
  return sha256Hex(`${salt} ${resultText}`);
}

function offerOf(ticket: Ticket): Held {
  const message = `${ticket.reason} The call was made; a person has to release its answer. ${PAGE}`;
  return { ticket, refusal: refused(ticket), message, waiting: `Waiting for a person to release the answer (${ticket.id})` };
}

function refused(ticket: Ticket): Extract<Verdict, { verdict: 'deny' }> {
  const expiresAt = new Date(ticket.expiresMs).toISOString();
  const isRefused = ticket.state === 'refused' || TAKEN_BACK.has(ticket.state);
  const approval: ApprovalRef = {
    id: ticket.id,
    state: isRefused ? 'refused' : ticket.state === 'approved' ? 'approved' : 'open',
    expiresAt,
  };
  const hint = isRefused
    ? `The call was made as ${ticket.callId}; ${TAKEN_BACK.has(ticket.state) ? 'the release of its answer was taken back' : 'a person refused to release its answer'}.`
    : `The call was made as ${ticket.callId}; its answer waits as ${ticket.id} until ${expiresAt}. Make the same call again for it: it does not run twice.`;
  return { verdict: 'deny', denial: { code: 'approval_required', message: ticket.reason, rule: ticket.rule, hint, approval } };
}
