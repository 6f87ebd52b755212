// The gateway's way to its servers: one request in the agent's terms goes in, the server's answer in the agent's terms comes out.
// Never sends anything without a receipt; never lets a server's fault become anything but a GatewayError.
import type { CallReply } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { ServerSpec } from '../object/kinds.ts';
import { AgentSessions } from './agent-session.ts';
import type { Connection } from './connection.ts';
import { Endpoints, endpointsOf, type RestOf } from './endpoint.ts';
import type { ParkedJudge, UpstreamRequest, UpstreamStatus, Upstreams } from './exchange.ts';
import { failure } from './failure.ts';
import { ListChanges, type ListListener } from './list-changes.ts';
import { Park } from './park.ts';
import { refusedHandshake } from './reply.ts';
import { ServerEntry } from './server-entry.ts';
import { shownUrl, statusOf } from './status.ts';
import type { UpstreamOptions } from './upstream-options.ts';
import { pause, within } from './wait.ts';
import { Watchdog } from './watchdog.ts';

/** Connections to all servers together; the idlest is closed to make room. */
export const MAX_CONNECTIONS = 8_192;
/** Standing streams (listens, GET streams) to one server. */
export const MAX_STREAMS_PER_SERVER = 2_048;
/** How often idle connections are looked for. */
export const SWEEP_MS = 5_000;
/** A server nobody has called for this long and that has no connections is forgotten. */
const FORGET_MS = 3_600_000;

/** Pause before a request that may be repeated is. */
const REPEAT_AFTER_MS = 100;

export function createUpstreams(options: UpstreamOptions): Upstreams {
  return new ServerBook(options);
}

class ServerBook implements Upstreams {
  readonly #options: UpstreamOptions;
  readonly #watchdog: Watchdog;
  readonly #sessions = new AgentSessions();
  readonly #park: Park;
  readonly #servers = new Map<string, ServerEntry>();
  readonly #streams = new Map<ServerEntry, number>();
  readonly #changes: ListChanges;
  readonly #endpoints = new Endpoints();
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#watchdog = new Watchdog(options.clock);
    this.#park = new Park({
      clock: options.clock,
      watchdog: this.#watchdog,
      sealer: options.sealer,
      ...(options.random && { random: options.random }),
      ...(options.parkTtlMs !== undefined && { ttlMs: options.parkTtlMs }),
      ...(options.maxParked !== undefined && { maxParked: options.maxParked }),
    });
    this.#changes = new ListChanges((error) => options.report?.('list_listener_failed', { error: String(error) }));
    this.#sweeper = setInterval(() => this.#sweep(), options.sweepMs ?? SWEEP_MS).unref();
  }

  exchange(request: UpstreamRequest): Promise<CallReply> {
    let server: ServerEntry;
    try {
      request.signal.throwIfAborted();
      if (this.#closed) throw failure('upstream_closed', request.server, 'the gateway stops');
      if (!request.receipt) throw new GatewayError('internal', 'A call without a receipt is not sent.');
      server = this.#choose(request, undefined);
    } catch (error) {
      return Promise.reject(error);
    }
    return request.repeatable ? this.#exchangeTwice(server, request) : this.#exchange(server, request);
  }

  async #exchangeTwice(server: ServerEntry, request: UpstreamRequest): Promise<CallReply> {
    try {
      return await this.#exchange(server, request);
    } catch (error) {
      if (!isLost(error) || request.signal.aborted) throw error;
      const next = this.#choose(request, server.spec.url);
      if (next === server && server.breaker.health !== 'up') throw error;
      if (!(await pause(REPEAT_AFTER_MS, request.signal))) throw request.signal.reason;
      return this.#exchange(next, request);
    }
  }

  /** INVARIANT: what has no `repeatable` is sent at most once (breaker.test.ts). */
  async #exchange(server: ServerEntry, given: UpstreamRequest): Promise<CallReply> {
    const request = server.spec === given.spec ? given : { ...given, spec: server.spec };
    const isStream = request.method === 'subscriptions/listen';
    const caller = callerOf(request);
    if (isStream || server.breaker.restMsFor(caller) > 0) server.breaker.check(caller);
    if (isStream) this.#enterStream(server);
    else if (!server.capacity.tryEnter()) await server.capacity.enter(request.signal, request.spec.timeoutMs);
    const { breaker } = server;
    const count = isStream ? undefined : breaker.count();
    try {
      // Nearly always the server is up: one promise less for each call.
      if (isStream || count) {
        const answer = await this.#send(server, request);
        if (count) breaker.succeeded(count, caller);
        return answer;
      }
      return await breaker.run(caller, () => this.#send(server, request));
    } catch (error) {
      if (count) await breaker.failed(count, caller, error);
      throw error;
    } finally {
      if (isStream) this.#streams.set(server, (this.#streams.get(server) ?? 1) - 1);
      else server.capacity.leave();
    }
  }

  async #send(server: ServerEntry, request: UpstreamRequest): Promise<CallReply> {
    let connection: Connection | undefined;
    try {
      const ready = server.connect(request);
      connection = ready instanceof Promise ? await within(ready, request.signal) : ready;
      connection.enter();
      return await connection.exchange(request);
    } catch (error) {
      const refusal = refusedHandshake(request, error);
      if (refusal) return refusal;
      throw this.#account(server, request, error);
    } finally {
      connection?.left();
    }
  }

  /** The endpoint of this request; there is one only for most servers. */
  #choose(request: UpstreamRequest, avoid: string | undefined): ServerEntry {
    const endpoints = endpointsOf(request.spec);
    if (!endpoints) return this.#serverOf(request, request.spec, '');
    const caller = callerOf(request);
    const restOf: RestOf = (url) => {
      const breaker = this.#servers.get(keyOf(request.org, request.server, url))?.breaker;
      return { forAnybody: breaker?.restMs ?? 0, forCaller: breaker?.restMsFor(caller) ?? 0 };
    };
    const spec = this.#endpoints.choose(request, endpoints, restOf, avoid);
    return this.#serverOf(request, spec, spec.url ?? '');
  }

  async endSession(org: string, sessionId: string): Promise<void> {
    const own = [...this.#servers.values()].filter((server) => server.options.org === org);
    for (const server of own) for (const connection of server.pool.connections()) connection.leave?.(sessionId);
    this.#sessions.end(
      org,
      sessionId,
      own.map((server) => server.options.server),
    );
    for (const server of own) this.#endpoints.endSession(org, server.options.server, sessionId);
    await Promise.all(own.map((server) => server.pool.endSession(sessionId)));
  }

  doomedParked(org: string, judge: ParkedJudge): (() => void)[] {
    return this.#park.doomed(org, judge);
  }

  onListChanged(listener: ListListener): () => void {
    return this.#changes.listen(listener);
  }

  status(): UpstreamStatus[] {
    return statusOf([...this.#servers.values()]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweeper);
    this.#park.close();
    await Promise.all([...this.#servers.values()].map((server) => server.close()));
    this.#changes.close();
    this.#servers.clear();
    this.#watchdog.stop();
  }

  #serverOf(request: UpstreamRequest, spec: ServerSpec, place: string): ServerEntry {
    const key = keyOf(request.org, request.server, place);
    const known = this.#servers.get(key);
    if (known) {
      known.follow(spec);
      return known;
    }
    const { org, server } = request;
    const { clock, connectors, gateway, report } = this.#options;
    const entry = new ServerEntry(
      {
        org,
        server,
        surroundings: {
          connectors,
          clock,
          watchdog: this.#watchdog,
          gateway,
          report: (event, detail) => report?.(event, { org, server, ...detail }),
        },
        tools: { park: this.#park, sessions: this.#sessions },
        listChanged: (what) => this.#changes.note(org, server, what),
        admit: () => this.#admit(server),
        healthChanged: (health) =>
          report?.('server_health', { org, server, health, ...(place === '' ? {} : { endpoint: shownUrl(place) }) }),
        firstRestMs: this.#options.firstRestMs,
      },
      spec,
    );
    this.#servers.set(key, entry);
    return entry;
  }

  #admit(server: string): void {
    if (this.#closed) throw failure('upstream_closed', server, 'the gateway stops');
    let total = 0;
    for (const entry of this.#servers.values()) total += entry.pool.size;
    // The connection being opened is counted already.
    if (total <= (this.#options.maxConnections ?? MAX_CONNECTIONS)) return;
    let victim: { entry: ServerEntry; key: string; lastUsedMs: number } | undefined;
    for (const entry of this.#servers.values()) {
      const idlest = entry.pool.idlest();
      if (idlest && (!victim || idlest.lastUsedMs < victim.lastUsedMs)) victim = { entry, ...idlest };
    }
    if (!victim) throw failure('upstream_overloaded', server, 'the gateway has as many connections as it may');
    victim.entry.pool.evict(victim.key);
  }

  #enterStream(server: ServerEntry): void {
    const open = this.#streams.get(server) ?? 0;
    if (open >= MAX_STREAMS_PER_SERVER) throw failure('upstream_overloaded', server.options.server, 'too many standing streams');
    this.#streams.set(server, open + 1);
  }

  /** The signal's reason and failures pass; anything else a server provoked is a failure of the server, and a bug worth a report. */
  #account(server: ServerEntry, request: UpstreamRequest, error: unknown): unknown {
    if (request.signal.aborted) return request.signal.reason;
    const own = error instanceof GatewayError ? error : failure('upstream_protocol', request.server, String(error), error);
    if (own !== error) this.#options.report?.('unexpected', { org: request.org, server: request.server, error: String(error) });
    server.noteError(own);
    return own;
  }

  #sweep(): void {
    const nowMs = this.#watchdog.nowMs();
    for (const [key, server] of this.#servers) {
      server.pool.sweep(nowMs, server.spec.idleShutdownMs);
      const isIdle = server.pool.size === 0 && server.capacity.inUse === 0 && nowMs - server.lastUsedMs > FORGET_MS;
      if (!isIdle) continue;
      this.#servers.delete(key);
      this.#streams.delete(server);
    }
  }
}

/** Whether the request arrived is not known. */
function isLost(error: unknown): boolean {
  return error instanceof GatewayError && (error.code === 'upstream_unreachable' || error.code === 'upstream_closed');
}

/** An agent is one caller, for whichever of its users it calls. */
function callerOf({ principal, principalKey }: UpstreamRequest): string {
  return principal?.agent ?? principalKey;
}

function keyOf(org: string, server: string, place: string): string {
  return place === '' ? `${org}\n${server}` : `${org}\n${server}\n${place}`;
}
