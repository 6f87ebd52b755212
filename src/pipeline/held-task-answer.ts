// A task whose call has run and whose answer waits for people: what its agent is told, and the answer once it is let go.
// INVARIANT: the answer goes through the whole table when it is asked for, by the rules of that moment (test/scenario/withheld-delivery.test.ts).
import type { Ticket } from '../approval/ticket.ts';
import type { CallReply } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { payload } from '../mcp/raw-json.ts';
import { toModernResult } from '../mcp/translate/result.ts';
import type { Flight } from './flight.ts';
import { PASSING, parkedCall } from './parked-call.ts';

interface Told {
  status: JsonObject;
  /** What is in it was inspected just now, and would not be found where it stands. */
  isInspected: boolean;
}

/** `ticket`: that of the task; `waits`: that of the answer. */
export async function answerStatus(flight: Flight, ticket: Ticket, waits: string): Promise<Told> {
  const { ports, control } = flight;
  const asked = await ports.approvals.find(control.org, waits);
  switch (asked?.state) {
    case 'open':
      return told({
        status: 'working',
        statusMessage: `It was made; its answer waits for a person as ${waits} until ${new Date(asked.expiresMs).toISOString()}.`,
      });
    case 'approved':
      return released(flight, ticket, asked);
    case 'refused':
      return over('a person refused to release its answer', ticket, asked);
    default:
      return over(`its answer was not released (${waits} is ${asked?.state ?? 'gone'})`, ticket, asked);
  }
}

/** The call is made as its agent would make it again: on the ticket of its answer, it gets that and never runs. */
async function released(flight: Flight, ticket: Ticket, asked: Ticket): Promise<Told> {
  const { ports, control, signal } = flight;
  const request = await ports.deliveries.parked(control.org, ticket.id);
  if (!request) return over('its answer is not kept any more', ticket, asked);
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  // Else the one place of an agent with one would be taken by the question after its own answer.
  await flight.hold?.leavePlaces();
  try {
    const outcome = await flight.run(parkedCall(request, asked.id, controller, ports.clock));
    if (outcome.type !== 'denied') throw new Error('an answer that was let go was not handed out');
    const { answer, code, message, hint } = outcome;
    if (answer?.type === 'result') return { status: { status: 'completed', result: modernResult(answer) }, isInspected: true };
    if (PASSING.has(code)) return told({ status: 'working', statusMessage: message });
    return told({ status: 'completed', result: refusedResult(hint === undefined ? message : `${message} ${hint}`, asked) });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

export function modernResult(answer: Extract<CallReply, { type: 'result' }>): JsonObject {
  return (answer.era === 'modern' ? payload(answer.result) : toModernResult('tools/call', payload(answer.result), {})).value;
}

export function refusedResult(text: string, ticket: Pick<Ticket, 'id' | 'state'>): JsonObject {
  return {
    resultType: 'complete',
    content: [{ type: 'text', text }],
    isError: true,
    _meta: { 'io.sallyport/decision': { code: 'approval_required', approval: { id: ticket.id, state: ticket.state } } },
  };
}

function over(why: string, ticket: Ticket, asked: Ticket | undefined): Told {
  const { reason, id, state, callId } = asked ?? ticket;
  const text = `${reason} The call was made as ${callId}, and ${why}. Find out what it did before it is made again.`;
  return told({ status: 'completed', result: refusedResult(text, { id, state }) });
}

function told(status: JsonObject): Told {
  return { status, isInspected: false };
}
