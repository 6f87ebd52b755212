// What becomes of a call's places and reservations when it ends. Places are free again in every case. A reservation is given back only when
// the call surely had no effect: refused before it was sent, refused by the server as a request, or as the quota says. Everything else has
// been used, a crash included: what is not given back stays counted until its window is over.
import type { CallOutcome } from '../call.ts';
import type { Hold } from '../limit/hold.ts';
import { openTicket, TICKET_MS, ticketOf, ticketText } from '../limit/ticket.ts';
import { INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { Flight } from './flight.ts';

/** Errors with which a server refuses a request before it does anything. */
const REFUSED_REQUESTS: ReadonlySet<number> = new Set([INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND]);

/** undefined: there is nothing to wait for. Never rejects: what cannot be given back stays counted. */
export function settleLimits(flight: Flight, outcome: CallOutcome): Promise<void> | undefined {
  const { hold } = flight;
  if (!hold) return undefined;
  // Before the answer: who has it may call again at once.
  const leaving = hold.leavePlaces();
  return leaving || hold.reservations.size > 0 ? settleHold(flight, outcome, hold, leaving) : undefined;
}

async function settleHold(flight: Flight, outcome: CallOutcome, hold: Hold, leaving: Promise<unknown> | undefined): Promise<void> {
  const { ports, control } = flight;
  if (leaving) await leaving;
  if (hold.reservations.size === 0) return;
  const org = flight.call.principal?.org ?? control.org;
  try {
    if (outcome.type === 'result' && outcome.result.resultType === 'input_required') await park(flight, org, hold, outcome);
    else
      await ports.limiter.release(
        org,
        hold.drop(({ limit }) => isUnused(flight, outcome, limit.quota?.freeErrors ?? false)),
      );
  } catch (error) {
    ports.logger.warn({ call: flight.call.id, why: String(error) }, 'a quota could not be given back and stays counted');
  }
}

/** Judged again: everything is taken anew, under the rules that are in force now. Rates that are paid stay paid. */
export async function restartLimits(flight: Flight): Promise<void> {
  const { hold, ports, control } = flight;
  if (!hold) return;
  await hold.leavePlaces();
  await ports.limiter.release(
    control.org,
    hold.drop(() => true),
  );
}

/** A further round of a call takes over what the last one reserved. */
export function claimTicket(flight: Flight, hold: Hold): Promise<void> | undefined {
  const { call, ports, control } = flight;
  const ticket = call.client.era === 'modern' && call.method === 'tools/call' ? roundTicket(flight, call.params) : undefined;
  if (ticket === undefined || flight.claimed === ticket) return undefined;
  flight.claimed = ticket;
  return ports.limiter.quotas.claim(control.org, ticket).then(async (text) => {
    if (text !== undefined) await ports.limiter.release(control.org, openTicket(text, control.limits, hold));
  });
}

function isUnused(flight: Flight, outcome: CallOutcome, freeErrors: boolean): boolean {
  if (!flight.forwarded || flight.neverSent) return true;
  if (outcome.type === 'error') {
    if (flight.upstreamFailed) return false;
    return freeErrors || REFUSED_REQUESTS.has(outcome.error.code);
  }
  return freeErrors && outcome.type === 'result' && outcome.result.isError === true;
}

async function park(flight: Flight, org: string, hold: Hold, outcome: Extract<CallOutcome, { type: 'result' }>): Promise<void> {
  const ticket = roundTicket(flight, outcome.result);
  // Without a state nobody can tell the next round from a new call: it is counted as one, and this one stays counted.
  if (ticket === undefined) return;
  const { clock, limiter } = flight.ports;
  await limiter.quotas.park(org, ticket, ticketText(hold), clock.nowMs() + TICKET_MS);
}

function roundTicket({ call }: Flight, holder: Parameters<typeof ticketOf>[1]): string | undefined {
  return call.principal && ticketOf(call.principal, holder);
}
