// The transport of MCP 2024-11-05 (HTTP with server-sent events), client side: one GET stream brings an address and then every message,
// each message of ours is a POST to that address. Never posts to another origin: the address comes from the server, the credential from us.
import { GatewayError } from '../lib/error.ts';
import type { Duplex, HttpClient, SseEvent } from './channel.ts';
import { checkServerUrl } from './guard.ts';

/** Milliseconds until the stream must have brought the address to post to. */
export const DEFAULT_OPEN_TIMEOUT_MS = 15_000;
/** Milliseconds without a byte until a POST counts as lost; the answer to the message itself comes on the stream, however late. */
export const DEFAULT_POST_TIMEOUT_MS = 30_000;

export interface SseOptions {
  http: HttpClient;
  /** Address of the stream. */
  url: string;
  /** Sent with the GET and with every POST. */
  headers: Readonly<Record<string, string>>;
  /** Gives up opening. Does nothing once the channel is open. */
  signal?: AbortSignal;
  openTimeoutMs?: number;
  postTimeoutMs?: number;
}

/**
 * Resolves once the server has named its address. Rejects with GatewayError: `upstream_protocol` (not this transport, or a foreign address), `upstream_auth`,
 * `upstream_timeout`, or what the HTTP client rejects with. A lost stream is not opened again: the session behind it is gone.
 */
export async function openSse(options: SseOptions): Promise<Duplex> {
  const channel = new SseChannel(options);
  await channel.open(options.signal);
  return channel;
}

class SseChannel implements Duplex {
  readonly closed: Promise<{ reason: string }>;
  readonly #options: SseOptions;
  readonly #stop = new AbortController();
  readonly #resolveClosed: (value: { reason: string }) => void;
  readonly #opened = Promise.withResolvers<void>();
  readonly #listening = Promise.withResolvers<void>();
  readonly #posts = new Set<Promise<unknown>>();
  #stream: Promise<void> = Promise.resolve();
  #address: string | undefined;
  #listener: ((text: string) => Promise<void> | undefined) | undefined;
  #reason: string | undefined;

  constructor(options: SseOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<{ reason: string }>();
    this.closed = promise;
    this.#resolveClosed = resolve;
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    const openTimeoutMs = this.#options.openTimeoutMs ?? DEFAULT_OPEN_TIMEOUT_MS;
    const late = new GatewayError('upstream_timeout', `the server did not open its event stream within ${openTimeoutMs} ms`);
    const timer = setTimeout(() => this.#fail(late), openTimeoutMs);
    const onAbort = () => this.#fail(signal?.reason);
    if (signal?.aborted) onAbort();
    else {
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#stream = this.#read();
    }
    try {
      await this.#opened.promise;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  onMessage(listener: (text: string) => Promise<void> | undefined): void {
    this.#listener = listener;
    this.#listening.resolve();
  }

  send(text: string): Promise<void> {
    const post = this.#post(text);
    this.#posts.add(post);
    const forget = () => this.#posts.delete(post);
    post.then(forget, forget);
    return post;
  }

  async close(): Promise<void> {
    this.#finish('closed by the gateway');
    await this.#stream;
    await Promise.allSettled(this.#posts);
  }

  async #post(text: string): Promise<void> {
    if (this.#reason !== undefined || this.#address === undefined) throw this.#closedError();
    const answer = await this.#options.http
      .exchange({
        method: 'POST',
        url: this.#address,
        headers: withOwn(this.#options.headers, { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }),
        body: text,
        signal: this.#stop.signal,
        idleTimeoutMs: this.#options.postTimeoutMs ?? DEFAULT_POST_TIMEOUT_MS,
      })
      .catch((error) => {
        throw this.#stop.signal.aborted ? this.#closedError() : error;
      });
    if (answer.status < 200 || answer.status > 299) throw refused(answer.status);
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    try {
      await this.#options.http.exchange({
        method: 'GET',
        url: this.#options.url,
        headers: withOwn(this.#options.headers, { accept: 'text/event-stream' }),
        body: undefined,
        signal: this.#stop.signal,
        idleTimeoutMs: undefined,
        onHeaders: (status, headers) => this.#checkStart(status, headers['content-type']),
        onEvent: (event) => this.#onEvent(event),
      });
      this.#fail(new GatewayError('upstream_closed', 'the server ended its event stream'));
    } catch (error) {
      this.#fail(error);
    }
  }

  #checkStart(status: number, contentType: string | undefined): void {
    if (status !== 200) throw refused(status);
    if (!/^\s*text\/event-stream\s*(?:;|$)/i.test(contentType ?? '')) {
      throw new GatewayError('upstream_protocol', 'the server answered with no event stream', {
        detail: `content-type ${contentType?.slice(0, 100)}`,
      });
    }
  }

  #onEvent(event: SseEvent): Promise<void> | undefined {
    if (event.event === 'endpoint') this.#takeAddress(event.data);
    if (event.event !== 'message' || event.data === '' || this.#address === undefined || this.#reason !== undefined) return undefined;
    if (this.#listener) return this.#listener(event.data);
    return this.#listening.promise.then(() => this.#listener?.(event.data));
  }

  /** Only the first address counts. */
  #takeAddress(data: string): void {
    if (this.#address !== undefined) return;
    const resolved = URL.parse(data, this.#options.url);
    const checked = resolved ? checkServerUrl(resolved.href) : { problem: 'it cannot be read' };
    const origin = new URL(this.#options.url).origin;
    const problem = checked.problem ?? (resolved?.origin === origin ? undefined : `it is not at ${origin}`);
    if (problem !== undefined || !resolved) {
      throw new GatewayError('upstream_protocol', 'the server named an address for messages that must not be used', {
        detail: problem ?? 'it cannot be read',
      });
    }
    this.#address = resolved.href;
    this.#opened.resolve();
  }

  #fail(error: unknown): void {
    this.#opened.promise.catch(() => {});
    this.#opened.reject(error);
    const reason =
      error instanceof GatewayError ? `${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}` : String(error);
    this.#finish(reason.slice(0, 1024));
  }

  #finish(reason: string): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#listening.resolve();
    this.#stop.abort(this.#closedError());
    this.#resolveClosed({ reason });
  }

  #closedError(): GatewayError {
    return new GatewayError(
      'upstream_closed',
      'the connection to the server is closed',
      this.#reason === undefined ? {} : { detail: this.#reason },
    );
  }
}

function refused(status: number): GatewayError {
  const auth = status === 401 || status === 403;
  return new GatewayError(auth ? 'upstream_auth' : 'upstream_protocol', `the server answered HTTP ${status}`);
}

/** The transport's own headers win, whatever case the given ones are in. */
function withOwn(given: Readonly<Record<string, string>>, own: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = { ...own };
  for (const name in given) {
    const value = given[name];
    if (value !== undefined && !(name.toLowerCase() in own)) headers[name] = value;
  }
  return headers;
}
