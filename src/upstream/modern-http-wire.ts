// HTTP towards a modern server (2026-07-28 basic/transports/streamable-http): one POST per request, answered with JSON or an event stream; no session,
// nothing to take up again. Closing the response stream is the cancellation. Never sends a request twice.
import { underSignals } from '../lib/joined-signal.ts';
import { Roster } from '../lib/roster.ts';
import type { HttpAnswer, HttpClient } from './channel.ts';
import { asFailure, failure } from './failure.ts';
import type { Flight } from './flight.ts';
import { lingering, POST_HEADERS, POST_TIMEOUT_MS, receiveEvent, refuse } from './http-stream.ts';
import type { Link, Wire } from './link.ts';
import type { Watchdog } from './watchdog.ts';

export interface ModernHttpWireOptions {
  server: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  http: HttpClient;
  watchdog: Watchdog;
}

export class ModernHttpWire implements Wire {
  readonly cancelsByClosing = true;
  /** Set by the connection before the first send. */
  link: Link | undefined;
  readonly #options: ModernHttpWireOptions;
  readonly #headers: Record<string, string>;
  readonly #end = new AbortController();
  /** Requests whose exchange has not ended, answered or not. */
  readonly #open = new Roster<Flight>();

  constructor(options: ModernHttpWireOptions) {
    this.#options = options;
    this.#headers = { ...options.headers, ...POST_HEADERS };
  }

  send(flight: Flight): void {
    const left = lingering(flight, this.#options.watchdog);
    const ended = () => {
      left();
      this.#open.leave(seat, flight);
    };
    const seat = this.#open.enter(flight);
    const failed = (error: unknown): void => {
      ended();
      flight.reject(asFailure(error, this.#options.server));
    };
    this.#post(flight).then((answer) => {
      ended();
      try {
        this.#answered(flight, answer)?.catch(failed);
      } catch (error) {
        failed(error);
      }
    }, failed);
  }

  async post(text: string, headers?: Readonly<Record<string, string>>): Promise<void> {
    const { http, url } = this.#options;
    const request = { method: 'POST' as const, url, headers: this.#headers, ownHeaders: headers, body: text, idleTimeoutMs: undefined };
    try {
      await underSignals([this.#end.signal], POST_TIMEOUT_MS, (signal) => http.exchange({ ...request, signal }));
    } catch {
      // A notification has no answer; a server that is gone shows on the next request.
    }
  }

  async close(): Promise<void> {
    for (const flight of this.#open) flight.abort.abort();
    this.#end.abort();
  }

  #post(flight: Flight): Promise<HttpAnswer> {
    const { http, url } = this.#options;
    return http.exchange({
      method: 'POST',
      url,
      headers: this.#headers,
      ownHeaders: flight.headers,
      body: flight.text,
      signal: flight.abort.signal,
      idleTimeoutMs: undefined,
      onEvent: (event) => this.link && receiveEvent(this.link, flight, event),
    });
  }

  /** A promise when the agent has to take something first. */
  #answered(flight: Flight, answer: HttpAnswer): Promise<void> | undefined {
    if (flight.settled) return undefined;
    const { server } = this.#options;
    if (answer.status === 401 || answer.status === 403) return refuse(flight, answer, server);
    // Errors ride on 200, 400 and 404 alike.
    const taken = answer.body === 'json' ? this.link?.receive(answer.text, flight) : undefined;
    if (taken) return taken.then(() => this.#judge(flight, answer));
    return this.#judge(flight, answer);
  }

  /** What is left when the answer held no response. */
  #judge(flight: Flight, answer: HttpAnswer): undefined {
    if (flight.settled) return;
    const { server } = this.#options;
    if (answer.status >= 400) return refuse(flight, answer, server);
    if (answer.body === 'sse') flight.reject(failure('upstream_closed', server, 'the stream ended before the response'));
    else flight.reject(failure('upstream_protocol', server, `HTTP ${answer.status} without a response: ${answer.text}`));
  }
}
