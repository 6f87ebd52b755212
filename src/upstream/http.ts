// The HTTP client towards servers: one connection pool per origin, undici's callback interface (half the cost of its promise interface),
// identity encoding only, no redirects, every buffer bounded. Never sends anything twice.
import { Pool } from 'undici';
import type { AddressGuard, Resolve } from '../lib/address-guard.ts';
import { GatewayError } from '../lib/error.ts';
import { Lru } from '../lib/lru.ts';
import type { HttpAnswer, HttpClient, HttpExchange } from './channel.ts';
import { addressProblem, checkServerUrl, serverGuard } from './guard.ts';
import { AnswerHandler, type AnswerLimits } from './http-answer.ts';
import { MAX_EVENT_BYTES } from './sse-parser.ts';

/** Bytes of one JSON (or other, not streamed) answer. */
export const MAX_UPSTREAM_BODY_BYTES = 16 * 1024 * 1024;
/** Bytes of all response headers together. */
export const MAX_UPSTREAM_HEADER_BYTES = 32 * 1024;
/** Connections to one origin for requests, and as many again for standing GET streams; further exchanges wait for a free one. */
export const MAX_CONNECTIONS_PER_ORIGIN = 1024;
/** Milliseconds for name resolution, TCP and TLS together. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** Milliseconds an idle connection is kept; below the five seconds after which common servers drop theirs. */
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MAX_MS = 60_000;
/** URLs remembered in their parsed form. */
const MAX_KNOWN_URLS = 4096;

export interface HttpClientOptions {
  maxBodyBytes?: number;
  maxEventBytes?: number;
  maxHeaderBytes?: number;
  connectionsPerOrigin?: number;
  connectTimeoutMs?: number;
  /** How names become addresses; the system's way unless given. */
  resolve?: Resolve;
}

/** Headers that belong to the connection, not to the caller: the client sets them itself, whatever a server object says. */
const OWN_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

interface Place {
  origin: string;
  path: string;
  /** Standing streams have a pool of their own: however many there are, a request finds a connection. */
  requests: Pool;
  streams: Pool;
}

export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciClient(options);
}

class UndiciClient implements HttpClient {
  readonly #options: HttpClientOptions;
  readonly #limits: AnswerLimits;
  readonly #guard: AddressGuard;
  readonly #pools = new Map<string, { requests: Pool; streams: Pool }>();
  readonly #places = new Lru<string, Place>(MAX_KNOWN_URLS);
  readonly #flat = new WeakMap<Readonly<Record<string, string>>, readonly string[]>();
  #closed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#guard = serverGuard(options.resolve);
    this.#limits = {
      maxBodyBytes: options.maxBodyBytes ?? MAX_UPSTREAM_BODY_BYTES,
      maxEventBytes: options.maxEventBytes ?? MAX_EVENT_BYTES,
    };
  }

  exchange(request: HttpExchange): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) throw request.signal.reason;
      if (this.#closed) throw new GatewayError('upstream_closed', 'the gateway is shutting down');
      const place = this.#places.get(request.url) ?? this.#newPlace(request.url);
      const handler = new AnswerHandler(request, this.#limits, place.origin, resolve, reject);
      const pool = request.method === 'GET' ? place.streams : place.requests;
      try {
        pool.dispatch(
          // Timeouts are the handler's own: they also cover waiting for a connection, and stand still while the listener is busy.
          {
            path: place.path,
            method: request.method,
            headers: this.#wireHeaders(request),
            body: request.body ?? null,
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          handler,
        );
      } catch (error) {
        handler.onResponseError(null, error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#pools.values()].flatMap((pair) => [pair.requests, pair.streams]);
    this.#pools.clear();
    this.#places.clear();
    await Promise.all(pools.map((pool) => pool.destroy(new Error('the gateway is shutting down'))));
  }

  /** Name, value, name, value …; the form that undici reads fastest. */
  #wireHeaders({ headers, ownHeaders }: HttpExchange): string[] {
    let flat = this.#flat.get(headers);
    if (!flat) {
      flat = flatHeaders(headers);
      this.#flat.set(headers, flat);
    }
    const wired = flat.slice();
    for (const name in ownHeaders) {
      if (Object.hasOwn(headers, name)) return flatHeaders({ ...headers, ...ownHeaders });
      wired.push(name, ownHeaders[name] as string);
    }
    return wired;
  }

  #newPlace(text: string): Place {
    const checked = checkServerUrl(text);
    const problem = checked.url ? addressProblem(this.#guard, checked.url) : checked.problem;
    if (!checked.url || problem !== undefined)
      throw new GatewayError('upstream_unreachable', 'the url of the server cannot be used', { detail: problem ?? '' });
    const { origin } = checked.url;
    let pair = this.#pools.get(origin);
    if (pair === undefined) {
      pair = { requests: this.#newPool(origin), streams: this.#newPool(origin) };
      this.#pools.set(origin, pair);
    }
    const place = { origin, path: checked.url.pathname + checked.url.search, ...pair };
    this.#places.set(text, place);
    return place;
  }

  #newPool(origin: string): Pool {
    return new Pool(origin, {
      connections: this.#options.connectionsPerOrigin ?? MAX_CONNECTIONS_PER_ORIGIN,
      pipelining: 1,
      allowH2: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
      connect: { lookup: this.#guard.lookup, timeout: this.#options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS },
      maxHeaderSize: this.#options.maxHeaderBytes ?? MAX_UPSTREAM_HEADER_BYTES,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }
}

function flatHeaders(headers: Readonly<Record<string, string>>): string[] {
  const flat = ['accept-encoding', 'identity'];
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !OWN_HEADERS.has(name.toLowerCase())) flat.push(name, value);
  }
  return flat;
}
