// Writes the outcome of a call as the JSON-RPC answer of the agent's era: results, errors, and refusals in a form a model can act on.
// Never reveals more of a refusal than the outcome's public fields.
import type { Call, CallOutcome, CallReply, DenialCode, Denied } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import {
  DENIED,
  FROZEN,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  INVALID_REQUEST,
  LOG_UNAVAILABLE,
  METHOD_NOT_FOUND,
  UNAVAILABLE,
} from '../mcp/error-code.ts';
import { type RequestId, type RpcError, writeError, writeResult } from '../mcp/message.ts';
import { edit, type Payload, payload } from '../mcp/raw-json.ts';
import { httpStatusOf } from '../mcp/rev-2026-07-28/http-status.ts';
import { withSubscriptionId } from '../mcp/rev-2026-07-28/listen.ts';
import { stampResult } from '../mcp/rev-2026-07-28/result-stamp.ts';
import { toLegacyError, toModernError } from '../mcp/translate/error.ts';
import { toLegacyResult, toModernResult } from '../mcp/translate/result.ts';

/** Member of a refused tool result's `_meta` that machines read. */
const META_DECISION = 'io.sallyport/decision';

/** An answer to one request: its JSON-RPC text and the HTTP status it has when nothing was streamed before it. */
export interface Answer {
  status: number;
  text: string;
}

export function answerOf(call: Call, id: RequestId, outcome: CallOutcome): Answer {
  if (outcome.type === 'result')
    return { status: 200, text: writeResult(id, resultText(call, id, payload(outcome.result, outcome.resultText), outcome.era)) };
  if (outcome.type === 'error') return errorAnswer(call, id, errorFor(call, outcome.error, outcome.era));
  if (outcome.type === 'denied') return deniedAnswer(call, id, outcome);
  return errorAnswer(call, id, { code: INTERNAL_ERROR, message: 'The gateway has no answer to this request.', data: { callId: call.id } });
}

/** Refusals that are about who calls: HTTP 401 (2025-11-25 basic/authorization, error handling). */
export function isUnauthenticated(outcome: CallOutcome): boolean {
  return outcome.type === 'denied' && UNAUTHENTICATED.has(outcome.code);
}

export function deniedError(denied: Denied): RpcError {
  const data: JsonObject = { code: denied.code, callId: denied.callId };
  if (denied.rule !== undefined) data.rule = denied.rule;
  if (denied.hint !== undefined) data.hint = denied.hint;
  if (denied.retryAfterMs !== undefined) data.retryAfterMs = denied.retryAfterMs;
  if (denied.approval !== undefined) data.approval = { ...denied.approval };
  return { code: rpcCodeOf(denied.code), message: denied.message, data };
}

function resultText(call: Call, id: RequestId, result: Payload, era: Call['client']['era']): string {
  if (call.client.era === 'legacy') return (era === 'legacy' ? result : toLegacyResult(call.method, result)).text;
  let written = result;
  if (era === 'legacy') written = toModernResult(call.method, result, {});
  else if (typeof result.value.resultType !== 'string') written = stampResult(call.method, result, {});
  if (call.method === 'subscriptions/listen') written = withSubscriptionId(written, id);
  return written.text;
}

function errorFor(call: Call, error: RpcError, serverEra: Call['client']['era']): RpcError {
  const context = { method: call.method, params: call.params, serverEra, clientCapabilities: call.client.capabilities };
  return call.client.era === 'modern' ? toModernError(error, context) : toLegacyError(error, context);
}

function errorAnswer(call: Call, id: RequestId, error: RpcError): Answer {
  return { status: httpStatusOf(error, call.client.era), text: writeError(id, error) };
}

function deniedAnswer(call: Call, id: RequestId, denied: Denied): Answer {
  if (UNAUTHENTICATED.has(denied.code)) return { status: 401, text: writeError(id, deniedError(denied)) };
  if (denied.answer) return answerOf(call, id, withDecision(denied, denied.answer));
  if (denied.rpc) return errorAnswer(call, id, denied.rpc);
  if (call.method !== 'tools/call') return errorAnswer(call, id, deniedError(denied));
  return { status: 200, text: writeResult(id, JSON.stringify(deniedToolResult(call, denied))) };
}

/** Also says why it is answered so: the result of a task, of a question, of an earlier call. */
function withDecision({ callId, rule, hint, approval }: Denied, answer: NonNullable<Denied['answer']>): CallReply {
  if (answer.type !== 'result') return answer;
  const decision: JsonObject = { callId, ...(rule && { rule }), ...(hint && { hint }), ...(approval && { approval: { ...approval } }) };
  const { value, text } = edit(payload(answer.result, answer.resultText), ['_meta', META_DECISION], decision);
  return { ...answer, result: value, resultText: text };
}

/** A refused tool call is a tool result, so that the model reads the reason and adapts (2025-11-25 server/tools, error handling). */
function deniedToolResult(call: Call, denied: Denied): JsonObject {
  const decision: JsonObject = { code: denied.code, callId: denied.callId };
  if (denied.rule !== undefined) decision.rule = denied.rule;
  if (denied.hint !== undefined) decision.hint = denied.hint;
  if (denied.retryAfterMs !== undefined) decision.retryAfterMs = denied.retryAfterMs;
  if (denied.approval !== undefined) decision.approval = { ...denied.approval };
  const result: JsonObject = {
    content: [{ type: 'text', text: denied.hint === undefined ? denied.message : `${denied.message} ${denied.hint}` }],
    isError: true,
    _meta: { [META_DECISION]: decision },
  };
  if (call.client.era === 'modern') result.resultType = 'complete';
  return result;
}

function rpcCodeOf(code: DenialCode): number {
  return RPC_CODES[code] ?? DENIED;
}

const UNAUTHENTICATED: ReadonlySet<DenialCode> = new Set(['unauthenticated', 'token_expired', 'token_revoked', 'source_refused']);

const RPC_CODES: Partial<Record<DenialCode, number>> = {
  frozen: FROZEN,
  invalid_arguments: INVALID_PARAMS,
  method_not_allowed: METHOD_NOT_FOUND,
  log_unavailable: LOG_UNAVAILABLE,
  credential_unavailable: UNAVAILABLE,
  invalid_request: INVALID_REQUEST,
  cancelled: UNAVAILABLE,
  internal: INTERNAL_ERROR,
};
