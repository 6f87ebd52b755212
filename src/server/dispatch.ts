// From a parsed body to the codec of its era. The body's own claim decides; a header can only make it invalid (mcp/classify.ts).
// Never runs anything itself.
import { classify } from '../mcp/classify.ts';
import { INVALID_REQUEST, type WireFailure } from '../mcp/error-code.ts';
import type { ParsedBody, ParseFailure, RequestId, RpcMessage } from '../mcp/message.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyError, replyFailure } from './http-reply.ts';
import { serveInitialize } from './legacy-initialize.ts';
import { serveLegacyPost } from './legacy-post.ts';
import { serveModernNotification, serveModernRequest } from './modern-post.ts';

/** undefined: it was answered. */
export function serveBody(context: AgentContext, exchange: Exchange, body: ParsedBody): Promise<void> | undefined {
  if (body.batch) return serveBatch(context, exchange, body);
  const [message] = body.messages;
  if (message === undefined) return refuse(exchange, 'The body holds no message.');
  if (message.shape === 'invalid') return refuseUnreadable(exchange, message);
  const classified = classify(exchange.mcpHeaders, message);
  if ('error' in classified) return refuseFor(exchange, classified, message.shape === 'request' ? message.id : null);
  if (classified.era === 'legacy') return serveLegacy(context, exchange, message, body);
  if (message.shape === 'notification') return serveModernNotification(context, exchange, message, classified.envelope);
  if (message.shape === 'request' && classified.envelope !== undefined)
    return serveModernRequest(context, exchange, message, classified.envelope);
  return refuse(exchange, 'Only requests and notifications can be sent here.');
}

function serveLegacy(context: AgentContext, exchange: Exchange, message: RpcMessage, body: ParsedBody): Promise<void> {
  const opens = message.shape === 'request' && message.method === 'initialize' && exchange.mcpHeaders['mcp-session-id'] === undefined;
  return opens ? serveInitialize(context, exchange, message) : serveLegacyPost(context, exchange, body);
}

function serveBatch(context: AgentContext, exchange: Exchange, body: ParsedBody): Promise<void> | undefined {
  const [first] = body.messages;
  if (body.messages.length === 1 && first?.shape === 'invalid' && first.id === null) return refuseUnreadable(exchange, first);
  for (const element of body.messages) {
    if (element.shape === 'invalid') continue;
    const classified = classify(exchange.mcpHeaders, element, { batch: true });
    if ('error' in classified) return refuseFor(exchange, classified, null);
    if (classified.era === 'modern') return refuse(exchange, 'Batches are not part of this protocol revision.');
  }
  return serveLegacyPost(context, exchange, body);
}

function refuseFor(exchange: Exchange, failure: WireFailure, id: RequestId | null): undefined {
  replyFailure(exchange.response, failure, id);
}

function refuseUnreadable(exchange: Exchange, failure: ParseFailure): undefined {
  replyError(exchange.response, 400, failure.id, { code: failure.code, message: failure.message });
}

function refuse(exchange: Exchange, message: string): undefined {
  replyError(exchange.response, 400, null, { code: INVALID_REQUEST, message });
}
