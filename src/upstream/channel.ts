// The two shapes of a connection to a server: a duplex message channel (stdio, old HTTP+SSE) and request/response HTTP (streamable HTTP).
// Types only. Implementations bound every buffer and never let a server's garbage become an exception in the gateway.
import type { Abortable } from '../lib/cutoff.ts';

/** A duplex channel of JSON-RPC texts, one message each. */
export interface Duplex {
  /** Resolves when the transport took it (back-pressure). Rejects with GatewayError `upstream_closed`. */
  send(text: string): Promise<void>;
  /** One listener; set before the first send. A returned promise pauses reading until it resolves. */
  onMessage(listener: (text: string) => Promise<void> | undefined): void;
  /** Resolves once, when the channel is gone for whatever reason; `reason` is for the operator. */
  readonly closed: Promise<{ reason: string }>;
  /** Graceful then forceful; resolves when nothing of it is left (process group reaped, sockets closed). */
  close(): Promise<void>;
}

export interface SseEvent {
  /** `message` when the stream named none. */
  event: string;
  data: string;
  id: string | undefined;
  retryMs: number | undefined;
}

export interface HttpExchange {
  method: 'POST' | 'GET' | 'DELETE';
  url: string;
  /** Those of the connection: the same object for every request, for it is read once. */
  headers: Readonly<Record<string, string>>;
  /** Of this request alone, which count before those; only such as the protocol asks for. */
  ownHeaders?: Readonly<Record<string, string>> | undefined;
  body: string | undefined;
  signal: Abortable;
  /** Milliseconds without a byte before the exchange fails with `upstream_timeout`; undefined: no such limit (standing streams). */
  idleTimeoutMs: number | undefined;
  /** Called once, before any event. */
  onHeaders?(status: number, headers: Record<string, string>): void;
  /** SSE only. A returned promise pauses reading until it resolves. */
  onEvent?(event: SseEvent): Promise<void> | undefined;
}

/** Resolves when the body is complete (SSE: when the stream ended). Redirects are not followed. */
export interface HttpAnswer {
  status: number;
  /** Lower-cased names; repeated headers joined by `, `. */
  headers: Record<string, string>;
  body: 'json' | 'sse' | 'empty' | 'other';
  /** Whole body for json and other (bounded), empty otherwise. */
  text: string;
}

export interface HttpClient {
  /** Rejects with the signal's reason or a GatewayError: `upstream_unreachable` (nothing was sent), `upstream_closed` (it may have been sent),
   * `upstream_timeout`, `upstream_too_large`, `upstream_protocol` (not HTTP, compressed, or a request that cannot be written). */
  exchange(request: HttpExchange): Promise<HttpAnswer>;
  close(): Promise<void>;
}
