// A call that the gateway makes by itself for an agent that is not there: from the request that was kept, on one ticket and on no other.
// Everything about it is judged anew, its token too.
import type { ParkedRequest } from '../approval/deliveries.ts';
import { type Call, type DenialCode, newCall } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { JsonObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';

/** Refusals that may be over at the next try. */
export const PASSING: ReadonlySet<DenialCode> = new Set([
  'limit_exceeded',
  'log_unavailable',
  'credential_unavailable',
  'cancelled',
  'internal',
]);

export function parkedCall(request: ParkedRequest, ticket: string, controller: AbortController, clock: Clock): Call {
  return newCall({
    id: newId('call', clock.nowMs()),
    startedMs: clock.monotonicMs(),
    kind: 'call',
    surface: request.surface,
    method: request.method,
    params: parseJson(request.params) as JsonObject,
    paramsText: request.params,
    client: { era: 'modern', ...request.client, sessionId: undefined, logLevel: undefined },
    bearerHash: request.bearerHash,
    remoteAddress: request.remoteAddress,
    mcpHeaders: request.mcpHeaders,
    peer: { notify: () => undefined, request: undefined },
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    redeems: ticket,
  });
}
