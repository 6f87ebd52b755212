// Opens a connection to a modern server: over HTTP nothing is sent yet; over stdio a process is started.
import type { JsonObject } from '../lib/json.ts';
import type { Surroundings } from './connection.ts';
import { DuplexWire, plug } from './duplex-wire.ts';
import { exchangeWithModern } from './modern-adapter.ts';
import { ModernConnection } from './modern-connection.ts';
import type { ModernTools } from './modern-hop.ts';
import { ModernHttpWire } from './modern-http-wire.ts';

export async function openModern(
  surroundings: Surroundings,
  tools: ModernTools,
  discover: JsonObject | undefined,
): Promise<ModernConnection> {
  const { destination, connectors, watchdog } = surroundings;
  const { server, spec, headers } = destination;
  const options: ConstructorParameters<typeof ModernConnection>[0] = {
    surroundings,
    serve: (own, request) => exchangeWithModern(own, request, tools),
  };
  let connection: ModernConnection;
  if (spec.transport === 'http') {
    const wire = new ModernHttpWire({ server, url: spec.url ?? '', headers, http: connectors.http(destination), watchdog });
    connection = new ModernConnection(options, wire, wire);
  } else {
    const duplex = await connectors.stdio(destination);
    connection = new ModernConnection(options, new DuplexWire(duplex, server), undefined);
    plug(duplex, connection);
  }
  if (discover) connection.noteDiscovered(discover);
  return connection;
}
