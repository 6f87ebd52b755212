// Servers that an agent of the aggregated surface may use only since its stream was opened: each is listened to by a call of its own, decided and
// recorded under the rules that let it in. Never goes to a server on the strength of the stream's older decision.

import type { Call } from '../call.ts';
import { nativeSignal } from '../lib/cutoff.ts';
import { newId } from '../lib/id.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { ACKNOWLEDGED } from '../upstream/legacy-listen.ts';
import { type UsableServer, usableServers } from './aggregate.ts';
import type { Flight } from './flight.ts';

/** `ended`: the stream of this server is over; it joins again under the next rules that allow it, the end of a freeze for example. */
export function joinLater(flight: Flight, present: readonly UsableServer[]): { ended(server: string): void; stop(): void } {
  const { watch, ports } = flight;
  const followed = new Set(present.map(({ name }) => name));
  const end = new AbortController();
  const join = (): void => {
    const control = ports.control.current(flight.control.org);
    if (!control || !watch) return;
    for (const { name } of usableServers({ ...flight, control })) {
      if (followed.has(name)) continue;
      followed.add(name);
      const call = streamOf(flight, name, end);
      ports.views.joinsLater(call, watch.handOver(name));
      void flight.run(call).finally(() => followed.delete(name));
    }
  };
  if (watch) watch.onControl = join;
  return {
    ended: (server) => void followed.delete(server),
    stop: () => end.abort(new Error('the stream it belonged to is over')),
  };
}

/** Resources and tasks the agent asked for when it opened its stream are of the servers that were there: no other is told of them. */
function listsOnly(params: JsonObject | undefined): JsonObject | undefined {
  if (!params) return undefined;
  const { resourceSubscriptions: _uris, taskIds: _tasks, notifications, ...rest } = params;
  if (!isObject(notifications)) return rest;
  const { resourceSubscriptions: _ownUris, taskIds: _ownTasks, ...flags } = notifications;
  return { ...rest, notifications: flags };
}

function streamOf({ call, ports }: Flight, server: string, end: AbortController): Call {
  const { peer } = call;
  // A freeze of this server ends its stream, not the others.
  const own = new AbortController();
  return {
    ...call,
    id: newId('call', ports.clock.nowMs()),
    startedMs: ports.clock.monotonicMs(),
    kind: 'subscription',
    surface: { type: 'server', server },
    params: listsOnly(call.params),
    paramsText: undefined,
    peer: {
      request: peer.request,
      notify: (method, params, text) => (method === ACKNOWLEDGED ? undefined : peer.notify(method, params, text)),
    },
    signal: AbortSignal.any([nativeSignal(call.signal), end.signal, own.signal]),
    abort: (reason) => own.abort(reason),
    principal: undefined,
    target: undefined,
    decision: undefined,
    receipt: undefined,
  };
}
