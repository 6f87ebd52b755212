// One conversation with a legacy server (2025-11-25 and earlier): handshake, log level, subscriptions, and where the server's own messages go.
// What each method means for which agent is legacy-adapter's; this file only keeps the conversation. Never re-sends a request that may have run.
import type { CallReply, Era } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { type AgentSession, levelRank } from './agent-session.ts';
import type { Connection, Surroundings } from './connection.ts';
import type { UpstreamRequest } from './exchange.ts';
import { asFailure, failure, InitializeRefused } from './failure.ts';
import type { LegacyHttpWire } from './legacy-http-wire.ts';
import { Link, type Sending, type Wire } from './link.ts';
import { ServerVoice } from './server-voice.ts';
import type { StandingStream } from './standing-streams.ts';

/** Resources subscribed to at one server over one connection. */
export const MAX_UPSTREAM_SUBSCRIPTIONS = 10_000;

export interface LegacyConnectionOptions {
  surroundings: Surroundings;
  /** Era of the agents on it: never both. */
  clientEra: Era;
  /** Several agent sessions use it. */
  shared: boolean;
  /** Params of the handshake. */
  initialize: Payload;
  /** What each method means (legacy-adapter). */
  serve(connection: LegacyConnection, request: UpstreamRequest): Promise<CallReply>;
}

export class LegacyConnection implements Connection {
  readonly era = 'legacy';
  readonly options: LegacyConnectionOptions;
  readonly sessions = new Map<string, AgentSession>();
  isClosed = false;
  readonly ended: Promise<{ own: boolean }>;
  lastUsedMs: number;
  /** The server's InitializeResult. */
  greeting: Payload = payload({});
  readonly #link: Link;
  readonly #wire: Wire;
  readonly #http: LegacyHttpWire | undefined;
  readonly #voice: ServerVoice;
  /** Who wants which resource: URI → owners. */
  #calls = 0;
  /** How often the server's stream was opened. */
  #openings = 0;
  #end: (how: { own: boolean }) => void = () => undefined;
  readonly #subscribers = new Map<string, Set<object>>();
  #level: string | undefined;
  #confirmed: Promise<void> | undefined;
  #isConfirmed = false;
  /** The GET stream is being opened. */
  #settling: Promise<void> | undefined;
  #reopening: Promise<void> | undefined;

  constructor(options: LegacyConnectionOptions, wire: Wire, http: LegacyHttpWire | undefined) {
    const { watchdog, destination } = options.surroundings;
    this.options = options;
    this.#wire = wire;
    this.#http = http;
    this.lastUsedMs = watchdog.nowMs();
    this.#voice = new ServerVoice({
      clientEra: options.clientEra,
      shared: options.shared,
      sessions: this.sessions,
      watchdog,
      link: () => this.#link,
      listChanged: options.surroundings.listChanged,
    });
    this.#link = new Link(destination.server, wire, this.#voice, watchdog);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    if (!http) return;
    http.link = this.#link;
    const opened = (): void => {
      this.#openings++;
      this.#voice.standing.opened();
    };
    http.onStanding = opened;
  }

  get busy(): number {
    return this.#calls + this.#link.flights.size;
  }

  get link(): Link {
    return this.#link;
  }

  get server(): string {
    return this.options.surroundings.destination.server;
  }

  get timeoutMs(): number {
    return this.options.surroundings.destination.spec.timeoutMs;
  }

  get serverCapabilities(): JsonObject {
    const { capabilities } = this.greeting.value;
    return isObject(capabilities) ? capabilities : {};
  }

  /** Handshake. Rejects with InitializeRefused or another GatewayError; the connection is then of no use. */
  async open(): Promise<void> {
    const { initialize } = this.options;
    const response = await this.#link.request({
      method: 'initialize',
      params: initialize.value,
      paramsText: initialize.text,
      timeoutMs: this.timeoutMs,
    }).answered;
    if (!response.result) throw new InitializeRefused(this.server, response.error ?? { code: 0, message: 'no result' });
    this.greeting = payload(response.result, response.resultText);
    const version = response.result.protocolVersion;
    if (typeof version !== 'string') throw failure('upstream_protocol', this.server, 'initialize answered without protocolVersion');
    this.#http?.agreed(version);
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

  /** One request of an agent or of the gateway. */
  async request(sending: Sending): Promise<RpcResponse> {
    if (!this.#isConfirmed) await this.confirm();
    if (this.#settling) await this.#settling;
    const flight = this.#link.request(sending);
    if (sending.peer) this.#voice.desk.wake();
    return flight.answered;
  }

  notify(method: string, paramsText: string | undefined): Promise<void> {
    return this.#link.notify(method, paramsText);
  }

  /** notifications/initialized: once, before the first request. */
  confirm(): Promise<void> {
    this.#confirmed ??= this.#confirm();
    return this.#confirmed;
  }

  async #confirm(): Promise<void> {
    await this.#link.notify('notifications/initialized');
    await this.#openStanding();
    this.#isConfirmed = true;
  }

  /** Brings what this session set on an earlier connection to this one. */
  async adopt(session: AgentSession): Promise<void> {
    this.sessions.set(session.id, session);
    if (session.level !== undefined) await this.setLevel(this.lowestLevel(session.level));
    for (const uri of session.uris) await this.subscribe(uri, session);
  }

  leave(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    if (!session) return;
    this.sessions.delete(sessionId);
    for (const uri of [...session.uris]) void this.unsubscribe(uri, session);
  }

  /** The level to set so that every session sees what it asked for. */
  lowestLevel(wanted: string): string {
    let lowest = wanted;
    if (!this.options.shared) return lowest;
    for (const { level } of this.sessions.values()) if ((levelRank(level) ?? 99) < (levelRank(lowest) ?? 99)) lowest = level ?? lowest;
    return lowest;
  }

  /** Sets the server's level, unless it is set already. The gateway's own errand: failures are ignored. */
  async setLevel(level: string): Promise<void> {
    if (this.#level === level || this.serverCapabilities.logging === undefined) return;
    this.#level = level;
    await this.errand('logging/setLevel', { level });
  }

  /** For a modern agent's request: the server must send at least this level. */
  async lowerLevelTo(level: string): Promise<void> {
    if (this.#level !== undefined && (levelRank(this.#level) ?? 0) <= (levelRank(level) ?? 0)) return;
    await this.setLevel(level);
  }

  noteLevel(level: string): void {
    this.#level = level;
  }

  /** True when the server has to be told. */
  addSubscriber(uri: string, owner: object): boolean {
    const owners = this.#subscribers.get(uri);
    if (owners) {
      owners.add(owner);
      return false;
    }
    if (this.#subscribers.size >= MAX_UPSTREAM_SUBSCRIPTIONS) return false;
    this.#subscribers.set(uri, new Set([owner]));
    return true;
  }

  /** True when it was the last: the server has to be told. */
  removeSubscriber(uri: string, owner: object): boolean {
    const owners = this.#subscribers.get(uri);
    if (!owners?.delete(owner) || owners.size > 0) return false;
    this.#subscribers.delete(uri);
    return true;
  }

  async subscribe(uri: string, owner: object): Promise<void> {
    if (this.addSubscriber(uri, owner)) await this.errand('resources/subscribe', { uri });
  }

  async unsubscribe(uri: string, owner: object): Promise<void> {
    if (this.removeSubscriber(uri, owner) && !this.isClosed) await this.errand('resources/unsubscribe', { uri });
  }

  async attach(stream: StandingStream): Promise<void> {
    this.#voice.standing.add(stream);
    if (!this.#isConfirmed) await this.confirm();
    // A call that comes right behind the stream must find it there: what a server says meanwhile would be lost.
    const before = this.#openings;
    this.#settling = this.#openStanding().finally(() => {
      this.#settling = undefined;
      // A server without a stream of its own, and one whose stream stood already.
      if (this.#openings === before) stream.opened();
    });
    this.#voice.desk.wake();
  }

  detach(stream: StandingStream): void {
    this.#voice.standing.delete(stream);
    if (!this.#wantsStanding) this.#http?.closeStanding();
  }

  /** A text from a duplex channel, or from the GET stream: no call is named. */
  readonly receive = (text: string): Promise<void> | undefined => this.#link.receiveUnnamed(text);

  /** The channel is gone. */
  lost(reason: string, own = false): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#voice.desk.end();
    this.#link.end(reason);
    this.#end({ own });
  }

  async close(): Promise<void> {
    this.lost('the gateway closed the connection', true);
    await this.#wire.close();
  }

  /** The server forgot the session: a new handshake, and the state of the old one again. Shared by all calls that found out. */
  readonly reopen = (): Promise<void> => {
    this.#reopening ??= this.#reopen()
      .catch((error: unknown) => {
        this.lost('the server forgot the session and accepts no new one');
        throw error;
      })
      .finally(() => {
        this.#reopening = undefined;
      });
    return this.#reopening;
  };

  async #reopen(): Promise<void> {
    this.#http?.forget();
    await this.open();
    await this.#link.notify('notifications/initialized');
    const level = this.#level;
    this.#level = undefined;
    if (level !== undefined) await this.setLevel(level);
    for (const uri of [...this.#subscribers.keys()]) await this.errand('resources/subscribe', { uri });
    this.#http?.closeStanding();
    await this.#openStanding();
  }

  /** Servers push what they ask outside of the call's stream too; a stateless agent has no stream of its own, so the gateway stands in. */
  get #wantsStanding(): boolean {
    return this.options.clientEra === 'modern' || this.#voice.standing.size > 0;
  }

  async #openStanding(): Promise<void> {
    if (this.#wantsStanding) await this.#http?.openStanding(this.receive);
  }

  /** A request of the gateway's own, whose failure nobody waits for. Never rejects. */
  async errand(method: string, params: JsonObject): Promise<void> {
    try {
      await this.request({ method, params, paramsText: undefined, timeoutMs: this.timeoutMs });
    } catch (error) {
      this.options.surroundings.report('errand_failed', { method, error: asFailure(error, this.server).code });
    }
  }
}
