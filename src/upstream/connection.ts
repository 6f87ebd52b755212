// What the pool holds: one conversation with one server, in that server's era, for one principal and one credential. Types only.
import type { CallReply, Era } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonObject } from '../lib/json.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { Duplex, HttpClient } from './channel.ts';
import type { UpstreamRequest } from './exchange.ts';
import type { Watchdog } from './watchdog.ts';

export interface Connection {
  readonly era: Era;
  /** Calls and streams on it now. */
  readonly busy: number;
  /** Nothing more can be sent on it. */
  readonly isClosed: boolean;
  /** Resolves when nothing more can be sent on it; `own`: because the gateway closed it. */
  readonly ended: Promise<{ own: boolean }>;
  /** Monotonic time of the last call's start or end. */
  lastUsedMs: number;
  /** Before `exchange` and after it, whatever came of it: it is busy in between. */
  enter(): void;
  left(): void;
  exchange(request: UpstreamRequest): Promise<CallReply>;
  /** An agent session that used it has ended. */
  leave?(sessionId: string): void;
  /** Fails what is in flight with `upstream_closed`, then resolves when nothing is left. Never rejects. */
  close(): Promise<void>;
}

/** Where a server is and with what credential to go there: all a transport needs to know. */
export interface Destination {
  org: string;
  server: string;
  spec: ServerSpec;
  headers: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  /** Secrets in headers and env. */
  secrets?: readonly string[];
}

/** How to reach servers. The HTTP client is owned by whoever passed it in; a Duplex belongs to the connection that opened it. */
export interface Connectors {
  http(destination: Destination): HttpClient;
  /** Rejects with GatewayError `upstream_unreachable`. */
  stdio(destination: Destination): Promise<Duplex>;
  sse(destination: Destination): Promise<Duplex>;
}

export type ListChange = 'tools' | 'prompts' | 'resources';

/** What every connection is given. */
export interface Surroundings {
  destination: Destination;
  connectors: Connectors;
  clock: Clock;
  watchdog: Watchdog;
  /** Name and version the gateway gives itself towards servers. */
  gateway: { name: string; version: string };
  listChanged(what: ListChange): void;
  /** For the operator's log: never arguments, results or credentials. */
  report(event: string, detail: JsonObject): void;
}
