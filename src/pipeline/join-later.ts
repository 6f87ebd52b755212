// Servers that an agent of the aggregated surface may use only since its stream was opened: each is listened to by a call of its own, decided and
// recorded under the rules that let it in. Never goes to a server on the strength of the stream's older decision.
import { type Call, newCall } from '../call.ts';
import { nativeSignal } from '../lib/cutoff.ts';
import { newId } from '../lib/id.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { ACKNOWLEDGED } from '../upstream/legacy-listen.ts';
import { pause } from '../upstream/wait.ts';
import { type UsableServer, usableServers } from './aggregate.ts';
import type { Flight } from './flight.ts';

/** A server whose stream dropped is listened to again after 1, 2, 4 … seconds. */
const MIN_REJOIN_MS = 1_000;
const MAX_REJOIN_MS = 60_000;
/** A stream that ends in order before this time has nothing to say; milliseconds. */
const MIN_STOOD_MS = 1_000;

/** Made once: an error of its own for each stream costs more than the rest of ending it. */
const OVER = new Error('the stream it belonged to is over');

/** How the stream of one server ended. `dropped`: not in order. */
export interface StreamEnd {
  beganMs: number;
  dropped: boolean;
}

/**
 * `ended`: the stream of this server is over. It joins again after a pause, or under the next rules that allow it, the end of a freeze for example.
 * `urisOf`: resources of a server that was there from the start, as it calls them, that the agent was promised to hear of.
 */
export function joinLater(
  flight: Flight,
  present: readonly UsableServer[],
  urisOf: (server: string) => readonly string[],
): { ended(server: string, how: StreamEnd): void; stop(): void } {
  const { watch, ports } = flight;
  const followed = new Set(present.map(({ name }) => name));
  const pauses = new Map<string, number>();
  const end = new AbortController();
  const usable = (): string[] => {
    const control = ports.control.current(flight.control.org);
    return control ? usableServers({ ...flight, control }).map(({ name }) => name) : [];
  };
  const follow = (name: string): void => {
    if (!watch || followed.has(name) || end.signal.aborted) return;
    followed.add(name);
    const beganMs = ports.clock.monotonicMs();
    const call = streamOf(flight, name, urisOf(name), end);
    ports.views.joinsLater(call, watch.handOver(name));
    void flight.run(call).then((outcome) => {
      // Refused: the next rules may let it in, the next attempt would not.
      if (outcome.type === 'denied') followed.delete(name);
      else ended(name, { beganMs, dropped: outcome.type === 'error' });
    });
  };
  const ended = (name: string, { beganMs, dropped }: StreamEnd): void => {
    followed.delete(name);
    const stoodMs = ports.clock.monotonicMs() - beganMs;
    if (!dropped && stoodMs < MIN_STOOD_MS) return;
    const last = stoodMs >= MAX_REJOIN_MS ? undefined : pauses.get(name);
    const pauseMs = Math.min(last === undefined ? MIN_REJOIN_MS : last * 2, MAX_REJOIN_MS);
    pauses.set(name, pauseMs);
    void pause(pauseMs, end.signal).then((whole) => {
      if (whole && usable().includes(name)) follow(name);
    });
  };
  const onControl = (): void => usable().forEach(follow);
  if (watch) watch.onControl = onControl;
  return { ended, stop: () => end.abort(OVER) };
}

/** Resources and tasks the agent asked for when it opened its stream are of the servers that were there: no other is told of them. */
function listsOnly(params: JsonObject | undefined): JsonObject | undefined {
  if (!params) return undefined;
  const { resourceSubscriptions: _uris, taskIds: _tasks, notifications, ...rest } = params;
  if (!isObject(notifications)) return rest;
  const { resourceSubscriptions: _ownUris, taskIds: _ownTasks, ...flags } = notifications;
  return { ...rest, notifications: flags };
}

function withUris(params: JsonObject | undefined, uris: readonly string[]): JsonObject | undefined {
  if (uris.length === 0) return params;
  const flags = isObject(params?.notifications) ? params.notifications : {};
  return { ...params, notifications: { ...flags, resourceSubscriptions: [...uris] } };
}

function streamOf({ call, ports }: Flight, server: string, uris: readonly string[], end: AbortController): Call {
  const { peer } = call;
  // A freeze of this server ends its stream, not the others.
  const own = new AbortController();
  return newCall({
    ...call,
    id: newId('call', ports.clock.nowMs()),
    startedMs: ports.clock.monotonicMs(),
    kind: 'subscription',
    surface: { type: 'server', server },
    params: withUris(listsOnly(call.params), uris),
    paramsText: undefined,
    peer: {
      request: peer.request,
      notify: (method, params, text) => (method === ACKNOWLEDGED ? undefined : peer.notify(method, params, text)),
    },
    signal: AbortSignal.any([nativeSignal(call.signal), end.signal, own.signal]),
    abort: (reason) => own.abort(reason),
    silence: undefined,
  });
}
