// A held call of the stateless era that is asked to have its ticket looked at: the question, and the round that comes back with its state.
// INVARIANT: a state is good for the agent, the user and the ticket it was sealed for (test/scenario/delivery.test.ts); it carries no approval.
import type { Ticket } from '../approval/ticket.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS } from '../mcp/error-code.ts';
import { removeMember } from '../mcp/raw-json.ts';
import type { Flight, Verdict } from './flight.ts';
import { denyRpc, PASS } from './flight.ts';
import { ownerOf } from './task.ts';

/** SDK clients stop after ten rounds; the last ones are for the answer itself. */
export const MAX_ROUNDS = 8;
const PURPOSE = 'held-round';
const PREFIX = 'held_';
/** Name of our one question among the input requests. */
const QUESTION = 'approval';

export function approvalQuestion(flight: Flight, ticket: Ticket, message: string, url: string, round: number): JsonObject {
  const state = JSON.stringify([ticket.id, ownerOf(flight), round]);
  return {
    resultType: 'input_required',
    inputRequests: { [QUESTION]: { method: 'elicitation/create', params: { mode: 'url', message, url } } },
    requestState: PREFIX + flight.ports.sealer.sealText(flight.control.org, PURPOSE, state),
  };
}

/** Takes what is ours out of a further round, so that the call is the one that was made first. Before anything looks at its parameters. */
export function takeRound(flight: Flight): Verdict {
  const { call, received } = flight;
  const state = received.params?.requestState;
  if (call.client.era !== 'modern' || call.method !== 'tools/call' || typeof state !== 'string' || !state.startsWith(PREFIX)) return PASS;
  const opened = flight.ports.sealer.openText(flight.control.org, PURPOSE, state.slice(PREFIX.length));
  const [ticket, owner, round] = opened === undefined ? [] : (JSON.parse(opened) as [string, string, number]);
  if (ticket === undefined || round === undefined || owner !== ownerOf(flight))
    return denyRpc('invalid_request', { code: INVALID_PARAMS, message: 'requestState is not one that this client was given here.' });
  const { requestState: _state, inputResponses, ...params } = received.params ?? {};
  const answer = isObject(inputResponses) ? inputResponses[QUESTION] : undefined;
  const text = received.text === undefined ? undefined : removeMember(removeMember(received.text, 'requestState'), 'inputResponses');
  flight.round = { ticket, number: round, declined: !isObject(answer) || answer.action !== 'accept' };
  flight.received = { params, text };
  call.params = params;
  call.paramsText = text;
  return PASS;
}
