// Questions from servers (sampling, elicitation, roots): each one travels the table as a call of its own before the agent sees it.
// Live requests towards legacy agents, and the entries of `inputRequests` towards modern ones.
import type { Call, CallReply, Peer, PeerAnswer } from '../call.ts';
import { newId } from '../lib/id.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { DENIED, INTERNAL_ERROR } from '../mcp/error-code.ts';
import { MAX_INPUT_REQUESTS } from '../mcp/translate/input-required.ts';
import type { Denial, Flight } from './flight.ts';
import { ownTaskNotification } from './task.ts';

/** The call's peer with every question put through the table, and task ids in notifications replaced by our own. */
export function governedPeer(flight: Flight): Peer {
  const { call } = flight;
  const { peer } = call;
  const ask = peer.request;
  return {
    notify: (method, params, text) => {
      const own = ownTaskNotification(flight, method, params);
      const said = own ?? params;
      if (method === 'notifications/tasks' && said?.inputRequests !== undefined) return notifyJudged(flight, method, said);
      return own ? peer.notify(method, own) : peer.notify(method, params, text);
    },
    request:
      ask &&
      (async (method, params, signal) => {
        const outcome = await flight.run(
          questionCall(flight, method, params, async (own) =>
            replyOf(await ask.call(peer, method, params, AbortSignal.any([signal, own]))),
          ),
        );
        return answerOf(outcome);
      }),
    disconnect: (retryMs) => peer.disconnect?.(retryMs),
  };
}

/** Modern results that ask, those about tasks too: each entry is decided and recorded; one refusal refuses the whole call. */
export async function governQuestions(flight: Flight, answer: CallReply): Promise<Denial | undefined> {
  if (answer.type !== 'result') return undefined;
  const { resultType, inputRequests } = answer.result;
  const asks = resultType === 'input_required' || resultType === 'task' || flight.call.method.startsWith('tasks/');
  return asks ? judgeAll(flight, inputRequests) : undefined;
}

/** A task that waits for answers says so in its notifications too. Refused questions are left out: who asks for the task is told why. */
async function notifyJudged(flight: Flight, method: string, params: JsonObject): Promise<void> {
  const refusal = await judgeAll(flight, params.inputRequests);
  const { inputRequests: _refused, ...rest } = params;
  await flight.call.peer.notify(method, refusal ? rest : params);
}

/** Fails closed: what is no question, and more questions than anyone answers, are refused unheard. */
async function judgeAll(flight: Flight, requests: Json | undefined): Promise<Denial | undefined> {
  if (requests === undefined) return undefined;
  const entries = isObject(requests) ? Object.values(requests) : [];
  const server = flight.call.target?.server ?? 'of this endpoint';
  if (!isObject(requests) || entries.length > MAX_INPUT_REQUESTS)
    return unheard(`Server "${server}" asked more or other than a client can answer.`);
  for (const entry of entries) {
    if (!isObject(entry) || typeof entry.method !== 'string') return unheard(`Server "${server}" asked something that is no question.`);
    const params = isObject(entry.params) ? entry.params : undefined;
    const outcome = await flight.run(questionCall(flight, entry.method, params, async () => ({ type: 'accepted' })));
    if (outcome.type === 'denied') {
      const message = `Server "${server}" asked this agent for ${entry.method.slice(0, 64)}, which is refused: ${outcome.message}`;
      return { code: outcome.code, message, rule: outcome.rule, hint: undefined };
    }
  }
  return undefined;
}

function unheard(message: string): Denial {
  return { code: 'invalid_request', message, rule: 'builtin/question', hint: undefined };
}

function questionCall(flight: Flight, method: string, params: JsonObject | undefined, local: Call['local']): Call {
  const parent = flight.call;
  const { clock } = flight.ports;
  return {
    id: newId('call', clock.nowMs()),
    startedMs: clock.monotonicMs(),
    kind: 'reverse',
    surface: parent.surface,
    method,
    params,
    paramsText: params && JSON.stringify(params),
    client: parent.client,
    bearer: parent.bearer,
    remoteAddress: parent.remoteAddress,
    mcpHeaders: {},
    peer: parent.peer,
    signal: parent.signal,
    abort: parent.abort,
    origin: 'agent',
    parent,
    local,
    principal: undefined,
    target: undefined,
    decision: undefined,
    receipt: undefined,
  };
}

function replyOf(answer: PeerAnswer): CallReply {
  if (answer.error) return { type: 'error', era: 'legacy', error: answer.error };
  return { type: 'result', era: 'legacy', result: answer.result, resultText: undefined };
}

function answerOf(outcome: Awaited<ReturnType<Flight['run']>>): PeerAnswer {
  if (outcome.type === 'result') return { result: outcome.result };
  if (outcome.type === 'error') return { error: outcome.error };
  if (outcome.type === 'denied')
    return { error: { code: DENIED, message: outcome.message, data: { code: outcome.code, callId: outcome.callId } } };
  return { error: { code: INTERNAL_ERROR, message: 'The question was not answered.' } };
}
