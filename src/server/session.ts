// One session of a legacy agent: who it belongs to, its running calls, its streams, and the questions servers put to it.
// A session id is no credential: whoever presents it must also be who opened it, on the endpoint it was opened on.

import type { ServerResponse } from 'node:http';
import type { ClientContext, Peer, PeerAnswer, Principal, Surface } from '../call.ts';
import type { Abortable, Aborter } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { INTERNAL_ERROR } from '../mcp/error-code.ts';
import { type RequestId, type RpcResponse, writeNotification, writeRequest } from '../mcp/message.ts';
import type { LegacyVersion } from '../mcp/rev-2025-11-25/version.ts';
import { EventBuffer, type EventPool } from './event-buffer.ts';
import type { AgentServerLimits } from './limits.ts';
import { CallEnded } from './running-calls.ts';

/** What a session needs of a stream. */
export interface SessionStream {
  readonly id: string;
  readonly endedMs: number | undefined;
  /** False when nothing sent on it can reach the agent any more. */
  readonly reachable: boolean;
  /** A reader is connected. */
  readonly attached: boolean;
  /** Last event that was written while a reader was there. */
  readonly deliveredSeq: number;
  /** Goes on towards another reader, after the events it has not seen. */
  attach(response: ServerResponse, afterSeq: number): void;
  send(text: string): Promise<void> | undefined;
  /** Lets its reader go, to come back after `retryMs`. */
  disconnect(retryMs: number): void;
  close(): void;
}

export interface SessionFacts {
  id: string;
  surface: Surface;
  /** Of the bearer token it was opened with. */
  bearerHash: string | undefined;
  protocolVersion: LegacyVersion;
  capabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  createdMs: number;
}

interface Asked {
  stream: SessionStream;
  settle(answer: PeerAnswer): void;
}

export class Session {
  readonly facts: SessionFacts;
  readonly events: EventBuffer;
  /** Streams that run, and ended ones whose events are still kept. */
  readonly streams = new Map<string, SessionStream>();
  /** Sequence number of the last event on the standing stream, over all its connections. */
  standingSeq = 0;
  protocolVersion: LegacyVersion;
  lastUsedMs: number;
  readonly #limits: AgentServerLimits;
  readonly #running = new Map<string, Aborter>();
  readonly #asked = new Map<number, Asked>();
  #principal: Principal | undefined;
  #owner = principalKey(undefined);
  #askedSeq = 0;
  #streamSeq = 0;
  #ended = false;

  constructor(facts: SessionFacts, limits: AgentServerLimits, pool: EventPool, nowMs: number) {
    this.facts = facts;
    this.protocolVersion = facts.protocolVersion;
    this.lastUsedMs = nowMs;
    this.#limits = limits;
    this.events = new EventBuffer({ maxEvents: limits.maxEventsPerSession, maxBytes: limits.maxEventBytesPerSession }, pool);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get principal(): Principal | undefined {
    return this.#principal;
  }

  /** Who may use it, as one comparable text. */
  get owner(): string {
    return this.#owner;
  }

  /** Said once, by the initialize that opened it. */
  belongTo(principal: Principal | undefined): void {
    this.#principal = principal;
    this.#owner = principalKey(principal);
  }

  get client(): ClientContext {
    return {
      era: 'legacy',
      protocolVersion: this.protocolVersion,
      capabilities: this.facts.capabilities,
      clientInfo: this.facts.clientInfo,
      sessionId: this.facts.id,
      logLevel: undefined,
    };
  }

  /** Nothing runs on it and nobody listens. */
  get idle(): boolean {
    if (this.#running.size > 0) return false;
    for (const stream of this.streams.values()) if (stream.endedMs === undefined) return false;
    return true;
  }

  nextStreamId(): string {
    this.#streamSeq += 1;
    return `p${this.#streamSeq}`;
  }

  /** False when the id is in use or too much runs already; then nothing was registered. */
  begin(id: RequestId, controller: Aborter): 'begun' | 'duplicate' | 'full' | 'ended' {
    if (this.#ended) return 'ended';
    const key = keyOf(id);
    if (this.#running.has(key)) return 'duplicate';
    if (this.#running.size >= this.#limits.maxInFlightPerSession) return 'full';
    this.#running.set(key, controller);
    return 'begun';
  }

  finish(id: RequestId): void {
    this.#running.delete(keyOf(id));
  }

  /** The standing stream runs like a call, but has no id to be cancelled by. */
  beginStanding(controller: Aborter): void {
    this.#running.set(STANDING_KEY, controller);
  }

  finishStanding(): void {
    this.#running.delete(STANDING_KEY);
  }

  /** Makes a stream resumable. Forgets the oldest ended one when there are too many. */
  keepStream(stream: SessionStream): void {
    this.streams.set(stream.id, stream);
    if (this.streams.size <= this.#limits.maxStreamsPerSession) return;
    for (const other of this.streams.values()) {
      if (other.endedMs === undefined) continue;
      this.streams.delete(other.id);
      this.events.forget(other.id);
      return;
    }
  }

  cancel(id: RequestId): void {
    this.#running.get(keyOf(id))?.abort(new CallEnded('agent_cancelled'));
  }

  /** The way back to the agent for one call. */
  peer(stream: SessionStream, canAsk: boolean): Peer {
    return {
      notify: (method, params, paramsText) => stream.send(writeNotification(method, textOf(params, paramsText))),
      request: canAsk ? (method, params, signal) => this.#ask(stream, method, params, signal) : undefined,
      disconnect: (retryMs) => stream.disconnect(retryMs),
    };
  }

  /** INVARIANT: an answer reaches only a question of this very session (server/legacy-stream.test.ts, "take no answer from another session"). */
  answer(response: RpcResponse): boolean {
    const asked = typeof response.id === 'number' ? this.#asked.get(response.id) : undefined;
    if (asked === undefined) return false;
    if (response.error !== undefined) asked.settle({ error: response.error });
    else asked.settle({ result: response.result ?? {} });
    return true;
  }

  /** The stream is over: nobody will answer what was asked on it. */
  streamEnded(stream: SessionStream): void {
    for (const asked of this.#asked.values()) if (asked.stream === stream) asked.settle(unanswerable('the call it belonged to is over'));
  }

  end(reason: CallEnded): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const controller of this.#running.values()) controller.abort(reason);
    for (const asked of this.#asked.values()) asked.settle(unanswerable('the session ended'));
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
    this.events.clear();
  }

  /** Forgets ended streams whose time to be resumed is over. */
  sweep(nowMs: number): void {
    for (const stream of this.streams.values()) {
      if (stream.endedMs === undefined || nowMs - stream.endedMs < this.#limits.resumeTtlMs) continue;
      this.streams.delete(stream.id);
      this.events.forget(stream.id);
    }
  }

  #ask(stream: SessionStream, method: string, params: JsonObject | undefined, signal: Abortable): Promise<PeerAnswer> {
    if (this.#ended || signal.aborted || !stream.reachable) return Promise.resolve(unanswerable('the agent is gone'));
    if (this.#asked.size >= this.#limits.maxAskedPerSession)
      return Promise.resolve(unanswerable('too many requests to this agent are unanswered'));
    this.#askedSeq += 1;
    const id = this.#askedSeq;
    return new Promise((resolve) => {
      const settle = (answer: PeerAnswer): void => {
        this.#asked.delete(id);
        signal.removeEventListener('abort', onAbort);
        resolve(answer);
      };
      const onAbort = (): void => {
        settle(unanswerable('the call was ended'));
        void stream.send(
          writeNotification('notifications/cancelled', JSON.stringify({ requestId: id, reason: 'The call it belonged to ended.' })),
        );
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#asked.set(id, { stream, settle });
      void stream.send(writeRequest(id, method, textOf(params, undefined)));
    });
  }
}

export function principalKey(principal: Principal | undefined): string {
  return principal === undefined ? '' : JSON.stringify([principal.org, principal.agent, principal.user ?? null]);
}

/** Cannot be the key of a request id: those start with n or s. */
const STANDING_KEY = '*';

/** Ids of different types are different ids: 1 is not "1". */
function keyOf(id: RequestId): string {
  return typeof id === 'number' ? `n${id}` : `s${id}`;
}

function textOf(params: JsonObject | undefined, paramsText: string | undefined): string | undefined {
  return paramsText ?? (params === undefined ? undefined : JSON.stringify(params));
}

function unanswerable(why: string): PeerAnswer {
  return { error: { code: INTERNAL_ERROR, message: `The agent did not answer: ${why}.` } };
}
