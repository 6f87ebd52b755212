// A standing stream of the aggregated surface: one stream per usable server, fanned in to the agent's one stream.
// The gateway acknowledges itself, at once; a server that fails or ends does not end the stream.
import type { CallReply, Peer } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { UsableServer } from './aggregate.ts';
import type { Flight } from './flight.ts';
import { requestTo } from './forward-request.ts';

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

export async function listenAll(flight: Flight, servers: readonly UsableServer[]): Promise<CallReply> {
  const { call } = flight;
  if (call.client.era === 'modern') await call.peer.notify(ACKNOWLEDGED, { notifications: honoured(call.params) });
  const streams = servers.map(({ name, spec }) => followOne(flight, name, spec));
  await Promise.all([untilAborted(flight.signal), ...streams]);
  return { type: 'result', era: 'legacy', result: {}, resultText: undefined };
}

async function followOne(flight: Flight, server: string, spec: UsableServer['spec']): Promise<void> {
  const request = requestTo(flight, server, spec);
  if (!request) return;
  const peer: Peer = {
    request: request.peer.request,
    notify: (method, params, text) => (method === ACKNOWLEDGED ? undefined : request.peer.notify(method, params, text)),
  };
  try {
    await flight.ports.upstreams.exchange({ ...request, peer });
  } catch (error) {
    if (flight.signal.aborted) return;
    flight.ports.logger.warn(
      { call: flight.call.id, server, why: error instanceof Error ? error.message : String(error) },
      'a stream of a server ended',
    );
  }
}

/** What was asked for, less what only a single server can promise. */
function honoured(params: JsonObject | undefined): JsonObject {
  const wanted = isObject(params?.notifications) ? params.notifications : {};
  const { toolsListChanged, promptsListChanged, resourcesListChanged, resourceSubscriptions } = wanted;
  return {
    ...(toolsListChanged === undefined ? {} : { toolsListChanged }),
    ...(promptsListChanged === undefined ? {} : { promptsListChanged }),
    ...(resourcesListChanged === undefined ? {} : { resourcesListChanged }),
    ...(resourceSubscriptions === undefined ? {} : { resourceSubscriptions }),
  };
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
