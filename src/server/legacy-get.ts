// The standing stream of a session (GET), its resumption and that of any other stream (Last-Event-ID), and the end of a session (DELETE).
// One standing stream per session; it is a long call of kind `subscription` and travels the table like any other. So does taking up a stream
// again: what was kept for an agent is not given to one that is frozen meanwhile.
import type { Call, CallOutcome } from '../call.ts';
import { INVALID_REQUEST } from '../mcp/error-code.ts';
import type { RpcRequest } from '../mcp/message.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyNoSession } from './expelled-session.ts';
import { replyEmpty, replyError, replyRefused } from './http-reply.ts';
import { sessionOf } from './legacy-post.ts';
import { LegacyStream } from './legacy-stream.ts';
import { openCall } from './open-call.ts';
import { deniedError, isUnauthenticated } from './outcome-text.ts';
import { CallEnded } from './running-calls.ts';
import type { Session } from './session.ts';

export async function serveGet(context: AgentContext, exchange: Exchange): Promise<void> {
  if (!exchange.accepts.sse)
    return replyRefused(exchange.response, 406, 'A GET opens a stream: the Accept header must name text/event-stream.');
  const session = sessionOf(context, exchange, (expelled) => serveExpelledGet(context, exchange, expelled));
  if (session instanceof Promise) return session;
  if (session === undefined) return;
  const lastEventId = exchange.request.headers['last-event-id'];
  if (lastEventId === undefined) return serveStanding(context, exchange, session, undefined);
  const [, streamId, seq] = typeof lastEventId === 'string' ? (EVENT_ID.exec(lastEventId) ?? []) : [];
  if (streamId === undefined) return refuseResume(exchange, 'The Last-Event-ID header is no id this gateway gave.');
  if (streamId === STANDING_ID) return serveStanding(context, exchange, session, Number(seq));
  const stream = session.streams.get(streamId);
  if (stream === undefined || (stream.endedMs !== undefined && session.events.after(streamId, Number(seq)).length === 0)) {
    return refuseResume(exchange, 'There is nothing left to resume on this stream.');
  }
  if (!(await mayTakeUp(context, exchange, session))) return;
  stream.attach(exchange.response, Number(seq));
}

export function serveDelete(context: AgentContext, exchange: Exchange): void {
  const session = sessionOf(context, exchange, () => replyNoSession(exchange));
  if (!session) return;
  context.sessions.end(session);
  replyEmpty(exchange.response, 204);
}

async function serveStanding(context: AgentContext, exchange: Exchange, session: Session, afterSeq: number | undefined): Promise<void> {
  const current = session.streams.get(STANDING_ID);
  if (current !== undefined && current.endedMs === undefined) {
    if (current.attached && afterSeq === undefined)
      return replyRefused(exchange.response, 409, 'This session has its standing stream already.');
    if (!(await mayTakeUp(context, exchange, session))) return;
    // Without a word on what it saw, a reader gets what nobody was there for: a question among it would wait for ever.
    current.attach(exchange.response, afterSeq ?? current.deliveredSeq);
    return;
  }
  const controller = new AbortController();
  const stream = new LegacyStream(context, session, exchange, {
    answers: Number.POSITIVE_INFINITY,
    batch: false,
    id: STANDING_ID,
    seq: session.standingSeq,
    openAfterMs: context.limits.standingOpenMs,
    replayAfter: afterSeq,
    abandon: { afterMs: context.limits.standingGraceMs, run: () => controller.abort(new CallEnded('agent_gone')) },
  });
  session.beginStanding(controller);
  const call = openCall(context, {
    message: LISTEN_TO_ALL,
    exchange,
    client: session.client,
    peer: session.peer(stream, true),
    controller,
  });
  const outcome = await context.calls.run(call);
  session.finishStanding();
  const response = stream.takeResponse();
  stream.close();
  if (response !== undefined) replyNoStream({ ...exchange, response }, outcome);
}

/** A session that a freeze took away: why, while that is so. */
async function serveExpelledGet(context: AgentContext, exchange: Exchange, session: Session): Promise<void> {
  if (await mayTakeUp(context, exchange, session)) replyNoSession(exchange);
}

/** INVARIANT: decided and recorded before anything is given out (test/scenario/attack-bypass-session.test.ts). Nothing of it reaches a server. */
async function mayTakeUp(context: AgentContext, exchange: Exchange, session: Session): Promise<boolean> {
  const controller = new AbortController();
  const peer = { notify: () => undefined, request: undefined };
  const local: Call['local'] = async () => ({ type: 'accepted' });
  const opened = openCall(context, { message: TAKE_UP, exchange, client: session.client, peer, controller, local });
  const outcome = await context.calls.run({ ...opened, kind: 'subscription' });
  // Who left meanwhile is no reader: a stream given to one would never be known to be alone.
  if (outcome.type !== 'denied') return !exchange.response.destroyed;
  replyNoStream(exchange, outcome);
  return false;
}

/** The call ended before the stream opened: there is none, and this says why. Agents take 405 as "no standing stream here" and go on. */
function replyNoStream(exchange: Exchange, outcome: CallOutcome): void {
  const { response } = exchange;
  if (outcome.type !== 'denied') {
    replyRefused(response, 405, 'There is no standing stream here.', { allow: 'POST, DELETE' });
    return;
  }
  const status = isUnauthenticated(outcome) ? 401 : (STREAM_STATUS[outcome.code] ?? 405);
  replyError(response, status, null, deniedError(outcome), STATUS_HEADERS[status]);
}

function refuseResume(exchange: Exchange, message: string): void {
  replyError(exchange.response, 400, null, { code: INVALID_REQUEST, message });
}

const STANDING_ID = 'g';
const EVENT_ID = /^(g|p\d{1,12})_(\d{1,12})$/;
const LISTEN_TO_ALL: RpcRequest = { shape: 'request', id: 0, method: 'subscriptions/listen', params: undefined, paramsText: undefined };
/** Within the scope of every token and under no rule of its own: whoever may still use the server may take up its stream. */
const TAKE_UP: RpcRequest = { shape: 'request', id: 0, method: 'ping', params: undefined, paramsText: undefined };
const STREAM_STATUS: Record<string, number> = {
  frozen: 403,
  limit_exceeded: 429,
  log_unavailable: 503,
  credential_unavailable: 503,
  internal: 500,
};
const STATUS_HEADERS: Record<number, Record<string, string>> = { 401: { 'www-authenticate': 'Bearer' }, 405: { allow: 'POST, DELETE' } };
