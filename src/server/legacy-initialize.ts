// Opens a session: initialize runs through the table like any call, and only its success makes the session findable (2025-11-25 basic/lifecycle).
// A slow handshake may have to name the session early, to keep its connection alive: until it succeeds that id opens nothing.
import type { CallOutcome } from '../call.ts';
import { UNAVAILABLE } from '../mcp/error-code.ts';
import type { RpcRequest } from '../mcp/message.ts';
import { writeError } from '../mcp/message.ts';
import { payload, setMember } from '../mcp/raw-json.ts';
import { readInitialize } from '../mcp/rev-2025-11-25/initialize.ts';
import { isLegacyVersion } from '../mcp/rev-2025-11-25/version.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyFailure } from './http-reply.ts';
import { LegacyStream } from './legacy-stream.ts';
import { openCall } from './open-call.ts';
import { answerOf } from './outcome-text.ts';
import type { Session } from './session.ts';

export async function serveInitialize(context: AgentContext, exchange: Exchange, message: RpcRequest): Promise<void> {
  const handshake = readInitialize(message.params);
  if ('error' in handshake) return replyFailure(exchange.response, handshake, message.id);
  const session = context.sessions.draft({
    bearerHash: exchange.bearerHash,
    surface: exchange.surface,
    protocolVersion: handshake.protocolVersion,
    capabilities: handshake.capabilities,
    clientInfo: handshake.clientInfo,
    createdMs: context.clock.nowMs(),
  });
  const controller = new AbortController();
  const headers: Record<string, string> = { [SESSION_HEADER]: session.facts.id };
  const stream = new LegacyStream(context, session, exchange, {
    answers: 1,
    batch: false,
    openAfterMs: context.limits.streamAfterMs,
    headers,
  });
  session.begin(message.id, controller);
  // Nothing but the answer belongs on the handshake's response; a client may not be ready for more.
  const peer = { notify: () => undefined, request: undefined };
  const call = openCall(context, { message, exchange, client: session.client, peer, controller });
  const outcome = await context.calls.run(call);
  session.finish(message.id);
  session.belongTo(call.principal);
  if (outcome.type !== 'result') {
    delete headers[SESSION_HEADER];
    stream.answer(message.id, answerOf(call, message.id, outcome));
    return;
  }
  const settled = settleVersion(session, outcome);
  if (!stream.attached) {
    stream.close();
    return context.sessions.discard(session);
  }
  if (!context.sessions.register(session)) {
    delete headers[SESSION_HEADER];
    const error = { code: UNAVAILABLE, message: 'Too many sessions are open. End one (HTTP DELETE) or try again later.' };
    stream.answer(message.id, { status: 200, text: writeError(message.id, error) });
    return context.sessions.discard(session);
  }
  stream.answer(message.id, answerOf(call, message.id, settled));
}

/** The answer names the version of the session: what the server agreed to when that is older than what the client asked for, never newer. */
function settleVersion(session: Session, outcome: CallOutcome & { type: 'result' }): CallOutcome {
  const agreed = session.facts.protocolVersion;
  const stated = outcome.result.protocolVersion;
  if (isLegacyVersion(stated) && stated <= agreed) {
    session.protocolVersion = stated;
    return outcome;
  }
  const result = payload(outcome.result, outcome.resultText);
  return {
    ...outcome,
    result: { ...result.value, protocolVersion: agreed },
    resultText: setMember(result.text, 'protocolVersion', JSON.stringify(agreed)),
  };
}

const SESSION_HEADER = 'mcp-session-id';
