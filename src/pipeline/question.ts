// Questions from servers (sampling, elicitation, roots): each one travels the table as a call of its own before the agent sees it.
// Live requests towards legacy agents, and the entries of `inputRequests` towards modern ones.
import type { Call, CallReply, Peer, PeerAnswer } from '../call.ts';
import { newId } from '../lib/id.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { DENIED, INTERNAL_ERROR } from '../mcp/error-code.ts';
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

/** Modern results that ask: each entry is decided and recorded; one refusal refuses the whole call. */
export async function governQuestions(flight: Flight, answer: CallReply): Promise<Denial | undefined> {
  if (answer.type !== 'result' || answer.result.resultType !== 'input_required') return undefined;
  const requests = answer.result.inputRequests;
  if (!isObject(requests)) return undefined;
  for (const entry of Object.values(requests)) {
    if (!isObject(entry) || typeof entry.method !== 'string') continue;
    const params = isObject(entry.params) ? entry.params : undefined;
    const outcome = await flight.run(questionCall(flight, entry.method, params, async () => ({ type: 'accepted' })));
    if (outcome.type === 'denied') {
      const message = `Server "${flight.call.target?.server}" asked this agent for ${entry.method}, which is refused: ${outcome.message}`;
      return { code: outcome.code, message, rule: outcome.rule, hint: undefined };
    }
  }
  return undefined;
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
