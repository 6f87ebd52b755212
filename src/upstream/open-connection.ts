// Opens one connection: the wire for the server's transport and era, and in the legacy era the handshake.
// A connection that cannot be used is closed before the failure is reported.
import type { Era } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { initializeParams } from '../mcp/rev-2025-11-25/initialize.ts';
import { isLegacyVersion, LATEST_LEGACY_VERSION } from '../mcp/rev-2025-11-25/version.ts';
import type { Duplex } from './channel.ts';
import type { Surroundings } from './connection.ts';
import { DuplexWire } from './duplex-wire.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { LegacyTools } from './legacy-adapter.ts';
import { InitializeRefused, LegacyConnection } from './legacy-connection.ts';
import { LegacyHttpWire } from './legacy-http-wire.ts';
import type { ModernTools } from './modern-adapter.ts';
import { ModernConnection } from './modern-connection.ts';
import { ModernHttpWire } from './modern-http-wire.ts';

/** Answers to initialize that say: try the transport of 2024-11-05 (2025-11-25 basic/transports, backwards compatibility). */
const NOT_STREAMABLE = new Set([400, 404, 405]);

export async function openModern(
  surroundings: Surroundings,
  tools: ModernTools,
  discover: JsonObject | undefined,
): Promise<ModernConnection> {
  const { destination, connectors, watchdog } = surroundings;
  let connection: ModernConnection;
  if (destination.spec.transport === 'http') {
    const http = connectors.http(destination);
    const wire = new ModernHttpWire({
      server: destination.server,
      url: destination.spec.url ?? '',
      headers: destination.headers,
      http,
      watchdog,
    });
    connection = new ModernConnection({ surroundings, tools }, wire, wire);
  } else {
    const duplex = await connectors.stdio(destination);
    connection = new ModernConnection({ surroundings, tools }, new DuplexWire(duplex, destination.server), undefined);
    plug(duplex, connection);
  }
  if (discover) connection.noteDiscovered(discover);
  return connection;
}

export interface LegacyOpening {
  surroundings: Surroundings;
  tools: LegacyTools;
  clientEra: Era;
  shared: boolean;
  initialize: Payload;
}

/** Rejects with InitializeRefused or another GatewayError. */
export async function openLegacy(opening: LegacyOpening): Promise<LegacyConnection> {
  const { destination, connectors } = opening.surroundings;
  if (destination.spec.transport === 'stdio') return overDuplex(opening, await connectors.stdio(destination));
  if (destination.spec.transport === 'sse') return overDuplex(opening, await connectors.sse(destination));
  return overHttp(opening);
}

async function overHttp(opening: LegacyOpening): Promise<LegacyConnection> {
  const { destination, connectors, watchdog } = opening.surroundings;
  const wire = new LegacyHttpWire({
    server: destination.server,
    url: destination.spec.url ?? '',
    headers: destination.headers,
    http: connectors.http(destination),
    watchdog,
    onExpired: () => connection.reopen(),
  });
  const connection: LegacyConnection = new LegacyConnection(opening, wire, wire);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    if (error instanceof InitializeRefused || !NOT_STREAMABLE.has(wire.greetedStatus ?? 0)) throw error;
    const duplex = await connectors.sse(destination).catch(() => undefined);
    if (!duplex) throw error;
    return overDuplex(opening, duplex);
  }
}

async function overDuplex(opening: LegacyOpening, duplex: Duplex): Promise<LegacyConnection> {
  const connection = new LegacyConnection(opening, new DuplexWire(duplex, opening.surroundings.destination.server), undefined);
  plug(duplex, connection);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function plug(duplex: Duplex, connection: { receive(text: string): Promise<void> | undefined; lost(reason: string): void }): void {
  duplex.onMessage(connection.receive);
  void duplex.closed.then(({ reason }) => connection.lost(reason));
}

/** The legacy agent's own words when this is its handshake; else what is known of the agent. */
export function handshakeOf(request: UpstreamRequest, capabilities: JsonObject, gateway: { name: string; version: string }): Payload {
  if (request.client.era === 'legacy' && request.method === 'initialize' && request.params)
    return payload(request.params, request.paramsText);
  const { protocolVersion, clientInfo } = request.client;
  return payload(
    initializeParams({
      protocolVersion: isLegacyVersion(protocolVersion) ? protocolVersion : LATEST_LEGACY_VERSION,
      capabilities,
      clientInfo: clientInfo ?? { ...gateway },
    }),
  );
}
