// JSON-RPC over any wire: mints ids, matches responses, restores progress tokens, hands the server's own messages to its owner.
// Late, duplicate, foreign and malformed messages are counted and dropped; none of them becomes an exception.

import type { ClientContext, Peer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import { parseBodySoon } from '../mcp/large-message.ts';
import {
  type ParsedBody,
  type RequestId,
  type RpcError,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
  SERVER_LIMITS,
  writeError,
  writeNotification,
  writeRequest,
  writeResult,
} from '../mcp/message.ts';
import { setIn } from '../mcp/raw-json.ts';
import { asFailure, failure } from './failure.ts';
import { Flight } from './flight.ts';
import { FlightTable } from './flight-table.ts';
import { unstalled } from './wait.ts';
import type { Watchdog } from './watchdog.ts';

/** Carries texts to the server; hands what comes back to `Link.receive`. */
export interface Wire {
  /** Starts the request. Failures go to `flight.reject`; never throws. */
  send(flight: Flight): void;
  /** A notification or response of ours. Never rejects: what is lost is lost. */
  post(text: string, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** Whether closing the request's exchange tells the server that it is cancelled. */
  readonly cancelsByClosing: boolean;
  close(): Promise<void>;
}

export interface LinkOwner {
  /** Must end in one `Link.answer…`; absent: no request of the server is answered but ping. `flight`: the call on whose stream it came, when the wire knows. The promise is back-pressure. */
  onRequest?(message: RpcRequest, flight: Flight | undefined): Promise<void> | undefined;
  /** The promise is back-pressure. */
  onNotification(message: RpcNotification, flight: Flight | undefined): Promise<void> | undefined;
}

export interface Sending {
  method: string;
  params: JsonObject | undefined;
  paramsText: string | undefined;
  peer?: Peer | undefined;
  client?: ClientContext | undefined;
  signal?: Abortable | undefined;
  /** Longest silence; undefined: stands until someone ends it. */
  timeoutMs: number | undefined;
  headers?: Readonly<Record<string, string>> | undefined;
}

export class Link {
  readonly flights = new FlightTable();
  /** Messages that could not be used, since the start. */
  garbage = 0;
  readonly #server: string;
  readonly #wire: Wire;
  readonly #owner: LinkOwner;
  readonly #watchdog: Watchdog;
  #closed = false;

  constructor(server: string, wire: Wire, owner: LinkOwner, watchdog: Watchdog) {
    this.#server = server;
    this.#wire = wire;
    this.#owner = owner;
    this.#watchdog = watchdog;
  }

  /** Sends one request; the flight settles with whatever becomes of it. */
  request(sending: Sending): Flight {
    const id = this.flights.mint();
    const token = progressTokenOf(sending);
    let paramsText = sending.paramsText ?? (sending.params === undefined ? undefined : JSON.stringify(sending.params));
    if (token !== undefined && paramsText !== undefined) paramsText = setIn(paramsText, ['_meta', 'progressToken'], String(id));
    const flight = new Flight({
      id,
      method: sending.method,
      text: writeRequest(id, sending.method, paramsText),
      peer: sending.peer,
      client: sending.client,
      token,
      timeoutMs: sending.timeoutMs,
      nowMs: this.#watchdog.nowMs(),
      headers: sending.headers,
    });
    this.#launch(flight, sending.signal);
    return flight;
  }

  notify(method: string, paramsText?: string, headers?: Readonly<Record<string, string>>): Promise<void> {
    return this.#wire.post(writeNotification(method, paramsText), headers);
  }

  answer(id: RequestId, result: JsonObject): Promise<void> {
    return this.#wire.post(writeResult(id, JSON.stringify(result)));
  }

  answerError(id: RequestId, error: RpcError): Promise<void> {
    return this.#wire.post(writeError(id, error));
  }

  /** One text from the server; a promise means: read no further until it resolves. Never throws. */
  receive(text: string, flight: Flight | undefined): Promise<void> | undefined {
    // 2025-03-26 servers may answer with an array.
    const body = parseBodySoon(text, SERVER_LIMITS);
    return body instanceof Promise ? body.then((read) => this.#take(read, flight)) : this.#take(body, flight);
  }

  /** One text of a channel that many calls use: an agent that does not read holds it up only so long. Until it is read itself, it does. */
  receiveUnnamed(text: string): Promise<void> | undefined {
    const body = parseBodySoon(text, SERVER_LIMITS);
    const take = (read: ParsedBody): Promise<void> | undefined => unstalled(this.#take(read, undefined));
    return body instanceof Promise ? body.then(take) : take(body);
  }

  /** Fails everything in flight; nothing can be sent afterwards. */
  end(reason: string): void {
    this.#closed = true;
    for (const flight of this.flights.values()) flight.reject(failure('upstream_closed', this.#server, reason));
  }

  #take({ messages }: ParsedBody, flight: Flight | undefined): Promise<void> | undefined {
    const waits: Promise<void>[] = [];
    for (const message of messages) {
      const wait = message.shape === 'invalid' ? this.#drop() : this.#dispatch(message, flight);
      if (wait) waits.push(wait);
    }
    return waits.length < 2 ? waits[0] : Promise.all(waits).then(() => undefined);
  }

  #launch(flight: Flight, signal: Abortable | undefined): void {
    const aborted = () => this.#cancel(flight, signal?.reason);
    this.flights.add(flight);
    this.#watchdog.add(flight);
    const expired = () => this.#cancel(flight, failure('upstream_timeout', this.#server));
    const settled = () => {
      this.flights.delete(flight);
      this.#watchdog.delete(flight);
      signal?.removeEventListener('abort', aborted);
    };
    flight.onExpire = expired;
    flight.onSettled = settled;
    if (signal?.aborted) flight.reject(signal.reason);
    else if (this.#closed) flight.reject(failure('upstream_closed', this.#server));
    else {
      signal?.addEventListener('abort', aborted, { once: true });
      this.#wire.send(flight);
    }
  }

  /** 2025-11-25 basic/utilities/cancellation: initialize is never cancelled. */
  #cancel(flight: Flight, reason: unknown): void {
    if (flight.settled) return;
    flight.reject(reason);
    flight.abort.abort(reason);
    if (this.#wire.cancelsByClosing || flight.method === 'initialize' || this.#closed) return;
    void this.notify('notifications/cancelled', JSON.stringify({ requestId: flight.id, reason: 'cancelled by the client or timed out' }));
  }

  #dispatch(message: RpcMessage, flight: Flight | undefined): Promise<void> | undefined {
    if (message.shape === 'response') return this.#answered(message);
    flight?.touch(this.#watchdog.nowMs());
    try {
      if (message.shape === 'request') return this.#owner.onRequest ? this.#owner.onRequest(message, flight) : this.#decline(message);
      if (message.method === 'notifications/progress') return this.#progress(message);
      return this.#owner.onNotification(message, flight);
    } catch (error) {
      flight?.reject(asFailure(error, this.#server));
      return undefined;
    }
  }

  /** Modern servers do not ask by request; what a confused one sends is answered, so that it does not wait. */
  #decline(message: RpcRequest): Promise<void> {
    if (message.method === 'ping') return this.answer(message.id, {});
    return this.answerError(message.id, { code: METHOD_NOT_FOUND, message: 'Method not found' });
  }

  #answered(message: RpcResponse): undefined {
    const flight = this.flights.get(typeof message.id === 'string' ? Number(message.id) : (message.id ?? -1));
    if (flight) flight.resolve(message);
    else this.#drop();
    return undefined;
  }

  #progress(message: RpcNotification): Promise<void> | undefined {
    const flight = this.flights.get(Number(message.params?.progressToken ?? -1));
    if (flight?.token === undefined || !flight.peer || !message.params) return this.#drop();
    const value = message.params.progress;
    if (typeof value === 'number') {
      if (value < flight.progress) return this.#drop();
      flight.progress = value;
    }
    flight.touch(this.#watchdog.nowMs());
    const text = message.paramsText === undefined ? undefined : setIn(message.paramsText, ['progressToken'], JSON.stringify(flight.token));
    return flight.peer.notify(message.method, { ...message.params, progressToken: flight.token }, text);
  }

  #drop(): undefined {
    this.garbage++;
    return undefined;
  }
}

function progressTokenOf(sending: Sending): RequestId | undefined {
  if (!sending.peer || !sending.params) return undefined;
  const meta = sending.params._meta;
  if (!isObject(meta)) return undefined;
  const token = meta.progressToken;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
