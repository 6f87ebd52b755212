// Tasks of the gateway's own: a held call of a client that knows tasks is one, which the gateway makes by itself once it is approved.
// The id carries ticket, server, tool and owner, sealed. Never shows a task to anyone but the principal whose call it is.
import type { Delivery, ParkedRequest } from '../approval/deliveries.ts';
import { LEASE_MS, replyOf } from '../approval/deliveries.ts';
import type { Ticket } from '../approval/ticket.ts';
import type { CallReply } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { INTERNAL_ERROR, INVALID_PARAMS } from '../mcp/error-code.ts';
import { edit, payload } from '../mcp/raw-json.ts';
import { META_CLIENT_CAPABILITIES } from '../mcp/rev-2026-07-28/envelope.ts';
import { toModernError } from '../mcp/translate/error.ts';
import type { Flight, Verdict } from './flight.ts';
import { PASS, reply } from './flight.ts';
import { answerStatus, modernResult, refusedResult } from './held-task-answer.ts';
import { nextStep } from './hold-text.ts';
import { taskKeepMsOf } from './kept-answer.ts';
import { ownerOf } from './task.ts';

const PURPOSE = 'held-task';
const PREFIX = 'task_held_';
/** Clients are asked to look this often, milliseconds; less often the longer it lasts. */
const MIN_POLL_MS = 1_000;
const MAX_POLL_MS = 30_000;
const POLL_SHARE = 0.1;

export interface HeldTaskRef {
  ticket: string;
  server: string;
  tool: string;
}

/**
 * The task that stands for this call; undefined where there can be none: what may not be kept cannot be made later, and a further round of a call
 * belongs to its stream.
 */
export async function parkTask(flight: Flight, ticket: Ticket): Promise<JsonObject | undefined> {
  const { call, received, ports, control, sensitiveArguments } = flight;
  const { requestState, inputResponses } = received.params ?? {};
  const { server, capability } = ticket;
  if (sensitiveArguments || requestState !== undefined || inputResponses !== undefined || server === undefined || !capability)
    return undefined;
  const capabilities = withoutQuestions(call.client.capabilities);
  const request: ParkedRequest = {
    surface: call.surface,
    method: call.method,
    params: edit(payload(received.params ?? {}, received.text), ['_meta', META_CLIENT_CAPABILITIES], capabilities).text,
    client: { protocolVersion: call.client.protocolVersion, capabilities, clientInfo: call.client.clientInfo },
    bearerHash: call.bearerHash,
    remoteAddress: call.remoteAddress,
    mcpHeaders: call.mcpHeaders,
    keepMs: taskKeepMsOf(flight),
  };
  if (!(await ports.deliveries.park(control.org, ticket.id, request, ticket.expiresMs))) return undefined;
  const seal = JSON.stringify([ticket.id, server, capability.name, ownerOf(flight)]);
  const taskId = PREFIX + ports.sealer.sealText(control.org, PURPOSE, seal);
  return { resultType: 'task', ...taskFields(flight, ticket, undefined, taskId) };
}

/** Nobody is there to be asked when the gateway makes the call, and a task is not answered with another one. */
function withoutQuestions(capabilities: JsonObject): JsonObject {
  const { elicitation: _e, sampling: _s, roots: _r, extensions: _x, ...rest } = capabilities;
  return rest;
}

/** undefined: not one of these, forged, or somebody else's. */
export function openHeldTask(flight: Flight, taskId: string): HeldTaskRef | undefined {
  if (!taskId.startsWith(PREFIX) || flight.call.client.era !== 'modern') return undefined;
  const text = flight.ports.sealer.openText(flight.control.org, PURPOSE, taskId.slice(PREFIX.length));
  if (text === undefined) return undefined;
  const [ticket, server, tool, owner] = JSON.parse(text) as string[];
  if (ticket === undefined || server === undefined || tool === undefined || owner !== ownerOf(flight)) return undefined;
  return { ticket, server, tool };
}

/** tasks/get, tasks/update and tasks/cancel of such a task (2026-07-28 extension tasks). */
export async function heldTaskReply(flight: Flight, ticketId: string): Promise<Verdict> {
  const { call, ports, control } = flight;
  const ticket = await ports.approvals.find(control.org, ticketId);
  const found = await ports.deliveries.find(control.org, ticketId);
  if (!ticket || !found?.isTask)
    return toInspect(flight, {
      type: 'error',
      era: 'modern',
      error: { code: INVALID_PARAMS, message: 'This task is over and forgotten.' },
    });
  const waits = answerTicketOf(found, ticketId);
  // What has run cannot be taken back.
  if (call.method === 'tasks/cancel' && waits === undefined) await cancel(flight, ticket);
  if (call.method !== 'tasks/get') return toInspect(flight, done({ resultType: 'complete' }));
  const fields = { resultType: 'complete', ...taskFields(flight, ticket, found, flight.sealedTaskId ?? '') };
  if (waits === undefined) return toInspect(flight, done(fields));
  const { status, isInspected } = await answerStatus(flight, ticket, waits);
  const answer = done({ ...fields, ...status });
  return isInspected ? reply(answer) : toInspect(flight, answer);
}

function toInspect(flight: Flight, answer: CallReply): Verdict {
  flight.reply = answer;
  return PASS;
}

/** The ticket under which the answer of this task's call waits for people, or waited. */
function answerTicketOf({ kept }: Delivery, ticketId: string): string | undefined {
  if (kept?.ending.type === 'withheld') return ticketId;
  return kept?.ending.type === 'refused' ? kept.ending.waits : undefined;
}

/** Before it runs it is taken back; while it runs its end is asked for, and what it comes to is told. */
async function cancel({ ports, control }: Flight, ticket: Ticket): Promise<void> {
  const voted = await ports.approvals.withdraw(control.org, ticket.id);
  if (voted.type !== 'voted') ports.deliveries.abort(control.org, ticket.id, new Error('its agent cancelled the task'));
}

function taskFields(flight: Flight, ticket: Ticket, found: Delivery | undefined, taskId: string): JsonObject {
  const nowMs = flight.ports.clock.nowMs();
  const untilMs = found?.untilMs ?? ticket.expiresMs + taskKeepMsOf(flight);
  const pollMs = Math.min(MAX_POLL_MS, Math.max(MIN_POLL_MS, Math.round((nowMs - ticket.createdMs) * POLL_SHARE)));
  const changedMs = found?.kept?.endedMs ?? ticket.ended?.timeMs ?? ticket.votes.at(-1)?.timeMs ?? ticket.createdMs;
  return {
    taskId,
    createdAt: new Date(ticket.createdMs).toISOString(),
    lastUpdatedAt: new Date(changedMs).toISOString(),
    ttlMs: Math.max(0, untilMs - ticket.createdMs),
    pollIntervalMs: pollMs,
    ...statusOf(flight, ticket, found, nowMs),
  };
}

function statusOf(flight: Flight, ticket: Ticket, found: Delivery | undefined, nowMs: number): JsonObject {
  const expiresAt = new Date(ticket.expiresMs).toISOString();
  if (found?.kept) return endedStatus(flight, found.kept, ticket);
  switch (ticket.state) {
    case 'open':
      return { status: 'working', statusMessage: `Waits for a person as ${ticket.id} until ${expiresAt}.` };
    case 'approved':
      return { status: 'working', statusMessage: `Approved as ${ticket.id}; it is about to run.` };
    case 'consumed':
      return usedStatus(flight, ticket, found, nowMs);
    case 'refused':
      return { status: 'completed', result: refusedResult(`${ticket.reason} ${nextStep(ticket, expiresAt)}`, ticket) };
    case 'withdrawn':
      return { status: 'cancelled', statusMessage: 'Taken back before it ran.' };
    default:
      return {
        status: 'completed',
        result: refusedResult(
          `${ticket.reason} It did not run: ${OVER[ticket.state]}. Make the call again to have people asked anew.`,
          ticket,
        ),
      };
  }
}

const OVER = {
  expired: 'nobody approved it in time, or it was approved too late to run',
  revoked: 'its approval was taken back',
  drained: 'a freeze or the end of its token stopped it',
  superseded: 'the rule that holds it changed, or the call went on without it',
} as const;

function usedStatus({ ports, control }: Flight, ticket: Ticket, found: Delivery | undefined, nowMs: number): JsonObject {
  const leaseMs = Math.max((ticket.ended?.timeMs ?? 0) + LEASE_MS, found?.leaseMs ?? 0);
  if (nowMs < leaseMs || ports.deliveries.isRunning(control.org, ticket.id))
    return { status: 'working', statusMessage: 'Approved; it runs.' };
  return failed(
    'The gateway that ran this call ended before its answer came. Find out whether it took effect before making it again.',
    ticket,
  );
}

function endedStatus(flight: Flight, kept: NonNullable<Delivery['kept']>, ticket: Ticket): JsonObject {
  const { ending } = kept;
  // Told by the ticket of the answer; nothing of it before that is let go.
  if (ending.type === 'withheld') return { status: 'working' };
  const answer = replyOf(kept);
  if (answer?.type === 'result') return { status: 'completed', result: modernResult(answer) };
  if (answer) {
    const context = { method: 'tools/call', params: undefined, serverEra: answer.era, clientCapabilities: flight.call.client.capabilities };
    const { code, message, data } = toModernError(answer.error, context);
    return { status: 'failed', statusMessage: message, error: { code, message, ...(data === undefined ? {} : { data }) } };
  }
  if (ending.type === 'refused') return { status: 'completed', result: refusedResult(ending.message, ticket) };
  if (ending.type === 'unknown')
    return failed(`It is not known how this call ended: ${ending.why}. Find out whether it took effect before making it again.`, ticket);
  return failed(
    'It was approved, but the server could not be reached, so nothing was sent. Make the call again to have people asked anew.',
    ticket,
  );
}

function failed(message: string, ticket: Ticket): JsonObject {
  return { status: 'failed', statusMessage: message, error: { code: INTERNAL_ERROR, message, data: { approval: ticket.id } } };
}

function done(result: JsonObject): CallReply {
  return { type: 'result', era: 'modern', result, resultText: undefined };
}
