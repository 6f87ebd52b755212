// Opens a connection to a legacy server: the wire for its transport, and the handshake.
// A connection that cannot be used is closed before the failure is reported.
import type { Era } from '../call.ts';
import type { Payload } from '../mcp/raw-json.ts';
import type { Duplex } from './channel.ts';
import type { Surroundings } from './connection.ts';
import { DuplexWire, plug } from './duplex-wire.ts';
import { InitializeRefused } from './failure.ts';
import { exchangeWithLegacy, type LegacyTools } from './legacy-adapter.ts';
import { LegacyConnection, type LegacyConnectionOptions } from './legacy-connection.ts';
import { LegacyHttpWire } from './legacy-http-wire.ts';

/** Answers to initialize that say: try the transport of 2024-11-05 (2025-11-25 basic/transports, backwards compatibility). */
const NOT_STREAMABLE = new Set([400, 404, 405]);

export interface LegacyOpening {
  surroundings: Surroundings;
  tools: LegacyTools;
  clientEra: Era;
  shared: boolean;
  initialize: Payload;
}

/** Rejects with InitializeRefused or another GatewayError. */
export async function openLegacy(opening: LegacyOpening): Promise<LegacyConnection> {
  const { tools, ...rest } = opening;
  const options: LegacyConnectionOptions = { ...rest, serve: (own, request) => exchangeWithLegacy(own, request, tools) };
  const { destination, connectors } = opening.surroundings;
  if (destination.spec.transport === 'stdio') return overDuplex(options, await connectors.stdio(destination));
  if (destination.spec.transport === 'sse') return overDuplex(options, await connectors.sse(destination));
  return overHttp(options);
}

async function overHttp(options: LegacyConnectionOptions): Promise<LegacyConnection> {
  const { destination, connectors, watchdog } = options.surroundings;
  const wire = new LegacyHttpWire({
    server: destination.server,
    url: destination.spec.url ?? '',
    headers: destination.headers,
    http: connectors.http(destination),
    watchdog,
    onExpired: () => connection.reopen(),
  });
  const connection: LegacyConnection = new LegacyConnection(options, wire, wire);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    if (error instanceof InitializeRefused || !NOT_STREAMABLE.has(wire.greetedStatus ?? 0)) throw error;
    const duplex = await connectors.sse(destination).catch(() => undefined);
    if (!duplex) throw error;
    return overDuplex(options, duplex);
  }
}

async function overDuplex(options: LegacyConnectionOptions, duplex: Duplex): Promise<LegacyConnection> {
  const connection = new LegacyConnection(options, new DuplexWire(duplex, options.surroundings.destination.server), undefined);
  plug(duplex, connection);
  try {
    await connection.open();
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}
