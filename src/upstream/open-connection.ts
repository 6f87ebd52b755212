// Opens the connection a request needs, in the server's era.
import type { Connection, Surroundings } from './connection.ts';
import type { Verdict } from './era-book.ts';
import type { UpstreamRequest } from './exchange.ts';
import { handshakeOf } from './handshake.ts';
import type { LegacyTools } from './legacy-adapter.ts';
import { openLegacy } from './open-legacy.ts';
import { openModern } from './open-modern.ts';
import type { Place } from './pool.ts';

export interface Opening {
  surroundings: Surroundings;
  request: UpstreamRequest;
  place: Place;
  verdict: Verdict;
  tools: LegacyTools;
  doubtEra(): void;
}

/** Rejects with GatewayError. */
export function openConnection({ surroundings, request, place, verdict, tools, doubtEra }: Opening): Promise<Connection> {
  if (verdict.era === 'modern') return openModern(surroundings, { sessions: tools.sessions, doubtEra }, verdict.discover);
  const clientEra = request.client.era;
  return openLegacy({
    surroundings,
    tools,
    clientEra,
    shared: clientEra === 'legacy' && place.sessionId === undefined,
    initialize: handshakeOf(request, place.capabilities, surroundings.gateway),
  });
}
