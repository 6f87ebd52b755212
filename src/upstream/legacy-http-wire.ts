// Streamable HTTP towards a legacy server (2025-11-25 basic/transports): session id, version header, POST streams that can be taken up again,
// the standing GET stream. A request is sent again only when the server refused it because it did not know the session.
import type { Abortable } from '../lib/cutoff.ts';
import { underSignals } from '../lib/joined-signal.ts';
import { Roster } from '../lib/roster.ts';
import { SESSION_NOT_FOUND } from '../mcp/error-code.ts';
import { parseMessageSoon } from '../mcp/large-message.ts';
import { SERVER_LIMITS } from '../mcp/message.ts';
import type { HttpAnswer, HttpClient, SseEvent } from './channel.ts';
import { asFailure, failure } from './failure.ts';
import type { Flight } from './flight.ts';
import { lingering, POST_HEADERS, POST_TIMEOUT_MS, receiveEvent, refuse } from './http-stream.ts';
import type { Link, Wire } from './link.ts';
import { pause } from './wait.ts';
import type { Watchdog } from './watchdog.ts';

const DEFAULT_RETRY_MS = 1_000;
const MIN_RETRY_MS = 10;
const MAX_RETRY_MS = 30_000;
/** Broken GET streams are opened again after 1, 2, 4 … seconds. */
const MAX_STANDING_BACKOFF_MS = 60_000;
/** How long the first call waits for the GET stream to be there. */
const STANDING_WAIT_MS = 1_000;
const DELETE_TIMEOUT_MS = 2_000;

export interface LegacyHttpWireOptions {
  server: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  http: HttpClient;
  watchdog: Watchdog;
  /** The server does not know the session (any more). Resolves when there is a new one; rejects when there cannot be one. */
  onExpired(): Promise<void>;
}

export class LegacyHttpWire implements Wire {
  readonly cancelsByClosing = false;
  /** Set by the connection before the first send. */
  link: Link | undefined;
  /** Called when the server answered a GET, whatever it said: what is said from then on is heard, if anything is. */
  onStanding: (() => void) | undefined;
  readonly #options: LegacyHttpWireOptions;
  readonly #baseHeaders: Record<string, string>;
  #headers: Record<string, string>;
  #sessionId: string | undefined;
  #standing: AbortController | undefined;
  readonly #end = new AbortController();
  /** Requests whose exchange has not ended, answered or not. */
  readonly #open = new Roster<Flight>();
  /** HTTP status of the last initialize; undefined when the server could not be reached. */
  greetedStatus: number | undefined;

  constructor(options: LegacyHttpWireOptions) {
    this.#options = options;
    this.#baseHeaders = { ...options.headers, ...POST_HEADERS };
    this.#headers = this.#baseHeaders;
  }

  get hasSession(): boolean {
    return this.#sessionId !== undefined;
  }

  /** After the handshake: what every further request carries. */
  agreed(protocolVersion: string): void {
    this.#headers = { ...this.#baseHeaders, 'mcp-protocol-version': protocolVersion };
    if (this.#sessionId !== undefined) this.#headers['mcp-session-id'] = this.#sessionId;
  }

  /** Before a new handshake. */
  forget(): void {
    this.#sessionId = undefined;
    this.#headers = this.#baseHeaders;
  }

  send(flight: Flight): void {
    const left = lingering(flight, this.#options.watchdog);
    const ended = () => {
      left();
      this.#open.leave(seat, flight);
    };
    const seat = this.#open.enter(flight);
    this.#post(flight).then(ended, (error: unknown) => {
      ended();
      flight.reject(asFailure(error, this.#options.server));
    });
  }

  async post(text: string): Promise<void> {
    const { http, url } = this.#options;
    const request = { method: 'POST' as const, url, headers: this.#headers, body: text, idleTimeoutMs: undefined };
    try {
      await underSignals([this.#end.signal], POST_TIMEOUT_MS, (signal) => http.exchange({ ...request, signal }));
    } catch {
      // Notifications and answers have no answer; a server that is gone shows on the next request.
    }
  }

  /**
   * Opens the GET stream, and opens it again whenever it ends, until `closeStanding`. Resolves when the server has answered, or could have.
   * Does nothing for a server that has none (405).
   */
  openStanding(receive: (text: string) => Promise<void> | undefined): Promise<void> {
    if (this.#standing) return Promise.resolve();
    const abort = new AbortController();
    this.#standing = abort;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, STANDING_WAIT_MS);
      const answered = () => {
        clearTimeout(timer);
        resolve();
      };
      void this.#stand(abort, receive, answered).finally(answered);
    });
  }

  closeStanding(): void {
    this.#standing?.abort();
    this.#standing = undefined;
  }

  async close(): Promise<void> {
    this.closeStanding();
    for (const flight of this.#open) flight.abort.abort();
    if (this.#sessionId !== undefined) await this.#deleteSession();
    this.#end.abort();
  }

  async #post(flight: Flight): Promise<void> {
    const link = this.link;
    if (!link) return;
    const { http, url } = this.#options;
    let answer: HttpAnswer;
    try {
      answer = await http.exchange({
        method: 'POST',
        url,
        headers: this.#headers,
        body: flight.text,
        signal: flight.abort.signal,
        idleTimeoutMs: undefined,
        ...(flight.method === 'initialize' && {
          onHeaders: (status: number, headers: Record<string, string>) => this.#greeted(status, headers),
        }),
        onEvent: (event) => receiveEvent(link, flight, event),
      });
    } catch (error) {
      if (flight.settled) return;
      if (flight.lastEventId === undefined || flight.abort.signal.aborted) throw error;
      return this.#resume(flight, link);
    }
    if (flight.settled) return;
    if (answer.status >= 400) return this.#refused(flight, answer, link);
    if (answer.body === 'sse') {
      if (flight.lastEventId !== undefined) {
        putOff(flight);
        return this.#resume(flight, link);
      }
      return flight.reject(failure('upstream_closed', this.#options.server, 'the stream ended before the response'));
    }
    if (answer.body === 'json') await link.receive(answer.text, flight);
    if (!flight.settled)
      flight.reject(failure('upstream_protocol', this.#options.server, `HTTP ${answer.status} without a response: ${answer.text}`));
  }

  /** Takes the call's stream up again where it broke (2025-11-25 basic/transports, resumability). The flight's deadline ends it. */
  async #resume(flight: Flight, link: Link): Promise<void> {
    while (!flight.settled && flight.lastEventId !== undefined) {
      if (!(await pause(retryMsOf(flight), flight.abort.signal))) return;
      const answer = await this.#get(flight.lastEventId, flight.abort.signal, (event) => receiveEvent(link, flight, event)).catch(
        () => undefined,
      );
      if (flight.settled || !answer) continue;
      if (answer.status >= 400) return refuse(flight, answer, this.#options.server);
      if (answer.body !== 'sse')
        return flight.reject(failure('upstream_protocol', this.#options.server, `GET answered HTTP ${answer.status} without a stream`));
      putOff(flight);
    }
  }

  async #refused(flight: Flight, answer: HttpAnswer, link: Link): Promise<void> {
    if (answer.status === 401 || answer.status === 403) return refuse(flight, answer, this.#options.server);
    if (flight.method !== 'initialize' && (await this.#isSessionUnknown(answer, flight))) {
      if (flight.resent) return flight.reject(failure('upstream_closed', this.#options.server, 'the server forgot the session twice'));
      flight.resent = true;
      await this.#options.onExpired();
      if (!flight.settled) await this.#post(flight);
      return;
    }
    if (answer.body === 'json') await link.receive(answer.text, flight);
    if (!flight.settled) refuse(flight, answer, this.#options.server);
  }

  /** 404 by the specification; 400 with words about the session by several servers in use. An error answer to this very request is an answer. */
  async #isSessionUnknown(answer: HttpAnswer, flight: Flight): Promise<boolean> {
    if (this.#sessionId === undefined) return false;
    if (answer.status !== 404 && !(answer.status === 400 && /session/i.test(answer.text))) return false;
    const message = answer.body === 'json' ? await parseMessageSoon(answer.text, SERVER_LIMITS) : undefined;
    return message?.shape !== 'response' || message.id !== flight.id || message.error?.code === SESSION_NOT_FOUND;
  }

  #greeted(status: number, headers: Record<string, string>): void {
    this.greetedStatus = status;
    if (status < 300) this.#sessionId = headers['mcp-session-id'];
  }

  #get(
    lastEventId: string | undefined,
    signal: Abortable,
    onEvent: (event: SseEvent) => Promise<void> | undefined,
    onHeaders?: () => void,
  ): Promise<HttpAnswer> {
    const headers: Record<string, string> = { ...this.#headers, accept: 'text/event-stream' };
    delete headers['content-type'];
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const { http, url } = this.#options;
    const request = { method: 'GET' as const, url, headers, body: undefined, signal, idleTimeoutMs: undefined, onEvent };
    return http.exchange(onHeaders ? { ...request, onHeaders } : request);
  }

  async #stand(abort: AbortController, receive: (text: string) => Promise<void> | undefined, answered: () => void): Promise<void> {
    let lastEventId: string | undefined;
    let retryMs = DEFAULT_RETRY_MS;
    let failures = 0;
    const onEvent = (event: SseEvent) => {
      if (event.id !== undefined && event.id !== '') lastEventId = event.id;
      if (event.retryMs !== undefined) retryMs = Math.min(Math.max(event.retryMs, MIN_RETRY_MS), MAX_RETRY_MS);
      return event.data === '' || event.event !== 'message' ? undefined : receive(event.data);
    };
    const onHeaders = () => {
      answered();
      if (!abort.signal.aborted) this.onStanding?.();
    };
    while (!abort.signal.aborted) {
      const answer = await this.#get(lastEventId, abort.signal, onEvent, onHeaders).catch(() => undefined);
      if (answer && answer.status >= 400 && answer.status < 500 && answer.status !== 429) break;
      if (answer && answer.status < 400 && answer.body !== 'sse') break;
      failures = answer && answer.status < 400 ? 0 : failures + 1;
      await pause(Math.min(retryMs * 2 ** failures, MAX_STANDING_BACKOFF_MS), abort.signal);
    }
    if (this.#standing === abort) this.#standing = undefined;
  }

  async #deleteSession(): Promise<void> {
    const signal = AbortSignal.timeout(DELETE_TIMEOUT_MS);
    const request = {
      method: 'DELETE' as const,
      url: this.#options.url,
      headers: this.#headers,
      body: undefined,
      signal,
      idleTimeoutMs: undefined,
    };
    await this.#options.http.exchange(request).catch(() => undefined);
  }
}

/** The server closed the call's stream in order and said when to come back: the agent need not hold its connection either. */
function putOff(flight: Flight): void {
  if (flight.retryMs !== undefined) flight.peer?.disconnect?.(retryMsOf(flight));
}

function retryMsOf(flight: Flight): number {
  return Math.min(Math.max(flight.retryMs ?? DEFAULT_RETRY_MS, MIN_RETRY_MS), MAX_RETRY_MS);
}
