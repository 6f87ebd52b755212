// One HTTP request to a receiver: guarded connection, no redirect, small bounded answer, one time limit over all of it.
// Never sends anything twice, and never shows the body of an answer to anybody.
import { Agent, type Dispatcher } from 'undici';
import type { AddressGuard, Resolve } from '../lib/address-guard.ts';
import { reach } from './reach.ts';
import { connectionFailure, failed, MAX_RETRY_AFTER_MS, type SendResult } from './send.ts';

/** Bytes of an answer that are read, so that its connection can be used again; none of them is kept. */
const MAX_ANSWER_BYTES = 16 * 1024;
/** After that an answer that is still coming is cut off, and its connection with it. */
const ANSWER_BODY_MS = 2_000;
const MAX_HEADER_BYTES = 16 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
/** Connections to one origin. */
const MAX_CONNECTIONS = 16;

export interface HttpRequest {
  method: 'POST' | 'PUT';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  allowPrivate: boolean;
}

export class HttpPoster {
  readonly #guards: Readonly<Record<'open' | 'closed', AddressGuard>>;
  /** Apart, so that no connection that one may use is lent to the other. */
  readonly #agents: Readonly<Record<'open' | 'closed', Agent>>;

  constructor(resolve: Resolve) {
    this.#guards = { open: reach(resolve, true), closed: reach(resolve, false) };
    this.#agents = { open: agentOf(this.#guards.open), closed: agentOf(this.#guards.closed) };
  }

  /** Never rejects. 2xx is success; everything else, redirects too, is a failure. */
  async send({ method, url: text, headers, body, allowPrivate }: HttpRequest, signal: AbortSignal): Promise<SendResult> {
    const url = URL.parse(text);
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return failed('the address is not an http or https URL');
    if (url.username !== '' || url.password !== '') return failed('the address carries a user name or password; use a header');
    const which = allowPrivate ? 'open' : 'closed';
    try {
      this.#guards[which].checkLiteral(url.hostname);
      const answer = await this.#agents[which].request({
        ...{ origin: url.origin, path: url.pathname + url.search, method, body, signal },
        headers: { 'user-agent': 'sallyport', ...headers },
      });
      // The status says it all: nobody waits for the rest.
      answer.body.dump({ limit: MAX_ANSWER_BYTES, signal: AbortSignal.timeout(ANSWER_BODY_MS) }).catch(() => undefined);
      return resultOf(answer);
    } catch (error) {
      return connectionFailure(signal.aborted ? signal.reason : error);
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#agents).map((agent) => agent.destroy()));
  }
}

function agentOf(guard: AddressGuard): Agent {
  return new Agent({
    connect: { lookup: guard.lookup, timeout: CONNECT_TIMEOUT_MS },
    connections: MAX_CONNECTIONS,
    maxHeaderSize: MAX_HEADER_BYTES,
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function resultOf({ statusCode, headers }: Dispatcher.ResponseData): SendResult {
  if (statusCode >= 200 && statusCode < 300) return { type: 'sent' };
  if (statusCode >= 300 && statusCode < 400) return failed(`answered ${statusCode}: redirects are not followed`);
  // The receiver says that it wants no more of it (Standard Webhooks).
  if (statusCode === 410) return { type: 'failed', error: 'answered 410: gone', final: true };
  return { type: 'failed', error: `answered ${statusCode}`, retryAfterMs: retryAfter(headers['retry-after']) };
}

/** Seconds only; a date is left out. */
function retryAfter(value: string | string[] | undefined): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  return /^\d{1,6}$/.test(text) ? Math.min(MAX_RETRY_AFTER_MS, Number(text) * 1000) : undefined;
}
