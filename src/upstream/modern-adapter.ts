// A stateless agent at a modern server (protocol matrix, column M→M): what needs no change is passed byte for byte, input_required unopened.
// Legacy agents are modern-for-legacy's.
import type { CallReply } from '../call.ts';
import { methodInfo } from '../mcp/method-kind.ts';
import { capDiscover } from '../mcp/translate/handshake.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { ModernConnection } from './modern-connection.ts';
import { exchangeForLegacy } from './modern-for-legacy.ts';
import { type ModernTools, sendToModern } from './modern-hop.ts';
import { relayListen } from './modern-listen.ts';
import { paramsOf } from './modern-params.ts';
import { modernToModern, resultOf, unknownMethod } from './reply.ts';

export function exchangeWithModern(connection: ModernConnection, request: UpstreamRequest, tools: ModernTools): Promise<CallReply> {
  if (request.client.era === 'legacy') return exchangeForLegacy(connection, request, tools);
  if (request.shape === 'notification') return notifyModern(connection, request);
  const params = paramsOf(request);
  if (request.method === 'subscriptions/listen') return relayListen(connection, request, params);
  if (methodInfo(request.method)?.modern === false) return Promise.resolve(unknownMethod(request));
  return sendToModern(connection, request, params, tools, (response) => {
    if (request.method !== 'server/discover' || !response.result) return modernToModern(request, response);
    connection.noteDiscovered(response.result);
    return resultOf('modern', capDiscover(response.result));
  });
}

async function notifyModern(connection: ModernConnection, request: UpstreamRequest): Promise<CallReply> {
  // A cancellation is the end of the request's own stream; it needs no words.
  if (request.method !== 'notifications/cancelled') await connection.notify(request.method, paramsOf(request));
  return { type: 'accepted' };
}
