// What the gateway holds of one server: its connections, its era, how busy it is, what last went wrong.
// Opens connections on demand; the caller decides whether one more is affordable.
import type { ServerSpec } from '../object/kinds.ts';
import { Breaker, type Health } from './breaker.ts';
import { Capacity } from './capacity.ts';
import type { Connection, ListChange, Surroundings } from './connection.ts';
import { destinationOf } from './destination.ts';
import { EraBook } from './era-book.ts';
import type { UpstreamRequest } from './exchange.ts';
import { InitializeRefused } from './failure.ts';
import type { LegacyTools } from './legacy-adapter.ts';
import { openConnection } from './open-connection.ts';
import { Pool, placeOf, specDigest } from './pool.ts';

export interface ServerEntryOptions {
  org: string;
  server: string;
  surroundings: Omit<Surroundings, 'destination' | 'listChanged'>;
  tools: LegacyTools;
  listChanged(what: ListChange): void;
  /** The server is left alone, tried again, or well. */
  healthChanged(health: Health): void;
  firstRestMs?: number | undefined;
  /** Makes room for one more connection, or throws `upstream_overloaded`. */
  admit(): void;
}

export class ServerEntry {
  readonly options: ServerEntryOptions;
  readonly pool = new Pool();
  readonly capacity: Capacity;
  breaker: Breaker;
  spec: ServerSpec;
  lastError: string | undefined;
  lastUsedMs = 0;
  #digest: string;
  #eras: EraBook;
  #lastEra: 'legacy' | 'modern' | 'unknown' = 'unknown';

  constructor(options: ServerEntryOptions, spec: ServerSpec) {
    this.options = options;
    this.spec = spec;
    this.capacity = new Capacity(options.server, spec.maxConcurrency);
    this.#digest = specDigest(spec);
    this.#eras = this.#newBook();
    this.breaker = this.#newBreaker();
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
    void this.#eras.close();
    this.#eras = this.#newBook();
    this.#lastEra = 'unknown';
    this.breaker = this.#newBreaker();
    this.pool.retire(this.#nowMs());
  }

  /** The connection this request belongs on. Not a promise when it is open already. */
  connect(request: UpstreamRequest): Connection | Promise<Connection> {
    this.lastUsedMs = this.#nowMs();
    const verdict = this.#eras.known(this.spec, request.lease.fingerprint, () => destinationOf(request));
    if (verdict) {
      const ready = this.pool.ready(placeOf(request, verdict, this.options.tools.sessions).key);
      if (ready) return ready;
    }
    return this.#open(request);
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.close(), this.#eras.close()]);
  }

  noteError(error: { code: string; detail: string | undefined }): void {
    this.lastError = error.detail === undefined ? error.code : `${error.code}: ${error.detail}`;
  }

  async #open(request: UpstreamRequest): Promise<Connection> {
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
        const { surroundings, listChanged, tools } = this.options;
        return openConnection({
          surroundings: { ...surroundings, destination, listChanged },
          request,
          place,
          verdict,
          tools,
          doubtEra: () => eras.doubt(fingerprint),
        });
      })
    );
  }

  #newBook(): EraBook {
    const { connectors, gateway } = this.options.surroundings;
    return new EraBook({ connectors, gateway, nowMs: () => this.#nowMs() });
  }

  #newBreaker(): Breaker {
    const { server, surroundings, healthChanged, firstRestMs } = this.options;
    return new Breaker({ server, clock: surroundings.clock, onChange: healthChanged, firstRestMs });
  }

  #nowMs(): number {
    return this.options.surroundings.watchdog.nowMs();
  }
}
