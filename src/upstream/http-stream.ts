// What both HTTP wires share: reading an answer's status, pausing between attempts, and letting a finished stream end by itself.
// Never hands a server's challenge or body to the agent.
import type { HttpAnswer, SseEvent } from './channel.ts';
import { failure } from './failure.ts';
import type { Flight } from './flight.ts';
import type { Link } from './link.ts';
import type { Watchdog, Watched } from './watchdog.ts';

/** How long a stream may stay open after it carried the response. */
export const LINGER_MS = 2_000;
/** Time for a notification or response of ours to be taken. */
export const POST_TIMEOUT_MS = 15_000;

export const POST_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' } as const;

/** One SSE event of this flight's stream. */
export function receiveEvent(link: Link, flight: Flight, event: SseEvent): Promise<void> | undefined {
  if (event.id !== undefined && event.id !== '') flight.lastEventId = event.id;
  if (event.retryMs !== undefined) flight.retryMs = event.retryMs;
  // An event with an id and no data only says where the stream can be taken up again (2025-11-25 basic/transports).
  if (event.data === '' || event.event !== 'message') return undefined;
  return link.receive(event.data, flight);
}

/** Rejects the flight for a status that is no answer; the body goes to the operator only. */
export function refuse(flight: Flight, answer: HttpAnswer, server: string): undefined {
  const detail = `HTTP ${answer.status}: ${answer.text}`;
  if (answer.status === 401 || answer.status === 403) flight.reject(failure('upstream_auth', server, `HTTP ${answer.status}`));
  else if (answer.status === 429) flight.reject(failure('upstream_overloaded', server, detail));
  else if (answer.status >= 500) flight.reject(failure('upstream_unreachable', server, detail));
  else flight.reject(failure('upstream_protocol', server, detail));
}

/** Aborts the exchange of a settled flight when the server does not end the stream itself. Returns what to call when it did. */
export function lingering(flight: Flight, watchdog: Watchdog): () => void {
  const watched: Watched = {
    deadlineMs: Number.POSITIVE_INFINITY,
    expire: () => flight.abort.abort(),
  };
  const inner = flight.onSettled;
  let ended = false;
  const linger = (settled: Flight): void => {
    inner(settled);
    if (ended) return;
    watched.deadlineMs = watchdog.nowMs() + LINGER_MS;
    watchdog.add(watched);
  };
  flight.onSettled = linger;
  return () => {
    ended = true;
    watchdog.delete(watched);
  };
}
