// One conversation with a modern server (2026-07-28): no handshake, every request carries its own envelope and headers.
// What each method means for which agent is modern-adapter's; this file only sends and tells messages apart.

import type { CallReply, ClientContext, Peer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { RpcNotification, RpcResponse } from '../mcp/message.ts';
import type { Payload } from '../mcp/raw-json.ts';
import { subscriptionIdOf } from '../mcp/rev-2026-07-28/listen.ts';
import type { Connection, Surroundings } from './connection.ts';
import type { UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import type { Flight } from './flight.ts';
import { Link, type Wire } from './link.ts';
import type { ModernHttpWire } from './modern-http-wire.ts';
import { gatewayParams, headersOf } from './modern-params.ts';

/** How long what a server said about itself counts for legacy agents' handshakes and for listens. */
export const DISCOVER_MAX_AGE_MS = 60_000;

export interface ModernConnectionOptions {
  surroundings: Surroundings;
  /** What each method means (modern-adapter). */
  serve(connection: ModernConnection, request: UpstreamRequest): Promise<CallReply>;
}

/** What goes out for one request of an agent. */
export interface ModernSending {
  method: string;
  /** With the envelope. */
  params: Payload;
  peer: Peer | undefined;
  client: ClientContext | undefined;
  signal: Abortable | undefined;
  timeoutMs: number | undefined;
  inputSchema: JsonObject | undefined;
}

export class ModernConnection implements Connection {
  readonly era = 'modern';
  readonly options: ModernConnectionOptions;
  isClosed = false;
  lastUsedMs: number;
  readonly ended: Promise<{ own: boolean }>;
  #calls = 0;
  #end: (how: { own: boolean }) => void = () => undefined;
  #discovered: { value: JsonObject; atMs: number } | undefined;
  #discovering: Promise<JsonObject> | undefined;
  readonly #link: Link;
  readonly #wire: Wire;
  readonly #overHttp: boolean;

  constructor(options: ModernConnectionOptions, wire: Wire, http: ModernHttpWire | undefined) {
    const { watchdog, destination } = options.surroundings;
    this.options = options;
    this.#wire = wire;
    this.#overHttp = http !== undefined;
    this.lastUsedMs = watchdog.nowMs();
    this.#link = new Link(destination.server, wire, { onNotification: this.#onNotification }, watchdog);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (http) http.link = this.#link;
  }

  get busy(): number {
    return this.#calls + this.#link.flights.size;
  }

  get server(): string {
    return this.options.surroundings.destination.server;
  }

  get timeoutMs(): number {
    return this.options.surroundings.destination.spec.timeoutMs;
  }

  enter(): void {
    this.#calls++;
    this.lastUsedMs = this.options.surroundings.watchdog.nowMs();
  }

  left(): void {
    this.#calls--;
    this.lastUsedMs = this.options.surroundings.watchdog.nowMs();
  }

  exchange(request: UpstreamRequest): Promise<CallReply> {
    return this.options.serve(this, request);
  }

  request(sending: ModernSending): Promise<RpcResponse> {
    return this.#link.request({
      method: sending.method,
      params: sending.params.value,
      paramsText: sending.params.text,
      peer: sending.peer,
      client: sending.client,
      signal: sending.signal,
      timeoutMs: sending.timeoutMs,
      headers: this.#overHttp ? headersOf(sending.method, sending.params.value, sending.inputSchema) : undefined,
    }).answered;
  }

  notify(method: string, params: Payload | undefined): Promise<void> {
    const headers = this.#overHttp ? headersOf(method, params?.value, undefined) : undefined;
    return this.#link.notify(method, params?.text, headers);
  }

  /** What the server says about itself, at most DISCOVER_MAX_AGE_MS old. Rejects with GatewayError. */
  discover(): Promise<JsonObject> {
    const nowMs = this.options.surroundings.watchdog.nowMs();
    if (this.#discovered && nowMs - this.#discovered.atMs < DISCOVER_MAX_AGE_MS) return Promise.resolve(this.#discovered.value);
    this.#discovering ??= this.#discover().finally(() => {
      this.#discovering = undefined;
    });
    return this.#discovering;
  }

  noteDiscovered(value: JsonObject): void {
    this.#discovered = { value, atMs: this.options.surroundings.watchdog.nowMs() };
  }

  async serverCapabilities(): Promise<JsonObject> {
    const { capabilities } = await this.discover();
    return isObject(capabilities) ? capabilities : {};
  }

  readonly receive = (text: string): Promise<void> | undefined => this.#link.receiveUnnamed(text);

  lost(reason: string, own = false): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#link.end(reason);
    this.#end({ own });
  }

  async close(): Promise<void> {
    this.lost('the gateway closed the connection', true);
    await this.#wire.close();
  }

  async #discover(): Promise<JsonObject> {
    const params = gatewayParams(this.options.surroundings.gateway);
    const sending = { method: 'server/discover', params, peer: undefined, client: undefined, signal: undefined, inputSchema: undefined };
    const response = await this.request({ ...sending, timeoutMs: this.timeoutMs });
    if (!response.result)
      throw failure('upstream_protocol', this.server, `server/discover: ${response.error?.code} ${response.error?.message}`);
    this.noteDiscovered(response.result);
    return response.result;
  }

  readonly #onNotification = (message: RpcNotification, named: Flight | undefined): Promise<void> | undefined => {
    this.#noteListChange(message.method);
    const flight = named ?? this.#flightOf(message);
    return flight?.peer?.notify(message.method, message.params, message.paramsText);
  };

  #noteListChange(method: string): void {
    const { listChanged } = this.options.surroundings;
    if (method === 'notifications/tools/list_changed') listChanged('tools');
    else if (method === 'notifications/prompts/list_changed') listChanged('prompts');
    else if (method === 'notifications/resources/list_changed') listChanged('resources');
  }

  /** stdio: a subscription id names the listen; a log message belongs to the newest call that wants logs. */
  #flightOf(message: RpcNotification): Flight | undefined {
    const id = subscriptionIdOf(message.params);
    if (id !== undefined) return this.#link.flights.get(Number(id));
    return this.#link.flights.newest((flight) => flight.peer !== undefined && flight.method !== 'subscriptions/listen');
  }
}
