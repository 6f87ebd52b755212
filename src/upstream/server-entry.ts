// What the gateway holds of one server: its connections, its era, how busy it is, what last went wrong.
// Opens connections on demand; the caller decides whether one more is affordable.
import type { GatewayError } from '../lib/error.ts';
import { systemRandom } from '../lib/id.ts';
import type { ServerSpec } from '../object/kinds.ts';
import { Capacity } from './capacity.ts';
import type { Connection, Destination, ListChange, Surroundings } from './connection.ts';
import { EraBook } from './era-book.ts';
import type { UpstreamRequest } from './exchange.ts';
import { pause } from './http-stream.ts';
import type { LegacyTools } from './legacy-adapter.ts';
import { InitializeRefused } from './legacy-connection.ts';
import { handshakeOf, openLegacy, openModern } from './open-connection.ts';
import { type Place, Pool, placeOf, specDigest } from './pool.ts';
import { Backoff } from './restart.ts';

/** Longest wait for a process that failed before; beyond it the call fails at once. */
export const MAX_RESTART_WAIT_MS = 2_000;

export interface ServerEntryOptions {
  org: string;
  server: string;
  surroundings: Omit<Surroundings, 'destination' | 'listChanged'>;
  tools: LegacyTools;
  listChanged(what: ListChange): void;
  /** Makes room for one more connection, or throws `upstream_overloaded`. */
  admit(): void;
}

export class ServerEntry {
  readonly options: ServerEntryOptions;
  readonly pool = new Pool();
  readonly capacity: Capacity;
  spec: ServerSpec;
  lastError: string | undefined;
  lastUsedMs = 0;
  /** Waits between attempts to start a process; HTTP needs none. */
  readonly #backoff: Backoff;
  #digest: string;
  #eras: EraBook;
  #lastEra: 'legacy' | 'modern' | 'unknown' = 'unknown';

  constructor(options: ServerEntryOptions, spec: ServerSpec) {
    this.options = options;
    this.spec = spec;
    this.capacity = new Capacity(options.server, spec.maxConcurrency);
    this.#digest = specDigest(spec);
    this.#eras = this.#newBook();
    this.#backoff = new Backoff({ clock: options.surroundings.clock, random: systemRandom });
  }

  get era(): 'legacy' | 'modern' | 'unknown' {
    return this.#lastEra;
  }

  /** The object may have changed since the last call. */
  follow(spec: ServerSpec): void {
    if (spec === this.spec) return;
    this.spec = spec;
    this.capacity.setLimit(spec.maxConcurrency);
    const digest = specDigest(spec);
    if (digest === this.#digest) return;
    this.#digest = digest;
    this.#eras = this.#newBook();
    this.#lastEra = 'unknown';
    this.pool.retire(this.#nowMs());
  }

  /** The connection this request belongs on. Not a promise when it is open already. */
  connect(request: UpstreamRequest): Connection | Promise<Connection> {
    this.lastUsedMs = this.#nowMs();
    const verdict = this.#eras.known(destinationOf(request), request.lease.fingerprint);
    if (verdict) {
      const ready = this.pool.ready(placeOf(request, verdict, this.options.tools.sessions).key);
      if (ready) return ready;
    }
    return this.#open(request);
  }

  noteError(error: GatewayError): void {
    this.lastError = error.detail === undefined ? error.code : `${error.code}: ${error.detail}`;
  }

  async #open(request: UpstreamRequest): Promise<Connection> {
    await this.#waitForRestart(request);
    try {
      return await this.#openOnce(request);
    } catch (error) {
      // A server that refuses the handshake may have become a modern one.
      if (!(error instanceof InitializeRefused) || this.spec.era !== 'auto' || this.spec.transport === 'sse') throw error;
      this.#eras.doubt(request.lease.fingerprint);
      const verdict = await this.#eras.find(destinationOf(request), request.lease.fingerprint);
      if (verdict.era === 'legacy') throw error;
      return this.#openOnce(request);
    }
  }

  /** A short wait is waited out; a long one is an error for whoever comes too early. */
  async #waitForRestart(request: UpstreamRequest): Promise<void> {
    const delayMs = this.#backoff.nextDelayMs();
    if (delayMs > 0 && delayMs <= MAX_RESTART_WAIT_MS && !(await pause(delayMs, request.signal))) throw request.signal.reason;
    const refusal = this.#backoff.refusal(this.lastError ?? 'no further detail');
    if (refusal) throw refusal;
  }

  async #openOnce(request: UpstreamRequest): Promise<Connection> {
    const destination = destinationOf(request);
    const { fingerprint } = request.lease;
    const eras = this.#eras;
    const verdict = await eras.find(destination, fingerprint);
    this.#lastEra = verdict.era;
    const place = placeOf(request, verdict, this.options.tools.sessions);
    return (
      this.pool.ready(place.key) ??
      this.pool.open(place, async () => {
        this.options.admit();
        const surroundings = { ...this.options.surroundings, destination, listChanged: this.options.listChanged };
        const tools = { sessions: this.options.tools.sessions, doubtEra: () => eras.doubt(fingerprint) };
        const opening: Promise<Connection> =
          verdict.era === 'legacy'
            ? openLegacy(this.#legacy(surroundings, request, place))
            : openModern(surroundings, tools, verdict.discover);
        return destination.spec.transport === 'stdio' ? this.#watched(opening) : opening;
      })
    );
  }

  /** A process that cannot be started, or ends by itself, is not started again at once. */
  async #watched(opening: Promise<Connection>): Promise<Connection> {
    try {
      const connection = await opening;
      this.#backoff.succeeded();
      void connection.ended.then(({ own }) => {
        if (!own) this.#backoff.failed();
      });
      return connection;
    } catch (error) {
      if (!(error instanceof InitializeRefused)) this.#backoff.failed();
      throw error;
    }
  }

  #legacy(surroundings: Surroundings, request: UpstreamRequest, place: Place) {
    const clientEra = request.client.era;
    return {
      surroundings,
      tools: this.options.tools,
      clientEra,
      shared: clientEra === 'legacy' && place.sessionId === undefined,
      initialize: handshakeOf(request, place.capabilities, surroundings.gateway),
    };
  }

  #newBook(): EraBook {
    const { connectors, gateway } = this.options.surroundings;
    return new EraBook({ connectors, gateway, nowMs: () => this.#nowMs() });
  }

  #nowMs(): number {
    return this.options.surroundings.watchdog.nowMs();
  }
}

/** The lease holds ready values; literal values of the object hold without it. */
function destinationOf(request: UpstreamRequest): Destination {
  const { org, server, spec, lease } = request;
  return { org, server, spec, headers: headersOf(spec.headers, lease.headers), env: withLiterals(spec.env, lease.env) };
}

function withLiterals(own: ServerSpec['headers'], leased: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (!own) return leased;
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) if (typeof value === 'string') values[name] = value;
  return Object.assign(values, leased);
}

/** Lower-cased, so that a leased header replaces a literal one however it is spelled. */
function headersOf(own: ServerSpec['headers'], leased: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lowered: Record<string, string> = {};
  for (const values of [withLiterals(own, {}), leased])
    for (const [name, value] of Object.entries(values)) lowered[name.toLowerCase()] = value;
  return lowered;
}
