// A legacy agent at a modern server (protocol matrix, column L→M): handshake told from server/discover, envelope added to every request,
// the server's questions asked on the live stream and the call retried with the answers. Never shows the agent modern-only members or errors.
import type { CallReply, ClientContext } from '../call.ts';
import { newId } from '../lib/id.ts';
import type { JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { methodInfo } from '../mcp/method-kind.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { isLegacyVersion, LATEST_LEGACY_VERSION } from '../mcp/rev-2025-11-25/version.ts';
import { resultTypeOf } from '../mcp/rev-2026-07-28/result-stamp.ts';
import { LATEST_MODERN_VERSION } from '../mcp/rev-2026-07-28/version.ts';
import { toModernClientCapabilities } from '../mcp/translate/capability.ts';
import { addEnvelope } from '../mcp/translate/envelope.ts';
import { toLegacyError } from '../mcp/translate/error.ts';
import { initializeFromDiscover } from '../mcp/translate/handshake.ts';
import { toLegacyResult } from '../mcp/translate/result.ts';
import { type AgentSession, levelRank } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import { unknownMethod } from './legacy-adapter.ts';
import { type ModernTools, sendToModern } from './modern-adapter.ts';
import type { ModernConnection } from './modern-connection.ts';
import { standAtModern } from './modern-listen.ts';
import { askInRounds } from './mrtr-loop.ts';

/** A legacy agent that set no level leaves the choice to the server; a modern server without a level sends nothing. */
export const DEFAULT_LOG_LEVEL = 'info';

export async function exchangeForLegacy(connection: ModernConnection, request: UpstreamRequest, tools: ModernTools): Promise<CallReply> {
  // Nothing a legacy agent announces has a counterpart: roots are asked for anew each time, cancellation is the end of the stream.
  if (request.shape === 'notification') return { type: 'accepted' };
  const { sessionId } = request.client;
  const session = sessionId === undefined ? undefined : tools.sessions.of(request.org, request.server, sessionId);
  switch (request.method) {
    case 'initialize':
      return result(
        initializeFromDiscover(await connection.discover(), versionOf(request.client), { name: connection.server, version: '0' }),
      );
    case 'ping':
      return result({});
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
  const known = methodInfo(request.method);
  if (request.method.startsWith('tasks/') || (known && !known.legacy)) return unknownMethod(request);
  const params = addEnvelope(payload(request.params ?? {}, request.params === undefined ? undefined : request.paramsText), {
    protocolVersion: LATEST_MODERN_VERSION,
    clientCapabilities: askableCapabilities(request),
    clientInfo: request.client.clientInfo,
    logLevel: session?.level ?? DEFAULT_LOG_LEVEL,
  });
  const mintId = () => newId('elicit', connection.options.surroundings.clock.nowMs());
  const once = (own: Payload) => sendToModern(connection, request, own, tools);
  const answer = await askInRounds({ server: connection.server, mintId }, request, params, once);
  return 'reply' in answer ? answer.reply : translate(request, answer.response);
}

/** An agent that cannot be asked on a live stream declares nothing it could be asked for. */
function askableCapabilities(request: UpstreamRequest): JsonObject {
  const capabilities = toModernClientCapabilities(request.client.capabilities);
  if (request.peer.request) return capabilities;
  const { sampling: _sampling, roots: _roots, elicitation: _elicitation, ...rest } = capabilities;
  return rest;
}

function translate(request: UpstreamRequest, response: RpcResponse): CallReply {
  if (response.error) {
    const context = {
      method: request.method,
      params: request.params,
      serverEra: 'modern' as const,
      clientCapabilities: request.client.capabilities,
    };
    return { type: 'error', era: 'legacy', error: toLegacyError(response.error, context) };
  }
  const type = resultTypeOf(response.result ?? {});
  if (type !== 'complete') throw failure('upstream_protocol', request.server, `result of type ${type}, which nobody asked for`);
  const own = toLegacyResult(request.method, payload(response.result ?? {}, response.resultText));
  return { type: 'result', era: 'legacy', result: own.value, resultText: own.text };
}

function setLevel(request: UpstreamRequest, session: AgentSession | undefined): CallReply {
  const level = request.params?.level;
  if (typeof level !== 'string' || levelRank(level) === undefined) return invalid('level must be one of the eight syslog levels');
  if (session) session.level = level;
  return result({});
}

async function changeSubscription(
  connection: ModernConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  const uri = request.params?.uri;
  if (typeof uri !== 'string') return invalid('uri must be a string');
  const { resources } = await connection.serverCapabilities();
  if (!(resources as JsonObject | undefined)?.subscribe) return unknownMethod(request);
  if (request.method === 'resources/unsubscribe') session?.unsubscribe(uri);
  else if (session && !session.subscribe(uri)) return invalid('too many subscriptions in this session');
  await session?.changed();
  return result({});
}

function versionOf(client: ClientContext) {
  return isLegacyVersion(client.protocolVersion) ? client.protocolVersion : LATEST_LEGACY_VERSION;
}

function result(value: JsonObject): CallReply {
  return { type: 'result', era: 'legacy', result: value, resultText: undefined };
}

function invalid(message: string): CallReply {
  return { type: 'error', era: 'legacy', error: { code: INVALID_PARAMS, message: `Invalid params: ${message}` } };
}
