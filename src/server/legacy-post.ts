// Serves one POST of the session era (2025-03-26 to 2025-11-25): initialize, requests, notifications, answers to servers, batches of 2025-03-26.
// Never runs an element of a batch except as a call of its own.

import type { CallOutcome, CallReply } from '../call.ts';
import { type Abortable, Cutoff } from '../lib/cutoff.ts';
import { INVALID_REQUEST } from '../mcp/error-code.ts';
import { type ParsedBody, type ParseFailure, type RpcError, type RpcNotification, type RpcRequest, writeError } from '../mcp/message.ts';
import { acceptsBatch, checkVersionHeader, isAtLeast } from '../mcp/rev-2025-11-25/version.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyNoSession, serveExpelledPost } from './expelled-session.ts';
import { replyEmpty, replyError, replyFailure } from './http-reply.ts';
import { LegacyStream } from './legacy-stream.ts';
import { notOfEra, openCall } from './open-call.ts';
import { answerOf, deniedError, isUnauthenticated } from './outcome-text.ts';
import { CallEnded } from './running-calls.ts';
import { principalKey, type Session } from './session.ts';

export async function serveLegacyPost(context: AgentContext, exchange: Exchange, body: ParsedBody): Promise<void> {
  const session = sessionOf(context, exchange, (expelled) => serveExpelledPost(context, exchange, expelled, body));
  if (session instanceof Promise) return session;
  if (session === undefined) return;
  if (body.batch && !acceptsBatch(session.protocolVersion)) {
    return refuse(
      exchange,
      400,
      INVALID_REQUEST,
      `Batches are not part of revision ${session.protocolVersion}: send one message per POST.`,
    );
  }
  const notifications: RpcNotification[] = [];
  const answered: (RpcRequest | ParseFailure)[] = [];
  for (const message of body.messages) {
    if (message.shape === 'response') session.answer(message);
    else if (message.shape === 'notification') notifications.push(message);
    else answered.push(message);
  }
  if (answered.length === 0) return serveNotifications(context, exchange, session, notifications);
  const stream = new LegacyStream(context, session, exchange, {
    answers: answered.length,
    batch: body.batch,
    openAfterMs: openAfterMs(context, session),
  });
  const running: Promise<unknown>[] = notifications.map((message) => runNotification(context, exchange, session, message));
  for (const message of answered) running.push(serveAnswered(context, exchange, session, stream, message));
  await Promise.all(running);
}

/** A slow answer should survive a broken connection, and only a stream can be resumed. Without a priming event there is nothing to resume from. */
function openAfterMs(context: AgentContext, session: Session): number {
  return isAtLeast(session.protocolVersion, '2025-11-25') ? context.limits.resumableAfterMs : context.limits.streamAfterMs;
}

/**
 * The session the request names, or an answer that there is none (2025-11-25 basic/transports, session management). `onExpelled` answers on one that
 * was taken away.
 */
export function sessionOf<T>(context: AgentContext, exchange: Exchange, onExpelled: (session: Session) => T): Session | T | undefined {
  const id = exchange.mcpHeaders['mcp-session-id'];
  if (id === undefined) {
    refuse(exchange, 400, INVALID_REQUEST, 'The Mcp-Session-Id header is missing: send initialize first and then the id of its answer.');
    return undefined;
  }
  const session = context.sessions.find(id, exchange.bearerHash, exchange.surface);
  if (session === undefined) {
    const expelled = context.sessions.findExpelled(id, exchange.bearerHash, exchange.surface);
    if (expelled !== undefined) return onExpelled(expelled);
    replyNoSession(exchange);
    return undefined;
  }
  const version = checkVersionHeader(exchange.mcpHeaders['mcp-protocol-version'], session.protocolVersion);
  if ('error' in version) {
    replyFailure(exchange.response, version, null);
    return undefined;
  }
  return session;
}

async function serveNotifications(context: AgentContext, exchange: Exchange, session: Session, messages: RpcNotification[]): Promise<void> {
  const outcomes = await Promise.all(messages.map((message) => runNotification(context, exchange, session, message)));
  const refused = outcomes.find((outcome) => isUnauthenticated(outcome));
  if (refused?.type === 'denied') replyError(exchange.response, 401, null, deniedError(refused), { 'www-authenticate': 'Bearer' });
  else replyEmpty(exchange.response, 202);
}

async function runNotification(
  context: AgentContext,
  exchange: Exchange,
  session: Session,
  message: RpcNotification,
): Promise<CallOutcome> {
  // A request without an id, or what only servers say: nobody waits for an answer, so it is dropped. It must never reach a server unchecked.
  if (notOfEra(message, 'legacy') !== undefined) return { type: 'accepted' };
  const controller = new Cutoff();
  const call = openCall(context, {
    message,
    exchange,
    client: session.client,
    peer: { notify: () => undefined, request: undefined },
    controller,
    local: message.method === 'notifications/cancelled' ? cancelOnce(session, message) : undefined,
  });
  return context.calls.run(call);
}

/** What `forward` does with notifications/cancelled: end the call it names, which cancels it at the server. */
function cancelOnce(session: Session, message: RpcNotification): () => Promise<CallReply> {
  return async () => {
    const id = message.params?.requestId;
    if (typeof id === 'string' || typeof id === 'number') session.cancel(id);
    return { type: 'accepted' };
  };
}

async function serveAnswered(
  context: AgentContext,
  exchange: Exchange,
  session: Session,
  stream: LegacyStream,
  message: RpcRequest | ParseFailure,
): Promise<void> {
  if (message.shape === 'invalid') {
    stream.answer(message.id ?? '', { status: 200, text: writeError(message.id, { code: message.code, message: message.message }) });
    return;
  }
  const controller = new Cutoff();
  const refusal = notOfEra(message, 'legacy') ?? notInSession(message) ?? notBegun(session.begin(message.id, controller));
  if (refusal !== undefined) {
    stream.answer(message.id, { status: 200, text: writeError(message.id, refusal) });
    return;
  }
  const call = openCall(context, {
    message,
    exchange,
    client: session.client,
    peer: session.peer(stream, stream.reachable),
    controller,
    local: message.method === 'ping' ? answerPing : undefined,
  });
  const outcome = await context.calls.run(call);
  session.finish(message.id);
  if (isCancelled(controller.signal)) stream.skip();
  else stream.answer(message.id, answerOf(call, message.id, outcome));
  // The token was given to somebody else: what this session holds is not theirs.
  if (call.principal !== undefined && principalKey(call.principal) !== session.owner) context.sessions.end(session);
}

function notInSession(message: RpcRequest): RpcError | undefined {
  if (message.method !== 'initialize') return undefined;
  return {
    code: INVALID_REQUEST,
    message: 'The session is initialized already; initialize starts a new one and goes alone, without a session id.',
  };
}

function notBegun(begun: ReturnType<Session['begin']>): RpcError | undefined {
  if (begun === 'begun') return undefined;
  if (begun === 'duplicate') return { code: INVALID_REQUEST, message: 'A request with this id is still running in this session.' };
  if (begun === 'full') return { code: INVALID_REQUEST, message: 'Too many requests of this session are running: wait for answers.' };
  return { code: INVALID_REQUEST, message: 'The session ended.' };
}

async function answerPing(): Promise<CallReply> {
  return { type: 'result', era: 'legacy', result: {}, resultText: '{}' };
}

function isCancelled(signal: Abortable): boolean {
  return signal.aborted && signal.reason instanceof CallEnded && signal.reason.code === 'agent_cancelled';
}

function refuse(exchange: Exchange, status: number, code: number, message: string): void {
  replyError(exchange.response, status, null, { code, message });
}
