// One HTTP exchange as undici's callbacks see it: collects a bounded body or hands out events, and settles one promise exactly once.
// Never throws into undici, never outlives its promise: whatever arrives after settling is dropped and the connection with it.
import type { Dispatcher } from 'undici';
import { AddressRefused } from '../lib/address-guard.ts';
import { GatewayError } from '../lib/error.ts';
import { ByteCollector } from './byte-collector.ts';
import type { HttpAnswer, HttpExchange } from './channel.ts';
import { SsePump } from './sse-pump.ts';

export interface AnswerLimits {
  maxBodyBytes: number;
  maxEventBytes: number;
}

const ABANDONED = new Error('the exchange is over');

export class AnswerHandler implements Dispatcher.DispatchHandler {
  readonly #request: HttpExchange;
  readonly #limits: AnswerLimits;
  readonly #where: string;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #body = new ByteCollector();
  readonly #onAbort: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pump: SsePump | undefined;
  #settled = false;
  #status = 0;
  #headers: Record<string, string> = {};
  #kind: HttpAnswer['body'] = 'other';

  /** `where` names the origin, for the operator's log. */
  constructor(
    request: HttpExchange,
    limits: AnswerLimits,
    where: string,
    resolve: (answer: HttpAnswer) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#request = request;
    this.#limits = limits;
    this.#where = where;
    this.#resolve = resolve;
    this.#reject = reject;
    const aborted = () => this.#fail(request.signal.reason);
    this.#onAbort = aborted;
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
    if (request.idleTimeoutMs !== undefined) this.#timer = setTimeout(() => this.#onIdle(), request.idleTimeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled) controller.abort(ABANDONED);
    else this.#controller = controller;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    // Interim answers (1xx) say nothing, and do not count as a sign of life: a server could send them for ever.
    if (this.#settled || status < 200) return;
    this.#timer?.refresh();
    this.#status = status;
    this.#headers = joinHeaders(headers);
    const encoding = this.#headers['content-encoding'];
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      this.#fail(
        invalid(
          'the server compressed its answer although it was asked not to',
          `${this.#where}: content-encoding ${encoding.slice(0, 64)}`,
        ),
      );
      return;
    }
    this.#kind = bodyKind(this.#headers['content-type']);
    if (this.#kind !== 'sse' && Number(this.#headers['content-length'] ?? 0) > this.#limits.maxBodyBytes) {
      this.#tooLarge();
      return;
    }
    try {
      this.#request.onHeaders?.(status, this.#headers);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#kind === 'sse') this.#pump = this.#newPump(controller);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#pump) {
      if (!this.#pump.waiting) this.#timer?.refresh();
      this.#pump.push(chunk);
      return;
    }
    this.#timer?.refresh();
    if (this.#body.length + chunk.length > this.#limits.maxBodyBytes) this.#tooLarge();
    else this.#body.append(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    if (this.#pump) {
      this.#pump.end(undefined);
      return;
    }
    const text = this.#body.length === 0 ? '' : withoutBom(this.#body.takeText());
    this.#succeed({ status: this.#status, headers: this.#headers, body: text === '' ? 'empty' : this.#kind, text });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return;
    const failure = failureOf(error, this.#controller !== undefined, this.#where);
    // What the server said before the connection broke still counts: the events that wait are handed out first.
    if (this.#pump) this.#pump.end(failure);
    else this.#fail(failure);
  }

  #newPump(controller: Dispatcher.DispatchController): SsePump {
    const request = this.#request;
    return new SsePump({
      maxEventBytes: this.#limits.maxEventBytes,
      onEvent: (event) => request.onEvent?.(event),
      pause: () => {
        controller.pause();
        clearTimeout(this.#timer);
      },
      resume: () => {
        if (this.#settled) return;
        if (request.idleTimeoutMs !== undefined) this.#timer = setTimeout(() => this.#onIdle(), request.idleTimeoutMs);
        controller.resume();
      },
      done: (failure) => {
        if (failure === undefined) this.#succeed({ status: this.#status, headers: this.#headers, body: 'sse', text: '' });
        else if (failure === 'too_large') this.#tooLarge();
        else this.#fail(failure);
      },
    });
  }

  #onIdle(): void {
    const idleMs = this.#request.idleTimeoutMs;
    this.#fail(new GatewayError('upstream_timeout', `the server sent nothing for ${idleMs} ms`, { detail: this.#where }));
  }

  #tooLarge(): void {
    const max = this.#kind === 'sse' ? this.#limits.maxEventBytes : this.#limits.maxBodyBytes;
    this.#fail(new GatewayError('upstream_too_large', `the server's answer is larger than ${max} bytes`, { detail: this.#where }));
  }

  #succeed(answer: HttpAnswer): void {
    if (this.#settled) return;
    this.#settle();
    this.#resolve(answer);
  }

  #fail(reason: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.#pump?.stop();
    this.#body.clear();
    this.#reject(reason);
    // Frees the connection; for a finished exchange this does nothing.
    this.#controller?.abort(ABANDONED);
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }
}

function bodyKind(contentType: string | undefined): 'json' | 'sse' | 'other' {
  if (contentType === undefined) return 'other';
  const semicolon = contentType.indexOf(';');
  const mediaType = (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  if (mediaType === 'application/json') return 'json';
  return mediaType === 'text/event-stream' ? 'sse' : 'other';
}

function withoutBom(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Names are lower-cased by undici already; only repeated headers need work, and those are rare. */
function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  if (isPlain(headers)) return headers;
  const joined: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name === '__proto__') continue;
    joined[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return joined;
}

function isPlain(headers: Record<string, string | string[] | undefined>): headers is Record<string, string> {
  for (const name in headers) if (typeof headers[name] !== 'string' || name === '__proto__') return false;
  return true;
}

function invalid(message: string, detail: string): GatewayError {
  return new GatewayError('upstream_protocol', message, { detail });
}

/** `started` is true once the request may have reached the server: after that it must not be sent again blindly. */
function failureOf(error: Error, started: boolean, where: string): GatewayError {
  const code = (error as { code?: unknown }).code;
  const detail = `${where}: ${typeof code === 'string' ? `${code} ` : ''}${error.message}`.slice(0, 1024);
  if (error instanceof AddressRefused)
    return new GatewayError('upstream_unreachable', 'the url of the server cannot be used', { detail: `${where}: ${error.message}` });
  if (code === 'UND_ERR_INVALID_ARG')
    return invalid('the request to the server cannot be written; check the headers of the server object', detail);
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new GatewayError('upstream_too_large', "the server's response headers are too large", { detail });
  if (error.name === 'HTTPParserError') return invalid('the server answered with something that is not HTTP', detail);
  if (started) return new GatewayError('upstream_closed', 'the connection to the server broke before the answer was complete', { detail });
  return new GatewayError('upstream_unreachable', 'the server could not be reached', { detail });
}
