// What the agent of a held call is answered while people have not decided: a task, where the client knows tasks; the address of the ticket, where
// it can show one; else it waits as long as it can and is then told which ticket to come back for. Never runs the call.
import type { Ticket } from '../approval/ticket.ts';
import type { ApprovalRef, Decision } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { URL_ELICITATION_REQUIRED } from '../mcp/error-code.ts';
import { declaresTasks } from '../mcp/rev-2026-07-28/envelope.ts';
import type { Denial, Flight, Verdict } from './flight.ts';
import { approvalQuestion, MAX_ROUNDS } from './held-round.ts';
import { parkTask } from './held-task.ts';
import { nextStep } from './hold-text.ts';
import { mayWait, startWaiting, waitUntil } from './hold-wait.ts';

/** Of the address of a ticket. */
export const PAGE = 'The page shows what waits; whoever may decide can do it there.';

/** What an agent waits for, and how that is said. */
export interface Held {
  ticket: Ticket;
  /** For clients that can take nothing better, and in the log. */
  refusal: { verdict: 'deny'; denial: Denial };
  /** Beside the address of the ticket. */
  message: string;
  /** With each sign of life. */
  waiting: string;
}

export async function answerHeld(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  const refused = refusal(decision, ticket);
  if (ticket.state !== 'open') return refused;
  const message = `${decision.reason} A person has to approve this call. ${PAGE}`;
  const offered = await offerHeld(flight, { ticket, refusal: refused, message, waiting: `Waiting for a person to approve ${ticket.id}` });
  return offered === 'decided' ? { verdict: 'again', revision: flight.control.revision } : offered;
}

/** `decided`: the ticket, which was open, changed while its agent waited. Else what the agent is answered meanwhile. */
export async function offerHeld(flight: Flight, held: Held): Promise<'decided' | Verdict> {
  const { call } = flight;
  const isOwnCall = call.method === 'tools/call' && call.origin === 'agent' && !call.parent;
  if (isOwnCall && call.client.era === 'modern') {
    const task = declaresTasks(call.client.capabilities) ? await parkTask(flight, held.ticket) : undefined;
    if (task) return instead(held, task);
    if (canOpenUrl(flight)) return modernByUrl(flight, held);
  }
  if (isOwnCall && call.client.era === 'legacy' && canOpenUrl(flight) && call.client.protocolVersion >= '2025-11-25')
    return legacyByUrl(flight, held);
  return waitOrRefuse(flight, held);
}

async function waitOrRefuse(flight: Flight, held: Held): Promise<'decided' | Verdict> {
  return mayWait(flight) && (await isDecided(flight, held)) ? 'decided' : held.refusal;
}

/** 2026-07-28 basic/patterns/mrtr: each round asks to have the page opened, waits, and asks again. */
async function modernByUrl(flight: Flight, held: Held): Promise<'decided' | Verdict> {
  const { round } = flight;
  const { ticket, message, refusal } = held;
  if (round && round.ticket === ticket.id) {
    if (!round.declined && mayWait(flight) && (await isDecided(flight, held))) return 'decided';
    if (round.declined || round.number >= MAX_ROUNDS) return refusal;
  }
  const url = urlOf(flight, ticket);
  // A call in the middle of a server's own rounds has no place for ours.
  const isMidway = flight.received.params?.requestState !== undefined || flight.received.params?.inputResponses !== undefined;
  if (url === undefined || isMidway) return waitOrRefuse(flight, held);
  return instead(held, approvalQuestion(flight, ticket, message, url, (round?.number ?? 0) + 1));
}

/** 2025-11-25 client/elicitation, URL mode: asked on the call's stream when there is one, else by the error made for it. */
async function legacyByUrl(flight: Flight, held: Held): Promise<'decided' | Verdict> {
  const { call, signal, ports } = flight;
  const { ticket, message, refusal } = held;
  const url = urlOf(flight, ticket);
  if (url === undefined || flight.waitUntilMs !== undefined || ports.settings.approvalWaitMs === 0) return waitOrRefuse(flight, held);
  const question = { mode: 'url', elicitationId: ticket.id, url, message };
  if (!call.peer.request) {
    const { denial } = refusal;
    const rpc = { code: URL_ELICITATION_REQUIRED, message: `${denial.message} ${denial.hint}`, data: { elicitations: [question] } };
    return { verdict: 'deny', denial: { ...denial, rpc } };
  }
  startWaiting(flight);
  const given = await call.peer.request('elicitation/create', question, signal);
  if (signal.aborted) throw signal.reason;
  if (given.result?.action !== 'accept' || !(await isDecided(flight, held))) return refusal;
  await call.peer.notify('notifications/elicitation/complete', { elicitationId: ticket.id });
  return 'decided';
}

/** True when the ticket changed within the patience of the agent. */
async function isDecided(flight: Flight, { ticket, waiting }: Held): Promise<boolean> {
  const { org } = flight.control;
  const desk = flight.ports.approvals;
  const now = async (): Promise<boolean> => (await desk.find(org, ticket.id))?.state !== 'open';
  return (await now()) || waitUntil(flight, ticket.id, waiting, now);
}

function instead({ refusal: { denial } }: Held, result: JsonObject): Verdict {
  return { verdict: 'deny', denial: { ...denial, answer: { type: 'result', era: 'modern', result, resultText: undefined } } };
}

function refusal(decision: Decision, ticket: Ticket): { verdict: 'deny'; denial: Denial } {
  const expiresAt = new Date(ticket.expiresMs).toISOString();
  const approval: ApprovalRef = { id: ticket.id, state: ticket.state === 'refused' ? 'refused' : 'open', expiresAt };
  const denial = {
    code: 'approval_required',
    message: decision.reason,
    rule: decision.rule,
    hint: nextStep(ticket, expiresAt),
    approval,
  } as const;
  return { verdict: 'deny', denial };
}

function urlOf({ ports, control }: Flight, ticket: Ticket): string | undefined {
  return ports.reviewUrl(control.org, ticket.id, ticket.expiresMs);
}

function canOpenUrl({ call }: Flight): boolean {
  const { elicitation } = call.client.capabilities;
  return isObject(elicitation) && isObject(elicitation.url);
}
