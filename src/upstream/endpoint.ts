// Which of several endpoints of one server a request goes to. The same caller goes to the same endpoint as long as it is up, and a session
// stays where it began; an endpoint that is left alone gets nothing as long as another one is up. No state but the homes of sessions.
import { Lru } from '../lib/lru.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { UpstreamRequest } from './exchange.ts';

/** Sessions whose endpoint is remembered; the least recently used is forgotten first. */
export const MAX_SESSION_HOMES = 20_000;

/** One for each url; undefined: the server has a single place. */
export function endpointsOf(spec: ServerSpec): readonly ServerSpec[] | undefined {
  if (!spec.urls || spec.transport === 'stdio') return undefined;
  const known = made.get(spec);
  if (known) return known;
  const { urls, ...rest } = spec;
  const places = [...new Set([...(spec.url === undefined ? [] : [spec.url]), ...urls])];
  const endpoints = places.map((url) => ({ ...rest, url }));
  made.set(spec, endpoints);
  return endpoints;
}

const made = new WeakMap<ServerSpec, readonly ServerSpec[]>();

export type RestOf = (url: string) => { forAnybody: number; forCaller: number };

export class Endpoints {
  readonly #homes = new Lru<string, string>(MAX_SESSION_HOMES);

  /** `restMs`: how long nothing can be sent there, for anybody and for this caller. `avoid`: an endpoint that has just failed this request. */
  choose(request: UpstreamRequest, endpoints: readonly ServerSpec[], restMs: RestOf, avoid: string | undefined): ServerSpec {
    const { org, server, client } = request;
    const session = client.sessionId === undefined ? undefined : `${org}\n${server}\n${client.sessionId}`;
    const home = session === undefined ? undefined : this.#homes.get(session);
    const ranked = endpoints.toSorted((a, b) => weight(b, request) - weight(a, request));
    const usable = ranked.filter(({ url = '' }) => url !== avoid && restMs(url).forCaller === 0);
    // One that rests for others may be down for all: no call is lost to find out as long as another one is well.
    const well = usable.find(({ url = '' }) => restMs(url).forAnybody === 0);
    const chosen = usable.find(({ url }) => url === home) ?? well ?? usable[0] ?? ranked.find(({ url }) => url !== avoid) ?? ranked[0];
    if (!chosen) throw new Error(`server ${server} has no endpoint`);
    if (session !== undefined && chosen.url !== undefined && chosen.url !== home) this.#homes.set(session, chosen.url);
    return chosen;
  }

  endSession(org: string, server: string, sessionId: string): void {
    this.#homes.delete(`${org}\n${server}\n${sessionId}`);
  }
}

/** Rendezvous hashing (FNV-1a, 32 bits): who loses an endpoint moves, everybody else stays. */
function weight({ url = '' }: ServerSpec, { principalKey }: UpstreamRequest): number {
  let hash = 0x811c9dc5;
  for (const text of [url, '\n', principalKey]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  // The last characters would otherwise hardly move the high bits.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
