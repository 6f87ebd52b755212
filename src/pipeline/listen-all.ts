// A standing stream of the aggregated surface: one stream per usable server, fanned in to the agent's one stream.
// The gateway acknowledges itself; a server that fails or ends does not end the stream. Each server is told of its own resources only.

import type { CallReply, Peer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { parseListenFilter } from '../mcp/rev-2026-07-28/listen.ts';
import type { UpstreamRequest } from '../upstream/exchange.ts';
import { ACKNOWLEDGED } from '../upstream/legacy-listen.ts';
import { routeOwner, type UsableServer } from './aggregate.ts';
import type { Flight } from './flight.ts';
import { asPart, requestTo } from './forward-request.ts';
import { mayFollow } from './hearing.ts';
import { joinLater } from './join-later.ts';

export async function listenAll(flight: Flight, servers: readonly UsableServer[]): Promise<CallReply> {
  const { call } = flight;
  const uris = new Map<string, Followed>();
  const isModern = call.client.era === 'modern';
  if (isModern) {
    const wanted = parseListenFilter(call.params);
    if ('error' in wanted) return { type: 'error', era: 'modern', error: wanted.error };
    for (const uri of wanted.resourceSubscriptions) {
      const place = placeOf(flight, servers, uri);
      if (place) uris.set(uri, place);
    }
  }
  const urisOf = (server: string) => [...uris.values()].filter((one) => one.server === server).map(({ uri }) => uri);
  const later = joinLater(flight, servers, urisOf);
  const beganMs = flight.ports.clock.monotonicMs();
  const streams = servers.map(async ({ name, spec }) =>
    later.ended(name, { beganMs, dropped: await followOne(flight, name, spec, urisOf(name)) }),
  );
  try {
    if (isModern) await acknowledge(flight, servers, { notifications: honoured(call.params, [...uris.keys()]) });
    await Promise.all([untilAborted(flight.signal), ...streams]);
  } finally {
    later.stop();
  }
  return { type: 'result', era: 'legacy', result: {}, resultText: undefined };
}

async function acknowledge({ call, watch }: Flight, servers: readonly UsableServer[], params: JsonObject): Promise<void> {
  const send = () => void call.peer.notify(ACKNOWLEDGED, params);
  if (!watch) return send();
  await watch.acknowledge(
    servers.map(({ name }) => name),
    params,
    send,
  );
}

interface Followed {
  server: string;
  /** As the server calls it. */
  uri: string;
}

/** Where a resource is, when this principal may follow it there. One that leads nowhere is dropped like one that is hidden. */
function placeOf(flight: Flight, servers: readonly UsableServer[], uri: string): Followed | undefined {
  const route = flight.ports.routes.resolve(routeOwner(flight), uri);
  const { principal } = flight.call;
  if (route?.type !== 'server' || !principal || !servers.some(({ name }) => name === route.server)) return undefined;
  return mayFollow(flight, flight.control, principal, route.server, route.uri) ? { server: route.server, uri: route.uri } : undefined;
}

/** True when the stream dropped; resolves when it is over. */
async function followOne(flight: Flight, server: string, spec: UsableServer['spec'], uris: readonly string[]): Promise<boolean> {
  const whole = requestTo(flight, server, spec);
  if (!whole) return false;
  const request = ownShare(whole, uris);
  const peer: Peer = {
    request: request.peer.request,
    notify: (method, params, text) => (method === ACKNOWLEDGED ? undefined : request.peer.notify(method, params, text)),
  };
  try {
    const end = await asPart(flight, server, (signal) => flight.ports.upstreams.exchange({ ...request, peer, signal }));
    return end.type === 'error';
  } catch (error) {
    if (flight.signal.aborted) return false;
    flight.ports.logger.warn(
      { call: flight.call.id, server, why: error instanceof Error ? error.message : String(error) },
      'a stream of a server ended',
    );
    return true;
  }
}

/** The filter with this server's resources alone. */
function ownShare(request: UpstreamRequest, uris: readonly string[]): UpstreamRequest {
  const filter = request.params?.notifications;
  if (!isObject(filter) || filter.resourceSubscriptions === undefined) return request;
  return {
    ...request,
    params: { ...request.params, notifications: { ...filter, resourceSubscriptions: [...uris] } },
    paramsText: undefined,
  };
}

/** What was asked for, less what only a single server can promise and what may not be followed. */
function honoured(params: JsonObject | undefined, uris: string[]): JsonObject {
  const wanted = isObject(params?.notifications) ? params.notifications : {};
  const { toolsListChanged, promptsListChanged, resourcesListChanged } = wanted;
  return {
    ...(toolsListChanged === undefined ? {} : { toolsListChanged }),
    ...(promptsListChanged === undefined ? {} : { promptsListChanged }),
    ...(resourcesListChanged === undefined ? {} : { resourcesListChanged }),
    ...(uris.length === 0 ? {} : { resourceSubscriptions: uris }),
  };
}

function untilAborted(signal: Abortable): Promise<void> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
