// The multi-round-trip loop on behalf of a legacy agent (2026-07-28 basic/patterns/mrtr): every entry of `inputRequests` becomes a question on the
// agent's live stream; the call is sent again with the answers. Bounded in rounds; the server's requestState goes back byte for byte.

import type { CallReply, PeerAnswer } from '../call.ts';
import { nativeSignal } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { INTERNAL_ERROR } from '../mcp/error-code.ts';
import type { RpcError, RpcResponse } from '../mcp/message.ts';
import type { Payload } from '../mcp/raw-json.ts';
import {
  type InputRequired,
  inputRequestsOf,
  missingCapability,
  type Question,
  retryParams,
  toInputResponse,
  toLegacyQuestion,
  urlErrorOfQuestions,
} from '../mcp/translate/input-required.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import { pause } from './wait.ts';

/** Rounds of questions in one call. */
export const MAX_ROUNDS = 10;
/** Between two rounds in which the server asked nothing. */
export const EMPTY_ROUND_MS = 250;

/** `mintId` gives the ids legacy URL elicitations need. */
export interface RoundOptions {
  server: string;
  mintId(): string;
}

export type Rounds = { response: RpcResponse } | { reply: CallReply };

/** Sends until the server answers with something other than questions. `reply`: the agent could not answer. */
export async function askInRounds(
  options: RoundOptions,
  request: UpstreamRequest,
  params: Payload,
  send: (params: Payload) => Promise<RpcResponse>,
): Promise<Rounds> {
  const { server } = options;
  let own = params;
  for (let round = 0; round <= MAX_ROUNDS; round++) {
    const response = await send(own);
    const wanted = response.result && inputRequestsOf(response.result);
    if (!wanted) return { response };
    if ('invalid' in wanted) throw failure('upstream_protocol', server, `input_required: ${wanted.invalid}`);
    const answers = await answerAll(options, request, wanted);
    if ('error' in answers) return { reply: { type: 'error', era: 'legacy', error: answers.error } };
    own = retryParams(params, answers.responses, wanted.requestState);
  }
  throw failure('upstream_protocol', server, `still input_required after ${MAX_ROUNDS} rounds`);
}

async function answerAll(
  options: RoundOptions,
  request: UpstreamRequest,
  wanted: InputRequired,
): Promise<{ responses: JsonObject } | { error: RpcError }> {
  const { inputRequests } = wanted;
  if (inputRequests.size === 0) {
    if (!(await pause(EMPTY_ROUND_MS, request.signal))) throw request.signal.reason;
    return { responses: {} };
  }
  if (!request.peer.request) return { error: urlErrorOfQuestions(inputRequests, options.mintId) ?? CANNOT_ASK };
  const abort = new AbortController();
  const signal = AbortSignal.any([nativeSignal(request.signal), abort.signal]);
  const responses: JsonObject = {};
  let failed: RpcError | undefined;
  await Promise.all(
    [...inputRequests].map(async ([key, question]) => {
      const answer = await ask(options, request, question, signal);
      const response = toInputResponse(question, answer);
      if (response) responses[key] = response;
      else if (!failed) {
        failed = answer.error ?? CANNOT_ASK;
        abort.abort(new Error('another question of this round failed'));
      }
    }),
  );
  request.signal.throwIfAborted();
  return failed ? { error: failed } : { responses };
}

/** What an agent did not declare it is not asked. */
async function ask(options: RoundOptions, request: UpstreamRequest, question: Question, signal: AbortSignal): Promise<PeerAnswer> {
  const missing = missingCapability(question, request.client.capabilities);
  if (missing)
    return {
      error: {
        code: INTERNAL_ERROR,
        message: `The server asked for something the client did not declare: ${Object.keys(missing).join(', ')}.`,
      },
    };
  const legacy = toLegacyQuestion(question, options.mintId());
  try {
    return (await request.peer.request?.(legacy.method, legacy.params, signal)) ?? { error: CANNOT_ASK };
  } catch {
    return { error: CANNOT_ASK };
  }
}

const CANNOT_ASK: RpcError = {
  code: INTERNAL_ERROR,
  message: 'The server needs an answer from the client, which cannot be asked on this stream.',
};
