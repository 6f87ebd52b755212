// The ways to reach servers, assembled: one HTTP client, one orphan guard, processes and old event streams on demand.
// Owns what outlives a single connection; each Duplex belongs to whoever opened it.
import type { Clock } from '../lib/clock.ts';
import { sha256Hex } from '../lib/digest.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import type { Connectors, Destination } from './connection.ts';
import { createHttpClient, type HttpClientOptions } from './http.ts';
import { OrphanGuard } from './orphan-guard.ts';
import { RestartGate } from './restart-gate.ts';
import { openSse } from './sse.ts';
import { type StdioOptions, spawnStdio } from './stdio.ts';
import { veiledClient, veiledDuplex, veilOf } from './veil.ts';

export interface ConnectorOptions {
  clock: Clock;
  /** The gateway's own environment; stdio servers get a short list of names from it (environment.ts). */
  ownEnv: Readonly<Record<string, string | undefined>>;
  /** What a stdio server writes beside the protocol. Operator's log only. */
  onOutput(destination: Destination, stream: 'stdout' | 'stderr', line: string): void;
  /** Told once when servers would outlive a killed gateway. */
  onUnprotected(reason: string): void;
  random?: Random;
  /** `maxBodyBytes` is the size of one message on every transport: a body, an event, a line. */
  http?: HttpClientOptions;
}

/** `close` ends the HTTP client and, when every Duplex was closed before, finds nothing else to end. */
export function createConnectors(options: ConnectorOptions): Connectors & { close(): Promise<void> } {
  const maxBodyBytes = options.http?.maxBodyBytes;
  const http = createHttpClient({ ...(maxBodyBytes !== undefined && { maxEventBytes: maxBodyBytes }), ...options.http });
  const guard = new OrphanGuard({
    path: options.ownEnv.PATH,
    onUnprotected: options.onUnprotected,
    random: options.random ?? systemRandom,
  });
  const gate = new RestartGate(options.clock, options.random ?? systemRandom);
  return {
    http: ({ secrets }) => veiledClient(http, veilOf(secrets)),
    async stdio(destination) {
      const start = () => spawnStdio(stdioOptions(destination, options, guard));
      return veiledDuplex(await gate.start(processKey(destination), start), veilOf(destination.secrets));
    },
    sse: ({ spec, headers, secrets }) => openSse({ http: veiledClient(http, veilOf(secrets)), url: spec.url ?? '', headers }),
    async close() {
      await http.close();
      await guard.close();
    },
  };
}

function stdioOptions(destination: Destination, options: ConnectorOptions, guard: OrphanGuard): StdioOptions {
  const { org, server, spec, env, secrets } = destination;
  return {
    command: spec.command ?? '',
    args: spec.args ?? [],
    cwd: spec.cwd,
    env,
    ownEnv: options.ownEnv,
    label: `${org}/${server}`,
    onOutput: (stream, line) => options.onOutput(destination, stream, line),
    veil: veilOf(secrets),
    guard,
    clock: options.clock,
    ...(options.http?.maxBodyBytes !== undefined && { maxLineBytes: options.http.maxBodyBytes }),
  };
}

/** What makes a process fail the same way again. A digest, because the environment holds credentials. */
function processKey({ org, server, spec, env }: Destination): string {
  const { command = '', args = [], cwd = '' } = spec;
  const pairs = Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(JSON.stringify([org, server, command, args, cwd, pairs]));
}
