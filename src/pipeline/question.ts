// Questions from servers (sampling, elicitation, roots): each one travels the table as a call of its own before the agent sees it.
// Live requests towards legacy agents, and the entries of `inputRequests` towards modern ones.

import { type Call, type CallReply, newCall, type Peer, type PeerAnswer } from '../call.ts';
import { newId } from '../lib/id.ts';
import { underSignals } from '../lib/joined-signal.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { DENIED, INTERNAL_ERROR } from '../mcp/error-code.ts';
import { isLarge } from '../mcp/large-write.ts';
import { MAX_INPUT_REQUESTS } from '../mcp/translate/input-required.ts';
import type { ServerSpec } from '../object/kinds.ts';
import { ACKNOWLEDGED } from '../upstream/legacy-listen.ts';
import type { Denial, Flight } from './flight.ts';
import { mayHear } from './hearing.ts';
import { paramsOf, prepareParts } from './message-part.ts';
import { noticeWithOwnTask, withOwnTask, withServersTask } from './related-task.ts';
import { changedList, type ListedWhat } from './view.ts';

/**
 * The call's peer towards one server: every question is put through the table, what may not be heard is not, and task ids in notifications are
 * replaced by our own. INVARIANT: also where one call goes to several servers, a question is that of the server that asks
 * (test/scenario/attack-bypass.test.ts).
 */
export function governedPeer(flight: Flight, server: string, spec: ServerSpec): Peer {
  const { call } = flight;
  const { peer } = call;
  const ask = peer.request;
  const parent: Call = call.target
    ? call
    : {
        ...call,
        target: { server, spec, capability: undefined, definition: undefined, snapshot: flight.control.snapshots.hashOf(server) },
      };
  return {
    notify: (method, params, text) => {
      if (!mayHear(flight, server, method, params)) return undefined;
      const list = changedList(method);
      if (list) return hearOfList(flight, server, list);
      const { watch } = flight;
      if (watch && method === ACKNOWLEDGED) return watch.acknowledge([server], params, () => void peer.notify(method, params, text));
      const said = noticeWithOwnTask(flight, server, method, params);
      if (said === 'foreign') return undefined;
      const asks = method === 'notifications/tasks' && said?.inputRequests !== undefined;
      const look = (spoken: JsonObject | undefined) => inspected(flight, server, method, spoken, spoken === params ? text : undefined);
      const pass = (spoken: JsonObject | undefined) => (seen: JsonObject | undefined) =>
        seen === params
          ? peer.notify(method, params, text)
          : seen === undefined && spoken !== undefined
            ? undefined
            : peer.notify(method, seen);
      const send = () => {
        if (asks && said) return judgedNotice(flight, parent, said).then(async (left) => pass(left)(await look(left)));
        const seen = look(said);
        return seen instanceof Promise ? seen.then(pass(said)) : pass(said)(seen);
      };
      return watch ? watch.say(send) : send();
    },
    request:
      ask &&
      (async (method, params, signal) => {
        // What inspection left of the question is asked.
        const asked = withOwnTask(flight, server, params);
        const question: Call = questionCall(flight, parent, method, asked, async (own) =>
          replyOf(await underSignals([signal, own], undefined, (either) => ask.call(peer, method, question.params, either))),
        );
        const answer = answerOf(await flight.run(question));
        return answer.error ? answer : { result: withServersTask(flight, server, answer.result) };
      }),
    disconnect: (retryMs) => peer.disconnect?.(retryMs),
  };
}

/** A server's word that a list changed is no word to the agent: that is a matter of what the agent sees of it. */
function hearOfList(flight: Flight, server: string, what: ListedWhat): undefined {
  const { call, ports } = flight;
  if (call.kind !== 'subscription') {
    if (flight.watch === undefined && ports.views.heardElsewhere(flight, server, what)) return undefined;
    // What is said behind the answer has no stream any more.
    if (flight.reply) return undefined;
    flight.watch ??= ports.views.duringCall(flight);
  }
  flight.watch?.changed(server, what);
}

/** Modern results that ask, those about tasks too: each entry is decided and recorded; one refusal refuses the whole call. */
export function governQuestions(flight: Flight, answer: CallReply): Promise<{ answer: CallReply } | { refusal: Denial }> | undefined {
  if (answer.type !== 'result') return undefined;
  const { resultType, inputRequests } = answer.result;
  const asks = resultType === 'input_required' || resultType === 'task' || flight.call.method.startsWith('tasks/');
  return asks ? withJudged(flight, answer, inputRequests) : undefined;
}

async function withJudged(
  flight: Flight,
  answer: CallReply & { type: 'result' },
  requests: Json | undefined,
): Promise<{ answer: CallReply } | { refusal: Denial }> {
  const judged = await judgeAll(flight, flight.call, requests);
  if ('refusal' in judged) return judged;
  if (judged.requests === requests) return { answer };
  return { answer: { ...answer, result: { ...answer.result, inputRequests: judged.requests as Json }, resultText: undefined } };
}

/** A task that waits for answers says so in its notifications too. Refused questions are left out: who asks for the task is told why. */
async function judgedNotice(flight: Flight, parent: Call, params: JsonObject): Promise<JsonObject> {
  const judged = await judgeAll(flight, parent, params.inputRequests);
  const { inputRequests: _refused, ...rest } = params;
  return 'refusal' in judged ? rest : { ...rest, inputRequests: judged.requests as Json };
}

/** The questions as inspection left them. Fails closed: what is no question, and more questions than anyone answers, are refused unheard. */
async function judgeAll(
  flight: Flight,
  parent: Call,
  requests: Json | undefined,
): Promise<{ requests: Json | undefined } | { refusal: Denial }> {
  if (requests === undefined) return { requests };
  const entries = isObject(requests) ? Object.values(requests) : [];
  const server = parent.target?.server ?? 'of this endpoint';
  if (!isObject(requests) || entries.length > MAX_INPUT_REQUESTS)
    return unheard(`Server "${server}" asked more or other than a client can answer.`);
  let passed = requests;
  for (const [id, entry] of Object.entries(requests)) {
    if (!isObject(entry) || typeof entry.method !== 'string') return unheard(`Server "${server}" asked something that is no question.`);
    const params = isObject(entry.params) ? entry.params : undefined;
    const question = questionCall(flight, parent, entry.method, params, async () => ({ type: 'accepted' }));
    const outcome = await flight.run(question);
    if (outcome.type === 'denied') {
      const message = `Server "${server}" asked this agent for ${entry.method.slice(0, 64)}, which is refused: ${outcome.message}`;
      return { refusal: { code: outcome.code, message, rule: outcome.rule, hint: undefined } };
    }
    if (question.params !== params) passed = { ...passed, [id]: { ...entry, params: question.params as JsonObject } };
  }
  return { requests: passed };
}

function unheard(message: string): { refusal: Denial } {
  return { refusal: { code: 'invalid_request', message, rule: 'builtin/question', hint: undefined } };
}

/** A long one is made ready first, as calls and answers are. INVARIANT: nothing is notified past this (test/scenario/unread-place.test.ts). */
function inspected(
  flight: Flight,
  server: string,
  method: string,
  said: JsonObject | undefined,
  text: string | undefined,
): JsonObject | undefined | Promise<JsonObject | undefined> {
  const look = () => inspectNotification(flight, server, method, said, 0);
  return said !== undefined && isLarge(said, text) ? prepareParts(said, paramsOf(method)).then(look) : look();
}

/** What inspectors leave of a notification, in their order. The common case waits for nothing. */
function inspectNotification(
  flight: Flight,
  server: string,
  method: string,
  params: JsonObject | undefined,
  from: number,
): JsonObject | undefined | Promise<JsonObject | undefined> {
  const { inspectors } = flight.ports;
  let said = params;
  for (let index = from; index < inspectors.length; index++) {
    const seen = inspectors[index]?.inspectNotification?.(flight, server, method, said);
    if (seen instanceof Promise)
      return seen.then((left) => (left === undefined ? undefined : inspectNotification(flight, server, method, left, index + 1)));
    if (inspectors[index]?.inspectNotification !== undefined) said = seen;
    if (said === undefined) return undefined;
  }
  return said;
}

function questionCall(flight: Flight, parent: Call, method: string, params: JsonObject | undefined, local: Call['local']): Call {
  const { clock } = flight.ports;
  return newCall({
    id: newId('call', clock.nowMs()),
    startedMs: clock.monotonicMs(),
    kind: 'reverse',
    surface: parent.surface,
    method,
    params,
    paramsText: params && JSON.stringify(params),
    client: parent.client,
    bearerHash: parent.bearerHash,
    remoteAddress: parent.remoteAddress,
    peer: parent.peer,
    signal: parent.signal,
    abort: parent.abort,
    parent,
    local,
  });
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
