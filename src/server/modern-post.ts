// Serves one POST of the stateless era (2026-07-28): a validated request becomes one call, its outcome the answer; nothing is remembered.
// Mcp-Session-Id and Last-Event-ID mean nothing here and are never read.

import type { ClientContext } from '../call.ts';
import { stoppedBy } from '../kill/stopped.ts';
import { type Abortable, Cutoff } from '../lib/cutoff.ts';
import { type RequestId, type RpcError, type RpcNotification, type RpcRequest, writeResult } from '../mcp/message.ts';
import type { Envelope } from '../mcp/rev-2026-07-28/envelope.ts';
import { listenResult } from '../mcp/rev-2026-07-28/listen.ts';
import { LATEST_MODERN_VERSION } from '../mcp/rev-2026-07-28/version.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyEmpty, replyError, replyRefused } from './http-reply.ts';
import { ModernReply } from './modern-reply.ts';
import { notOfEra, openCall } from './open-call.ts';
import { type Answer, answerOf, deniedError, isUnauthenticated } from './outcome-text.ts';
import { CallEnded } from './running-calls.ts';

/** undefined: it was answered. */
export function serveModernRequest(
  context: AgentContext,
  exchange: Exchange,
  message: RpcRequest,
  envelope: Envelope,
): Promise<void> | undefined {
  const unknown = notOfEra(message, 'modern');
  if (unknown !== undefined) return refuse(exchange, message.id, unknown);
  const listens = message.method === 'subscriptions/listen';
  if (listens && !exchange.accepts.sse) return refuseStream(exchange);
  const controller = new Cutoff();
  const reply = new ModernReply(context, exchange, controller, listens ? message.id : undefined);
  const silence = (reason: Error): void => {
    const stopped = stoppedBy(reason);
    if (stopped && reply.streaming) reply.finish(answerOf(call, message.id, { type: 'denied', callId: call.id, ...stopped }));
  };
  const parts = { message, exchange, client: clientOf(envelope), peer: reply, controller };
  const call = openCall(context, listens ? { ...parts, silence } : parts);
  return context.calls.run(call).then((outcome) => {
    const endsGracefully = listens && reply.streaming && isShutdown(controller.signal);
    reply.finish(endsGracefully ? gracefulEnd(message.id) : answerOf(call, message.id, outcome));
  });
}

function refuse(exchange: Exchange, id: RequestId, unknown: RpcError): undefined {
  replyError(exchange.response, 404, id, unknown);
}

function refuseStream(exchange: Exchange): undefined {
  replyRefused(exchange.response, 406, 'subscriptions/listen needs an Accept header with text/event-stream.');
}

export async function serveModernNotification(
  context: AgentContext,
  exchange: Exchange,
  message: RpcNotification,
  envelope: Envelope | undefined,
): Promise<void> {
  const unknown = notOfEra(message, 'modern');
  if (unknown !== undefined) return replyError(exchange.response, 404, null, unknown);
  const controller = new Cutoff();
  const call = openCall(context, {
    message,
    exchange,
    client: clientOf(envelope),
    peer: { notify: () => undefined, request: undefined },
    controller,
    // A stateless request is cancelled by closing its response; the notification has nothing to act on.
    local: message.method === 'notifications/cancelled' ? async () => ({ type: 'accepted' }) : undefined,
  });
  const outcome = await context.calls.run(call);
  if (outcome.type === 'denied' && isUnauthenticated(outcome))
    replyError(exchange.response, 401, null, deniedError(outcome), { 'www-authenticate': 'Bearer' });
  else replyEmpty(exchange.response, 202);
}

function clientOf(envelope: Envelope | undefined): ClientContext {
  return {
    era: 'modern',
    protocolVersion: envelope?.protocolVersion ?? LATEST_MODERN_VERSION,
    capabilities: envelope?.clientCapabilities ?? {},
    clientInfo: envelope?.clientInfo,
    sessionId: undefined,
    logLevel: envelope?.logLevel,
  };
}

/** 2026-07-28 basic/patterns/subscriptions: a server that ends a listen stream says so with the empty result. */
function gracefulEnd(id: RequestId): Answer {
  return { status: 200, text: writeResult(id, JSON.stringify(listenResult(id))) };
}

function isShutdown(signal: Abortable): boolean {
  return signal.aborted && signal.reason instanceof CallEnded && signal.reason.code === 'shutdown';
}
