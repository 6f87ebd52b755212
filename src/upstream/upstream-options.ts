// What the upstream side is assembled from. Types only.
import type { Clock } from '../lib/clock.ts';
import type { Random } from '../lib/id.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Connectors } from './connection.ts';
import type { StateSealer } from './request-state.ts';

export interface UpstreamOptions {
  connectors: Connectors;
  clock: Clock;
  random?: Random;
  sealer: StateSealer;
  /** How the gateway names itself to servers. */
  gateway: { name: string; version: string };
  /** For the operator's log; carries no arguments, results or credentials. */
  report?: (event: string, detail: JsonObject) => void;
  /** Connections to all servers together. */
  maxConnections?: number;
  /** First rest of a server that failed too often. */
  firstRestMs?: number;
  /** How often idle connections are looked for. */
  sweepMs?: number;
  /** How long an agent may take for a round of answers. */
  parkTtlMs?: number;
  /** Calls that may wait for an agent's next round. */
  maxParked?: number;
}
