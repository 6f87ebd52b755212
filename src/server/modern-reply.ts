// The answer to one POST of a modern agent: JSON while nothing streams, Server-Sent Events from the first notification on, no event ids.
// Disconnect is cancellation (2026-07-28 basic/transports): when the agent leaves, the call's signal is aborted.
import type { ServerResponse } from 'node:http';
import type { Peer } from '../call.ts';
import type { Aborter } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { type RequestId, writeNotification } from '../mcp/message.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import { withSubscriptionId } from '../mcp/rev-2026-07-28/listen.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyJson } from './http-reply.ts';
import type { Answer } from './outcome-text.ts';
import { CallEnded } from './running-calls.ts';
import { SseWriter } from './sse-writer.ts';
import type { Ticking } from './ticker.ts';

export class ModernReply implements Peer, Ticking {
  /** A modern agent is never asked on a live stream. */
  readonly request = undefined;
  readonly #context: AgentContext;
  readonly #exchange: Exchange;
  readonly #controller: Aborter;
  /** Set for subscriptions/listen: every message on its stream carries this id. */
  readonly #subscriptionId: RequestId | undefined;
  readonly #startedMs: number;
  #writer: SseWriter | undefined;
  #ended = false;

  constructor(context: AgentContext, exchange: Exchange, controller: Aborter, subscriptionId: RequestId | undefined) {
    this.#context = context;
    this.#exchange = exchange;
    this.#controller = controller;
    this.#subscriptionId = subscriptionId;
    this.#startedMs = context.ticker.nowMs;
    context.ticker.add(this);
    if (exchange.response.destroyed) this.#left();
    else exchange.response.on('close', () => this.#left());
  }

  get streaming(): boolean {
    return this.#writer !== undefined;
  }

  /** Dropped when the agent takes JSON only. */
  notify(method: string, params: JsonObject | undefined, paramsText?: string): Promise<void> | undefined {
    if (this.#ended || !this.#exchange.accepts.sse) return undefined;
    const written = writeNotification(
      method,
      this.#subscriptionId === undefined ? (paramsText ?? textOf(params)) : this.#stamped(params, paramsText).text,
    );
    return this.#open(this.#exchange.response).event(written, undefined);
  }

  finish(answer: Answer): void {
    if (this.#ended) return;
    this.#end();
    const { response, accepts } = this.#exchange;
    if (this.#writer !== undefined || (!accepts.json && answer.status === 200)) {
      const writer = this.#open(response);
      void writer.event(answer.text, undefined);
      writer.end();
    } else replyJson(response, answer.status, answer.text, answer.status === 401 ? CHALLENGE : undefined);
  }

  tick(nowMs: number): void {
    if (this.#writer !== undefined) this.#writer.tick(nowMs);
    else if (this.#exchange.accepts.sse && nowMs - this.#startedMs >= this.#context.limits.streamAfterMs)
      this.#open(this.#exchange.response).flush();
  }

  #open(response: ServerResponse): SseWriter {
    this.#writer ??= new SseWriter(response, undefined, this.#context.limits, this.#context.ticker.nowMs, undefined);
    return this.#writer;
  }

  #stamped(params: JsonObject | undefined, paramsText: string | undefined): Payload {
    return withSubscriptionId(params === undefined ? undefined : payload(params, paramsText), this.#subscriptionId ?? '');
  }

  /** INVARIANT: a modern agent that leaves cancels its call (server/modern.test.ts, "disconnect is cancel"). */
  #left(): void {
    if (this.#ended) return;
    this.#end();
    this.#controller.abort(new CallEnded('agent_gone'));
  }

  #end(): void {
    this.#ended = true;
    this.#context.ticker.remove(this);
  }
}

function textOf(params: JsonObject | undefined): string | undefined {
  return params === undefined ? undefined : JSON.stringify(params);
}

const CHALLENGE = { 'www-authenticate': 'Bearer' };
