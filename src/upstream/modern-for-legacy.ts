// A legacy agent at a modern server (protocol matrix, column L→M): handshake told from server/discover, envelope added to every request,
// the server's questions asked on the live stream and the call retried with the answers. Never shows the agent modern-only members or errors.
import type { CallReply } from '../call.ts';
import { newId } from '../lib/id.ts';
import { isObject } from '../lib/json.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { methodInfo } from '../mcp/method-kind.ts';
import { type AgentSession, levelRank } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { ModernConnection } from './modern-connection.ts';
import { type ModernTools, sendToModern } from './modern-hop.ts';
import { standAtModern } from './modern-listen.ts';
import { envelopedParams } from './modern-params.ts';
import { askInRounds } from './mrtr-loop.ts';
import { greetingOfModern, invalidParams, modernToLegacy, resultOf, unknownMethod } from './reply.ts';

/** A legacy agent that set no level leaves the choice to the server; a modern server without a level sends nothing. */
export const DEFAULT_LOG_LEVEL = 'info';

export async function exchangeForLegacy(connection: ModernConnection, request: UpstreamRequest, tools: ModernTools): Promise<CallReply> {
  // Nothing a legacy agent announces has a counterpart: roots are asked for anew each time, cancellation is the end of the stream.
  if (request.shape === 'notification') return { type: 'accepted' };
  const { sessionId } = request.client;
  const session = sessionId === undefined ? undefined : tools.sessions.of(request.org, request.server, sessionId);
  switch (request.method) {
    case 'initialize':
      return greetingOfModern(request, await connection.discover());
    case 'ping':
      return resultOf('legacy', {});
    case 'logging/setLevel':
      return setLevel(request, session);
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return changeSubscription(connection, request, session);
    case 'subscriptions/listen':
      return standAtModern(connection, request, session);
    default:
      return send(connection, request, session, tools);
  }
}

async function send(
  connection: ModernConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
  tools: ModernTools,
): Promise<CallReply> {
  // Tasks of 2025-11-25 and the tasks extension are different protocols; neither is told of the other.
  const known = methodInfo(request.method);
  if (request.method.startsWith('tasks/') || (known && !known.legacy)) return unknownMethod(request);
  const params = envelopedParams(request, session?.level ?? DEFAULT_LOG_LEVEL);
  const mintId = () => newId('elicit', connection.options.surroundings.clock.nowMs());
  const answer = await askInRounds({ server: connection.server, mintId }, request, params, (own) =>
    sendToModern(connection, request, own, tools, asItIs),
  );
  return 'reply' in answer ? answer.reply : modernToLegacy(request, answer.response);
}

function asItIs(response: RpcResponse): RpcResponse {
  return response;
}

function setLevel(request: UpstreamRequest, session: AgentSession | undefined): CallReply {
  const level = request.params?.level;
  if (typeof level !== 'string' || levelRank(level) === undefined)
    return invalidParams(request, 'level must be one of the eight syslog levels');
  if (session) session.level = level;
  return resultOf('legacy', {});
}

async function changeSubscription(
  connection: ModernConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  const uri = request.params?.uri;
  if (typeof uri !== 'string') return invalidParams(request, 'uri must be a string');
  const { resources } = await connection.serverCapabilities();
  if (!isObject(resources) || !resources.subscribe) return unknownMethod(request);
  if (request.method === 'resources/unsubscribe') session?.unsubscribe(uri);
  else if (session && !session.subscribe(uri)) return invalidParams(request, 'too many subscriptions in this session');
  await session?.changed();
  return resultOf('legacy', {});
}
