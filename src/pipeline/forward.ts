// Row: the side effect. Needs the receipt and the signal; sends to one server, to several (aggregated surface), or answers locally.
// Failures of a server become JSON-RPC errors with a stable code; its private words stay in the operator's log.
import type { CallReply, Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import { INTERNAL_ERROR } from '../mcp/error-code.ts';
import { ServerResting } from '../upstream/breaker.ts';
import type { Watched } from '../upstream/watchdog.ts';
import { forwardAll } from './aggregate.ts';
import { refreshDefinition } from './discovery.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS, reply } from './flight.ts';
import { requestOf } from './forward-request.ts';
import { toolOf } from './freeze.ts';
import { heldTaskReply } from './held-task.ts';
import { governQuestions } from './question.ts';
import { withOwnTasks } from './related-task.ts';
import { validate } from './validate.ts';

export const forward: Row = {
  name: 'forward',
  run(flight) {
    const { call } = flight;
    if (!call.receipt) throw new Error('forward without a receipt');
    if (call.local) return answeredLocally(flight, call.local);
    if (flight.heldTask !== undefined) return heldTaskReply(flight, flight.heldTask);
    const { principal } = call;
    flight.forwarded = true;
    if (!principal) throw new Error('forward without a principal');
    const full = register(flight, principal);
    if (!full) return send(flight);
    flight.neverSent = true;
    return full;
  },
};

/** What a server says of its lists during a call is told before the call's answer, or not on its stream; longest wait for that, milliseconds. */
const MAX_LOOK_WAIT_MS = 5_000;
/** Failures before anything went to the server. */
const NEVER_SENT: ReadonlySet<string> = new Set(['upstream_unavailable', 'upstream_overloaded']);

/** A verdict when there is no room. */
function register(flight: Flight, principal: Principal): Verdict | undefined {
  const { call, ports } = flight;
  try {
    const { target } = call;
    if (!target) flight.parts = new Map();
    flight.release = ports.inFlight.register({
      principal,
      server: target?.server,
      tool: toolOf(target?.capability),
      parts: flight.parts,
      isStanding: call.kind === 'subscription',
      abort: (reason) => flight.abort(reason),
      silence: call.kind === 'subscription' ? call.silence : undefined,
    });
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'limit_exceeded') return deny('limit_exceeded', error.message);
    throw error;
  }
}

/** A server that keeps a call alive does not keep it for ever. Standing streams have no such end. */
function armDeadline(flight: Flight): Deadline | undefined {
  return flight.call.kind === 'subscription' ? undefined : new Deadline(flight, flight.ports.settings.callTimeoutMs);
}

class Deadline implements Watched {
  readonly deadlineMs: number;
  /** Why the call was ended; made only then. */
  error: GatewayError | undefined;
  watchSeat: number | undefined;
  readonly #flight: Flight;
  readonly #timeoutMs: number;

  constructor(flight: Flight, timeoutMs: number) {
    this.#flight = flight;
    this.#timeoutMs = timeoutMs;
    this.deadlineMs = flight.call.startedMs + timeoutMs;
  }

  expire(): void {
    this.error = new GatewayError(
      'upstream_timeout',
      `The call did not end within ${this.#timeoutMs} ms, the longest a call may take here.`,
    );
    this.#flight.abort(this.error);
  }
}

async function answeredLocally(flight: Flight, local: NonNullable<Flight['call']['local']>): Promise<Verdict> {
  flight.reply = await local(flight.signal);
  // What does not go to the server from here on, the gateway withholds.
  if (flight.call.kind === 'reverse') flight.answered = true;
  return PASS;
}

async function send(flight: Flight): Promise<Verdict> {
  const { call, ports } = flight;
  const deadline = armDeadline(flight);
  if (deadline) ports.watchdog.add(deadline);
  try {
    if (call.method === 'subscriptions/listen') flight.watch = ports.views.open(flight);
    if (call.target) {
      const began = ports.clock.monotonicMs();
      let answer: CallReply;
      try {
        answer = await ports.upstreams.exchange(requestOf(flight));
      } catch (error) {
        answer = await sendAnew(flight, error);
      }
      flight.answered = true;
      if (flight.watch && call.kind !== 'subscription') await flight.watch.idle(MAX_LOOK_WAIT_MS);
      ports.metrics.upstream(call.target.server, ports.clock.monotonicMs() - began, flight.control.org);
      const judging = governQuestions(flight, answer);
      const governed = judging ? await judging : { answer };
      if ('refusal' in governed) return deny(governed.refusal.code, governed.refusal.message, governed.refusal.rule);
      flight.reply = withOwnTasks(flight, governed.answer);
    } else {
      flight.reply = await forwardAll(flight);
      flight.answered = true;
    }
    return PASS;
  } catch (error) {
    const late = deadline?.error !== undefined && error === deadline.error;
    if ((flight.signal.aborted && !late) || !(error instanceof GatewayError)) throw error;
    flight.upstreamFailed = true;
    flight.neverSent = NEVER_SENT.has(error.code);
    ports.logger.warn({ call: call.id, server: call.target?.server, code: error.code, detail: error.detail }, error.message);
    return reply(upstreamError(flight, error));
  } finally {
    if (deadline) ports.watchdog.delete(deadline);
    flight.watch?.close();
  }
}

/**
 * A server that refuses the headers has another input schema than the gateway knows: its tools are read again and the call is sent once more
 * (2026-07-28 basic/transports/streamable-http, x-mcp-header). The server refused before it did anything.
 */
async function sendAnew(flight: Flight, error: unknown): Promise<CallReply> {
  const mismatch = error instanceof GatewayError && error.code === 'upstream_header_mismatch';
  if (!mismatch || !(await refreshDefinition(flight))) throw error;
  // The call was judged with the old schema: what the new one does not accept is not sent.
  if ((await validate.run(flight)) !== PASS) throw changedDefinition(flight, error);
  return flight.ports.upstreams.exchange(requestOf(flight));
}

function changedDefinition(flight: Flight, cause: GatewayError): GatewayError {
  const { target } = flight.call;
  const message = `Server "${target?.server}" has changed tool "${target?.capability?.name}"; these arguments do not fit it any more. List the tools again.`;
  return new GatewayError('upstream_definition_changed', message, { cause });
}

export function upstreamError(flight: Flight, error: GatewayError): CallReply {
  const server = flight.call.target?.server;
  return {
    type: 'error',
    era: flight.call.client.era,
    error: {
      code: INTERNAL_ERROR,
      message: error.message,
      data: {
        code: error.code,
        callId: flight.call.id,
        ...(server === undefined ? {} : { server }),
        ...(error instanceof ServerResting && { retryAfterMs: error.retryAfterMs }),
      },
    },
  };
}
