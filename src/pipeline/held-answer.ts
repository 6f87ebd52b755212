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

export async function answerHeld(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  if (ticket.state !== 'open') return refusal(decision, ticket);
  const { call } = flight;
  const isOwnCall = call.method === 'tools/call' && call.origin === 'agent' && !call.parent;
  if (isOwnCall && call.client.era === 'modern') {
    const task = declaresTasks(call.client.capabilities) ? await parkTask(flight, ticket) : undefined;
    if (task) return instead(decision, ticket, task);
    if (canOpenUrl(flight)) return modernByUrl(flight, decision, ticket);
  }
  if (isOwnCall && call.client.era === 'legacy' && canOpenUrl(flight) && call.client.protocolVersion >= '2025-11-25')
    return legacyByUrl(flight, decision, ticket);
  return waitOrRefuse(flight, decision, ticket);
}

async function waitOrRefuse(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  return mayWait(flight) && (await isDecided(flight, ticket)) ? again(flight) : refusal(decision, ticket);
}

/** 2026-07-28 basic/patterns/mrtr: each round asks to have the page opened, waits, and asks again. */
async function modernByUrl(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  const { round } = flight;
  if (round && round.ticket === ticket.id) {
    if (!round.declined && mayWait(flight) && (await isDecided(flight, ticket))) return again(flight);
    if (round.declined || round.number >= MAX_ROUNDS) return refusal(decision, ticket);
  }
  const url = urlOf(flight, ticket);
  // A call in the middle of a server's own rounds has no place for ours.
  const isMidway = flight.received.params?.requestState !== undefined || flight.received.params?.inputResponses !== undefined;
  if (url === undefined || isMidway) return waitOrRefuse(flight, decision, ticket);
  return instead(decision, ticket, approvalQuestion(flight, ticket, messageOf(decision), url, (round?.number ?? 0) + 1));
}

/** 2025-11-25 client/elicitation, URL mode: asked on the call's stream when there is one, else by the error made for it. */
async function legacyByUrl(flight: Flight, decision: Decision, ticket: Ticket): Promise<Verdict> {
  const { call, signal, ports } = flight;
  const url = urlOf(flight, ticket);
  if (url === undefined || flight.waitUntilMs !== undefined || ports.settings.approvalWaitMs === 0)
    return waitOrRefuse(flight, decision, ticket);
  const question = { mode: 'url', elicitationId: ticket.id, url, message: messageOf(decision) };
  if (!call.peer.request) {
    const { denial } = refusal(decision, ticket);
    const rpc = { code: URL_ELICITATION_REQUIRED, message: `${denial.message} ${denial.hint}`, data: { elicitations: [question] } };
    return { verdict: 'deny', denial: { ...denial, rpc } };
  }
  startWaiting(flight);
  const given = await call.peer.request('elicitation/create', question, signal);
  if (signal.aborted) throw signal.reason;
  if (given.result?.action !== 'accept' || !(await isDecided(flight, ticket))) return refusal(decision, ticket);
  await call.peer.notify('notifications/elicitation/complete', { elicitationId: ticket.id });
  return again(flight);
}

/** True when the ticket changed within the patience of the agent. */
async function isDecided(flight: Flight, ticket: Ticket): Promise<boolean> {
  const { org } = flight.control;
  const desk = flight.ports.approvals;
  const now = async (): Promise<boolean> => (await desk.find(org, ticket.id))?.state !== 'open';
  return (await now()) || waitUntil(flight, ticket.id, `Waiting for a person to approve ${ticket.id}`, now);
}

function again(flight: Flight): Verdict {
  return { verdict: 'again', revision: flight.control.revision };
}

function instead(decision: Decision, ticket: Ticket, result: JsonObject): Verdict {
  const { denial } = refusal(decision, ticket);
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

function messageOf({ reason }: Decision): string {
  return `${reason} A person has to approve this call. The page shows what waits; whoever may decide can do it there.`;
}

function urlOf({ ports, control }: Flight, ticket: Ticket): string | undefined {
  return ports.reviewUrl(control.org, ticket.id, ticket.expiresMs);
}

function canOpenUrl({ call }: Flight): boolean {
  const { elicitation } = call.client.capabilities;
  return isObject(elicitation) && isObject(elicitation.url);
}
