// The answer to one POST of a legacy agent: JSON while nothing streams, Server-Sent Events from the first message on, resumable by event id.
// A disconnect is not a cancellation (2025-11-25 basic/transports): the stream goes on without a reader and keeps its events.
import type { ServerResponse } from 'node:http';
import { UNAVAILABLE } from '../mcp/error-code.ts';
import { type RequestId, writeError } from '../mcp/message.ts';
import { isAtLeast } from '../mcp/rev-2025-11-25/version.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyEmpty, replyJson, replyRefused } from './http-reply.ts';
import type { Answer } from './outcome-text.ts';
import type { Session, SessionStream } from './session.ts';
import { SseWriter } from './sse-writer.ts';
import type { Ticking } from './ticker.ts';

export interface LegacyStreamOptions {
  /** How many answers end it; Infinity for a standing stream. */
  answers: number;
  /** Write JSON answers as an array. */
  batch: boolean;
  /** Standing streams keep one id for the whole session. */
  id?: string;
  /** Event sequence to go on from. */
  seq?: number;
  /** Time without a message after which it becomes SSE, milliseconds. */
  openAfterMs: number;
  headers?: Record<string, string>;
  /** Events after this one are replayed first: a standing stream that comes back. */
  replayAfter?: number | undefined;
  /** Runs when it had no reader for so long. */
  abandon?: { afterMs: number; run: () => void };
}

export class LegacyStream implements SessionStream, Ticking {
  readonly id: string;
  endedMs: number | undefined;
  readonly #context: AgentContext;
  readonly #session: Session;
  readonly #options: LegacyStreamOptions;
  readonly #acceptsSse: boolean;
  readonly #acceptsJson: boolean;
  readonly #startedMs: number;
  /** The POST's own response until the first byte is written or the agent leaves. */
  #waiting: ServerResponse | undefined;
  #writer: SseWriter | undefined;
  /** Events carry ids from here on; without one nothing can be resumed. */
  #streaming = false;
  #seq: number;
  /** Last event that was written while a reader was there. */
  #deliveredSeq: number;
  #missing: number;
  /** Since when nobody reads, as far as a tick has seen it. */
  #alone: number | undefined;
  readonly #answers: Answer[] = [];

  constructor(context: AgentContext, session: Session, exchange: Exchange, options: LegacyStreamOptions) {
    this.#context = context;
    this.#session = session;
    this.#options = options;
    this.#acceptsSse = exchange.accepts.sse;
    this.#acceptsJson = exchange.accepts.json;
    this.#startedMs = context.ticker.nowMs;
    this.#missing = options.answers;
    this.#seq = options.seq ?? 0;
    this.#deliveredSeq = this.#seq;
    this.id = options.id ?? session.nextStreamId();
    this.#waiting = exchange.response.destroyed ? undefined : exchange.response;
    exchange.response.on('close', () => {
      if (this.#waiting === exchange.response) this.#waiting = undefined;
    });
    if (options.id !== undefined) session.keepStream(this);
    context.ticker.add(this);
  }

  get reachable(): boolean {
    return this.endedMs === undefined && (this.#streaming || (this.#waiting !== undefined && this.#acceptsSse));
  }

  get attached(): boolean {
    return this.#waiting !== undefined || this.#writer?.open === true;
  }

  get streaming(): boolean {
    return this.#streaming;
  }

  get deliveredSeq(): number {
    return this.#deliveredSeq;
  }

  /** A message beside the answers. Dropped when the agent can only take JSON, or left before anything was streamed. */
  send(text: string): Promise<void> | undefined {
    if (!this.reachable) return undefined;
    this.#open();
    return this.#event(text, undefined);
  }

  /** The answer to one request of the POST. */
  answer(id: RequestId, answer: Answer): void {
    this.#missing -= 1;
    if (this.#streaming || (!this.#acceptsJson && answer.status === 200)) {
      this.#open();
      void this.#event(answer.text, id);
    } else this.#answers.push(answer);
    if (this.#missing <= 0) this.#finish();
  }

  /** A cancelled request gets no answer (2025-11-25 basic/utilities/cancellation). */
  skip(): void {
    this.#missing -= 1;
    if (this.#missing <= 0) this.#finish();
  }

  /**
   * Lets the reader go: it comes back after `retryMs` with a GET and the id of the last event it saw, and finds what was said meanwhile
   * (2025-11-25 basic/transports, sending messages). An agent that cannot come back keeps its stream.
   */
  disconnect(retryMs: number): void {
    if (this.endedMs !== undefined || !isAtLeast(this.#session.protocolVersion, '2025-11-25') || !this.reachable) return;
    this.#open();
    const writer = this.#writer;
    writer?.prime(`${this.id}_${this.#seq}`, retryMs);
    writer?.end();
  }

  /** Ends it without further answers. */
  close(): void {
    this.#missing = 0;
    this.#finish();
  }

  /** Opens the SSE response now, without a message. */
  open(): void {
    this.#open();
    this.#writer?.flush();
  }

  /** The response of this POST or GET without a stream: only while nothing was written. */
  takeResponse(): ServerResponse | undefined {
    const response = this.#waiting;
    this.#waiting = undefined;
    return response;
  }

  attach(response: ServerResponse, afterSeq: number): void {
    const waiting = this.takeResponse();
    if (waiting !== undefined) replyRefused(waiting, 409, 'This stream was taken over by a later request.');
    const before = this.#writer;
    const writer = new SseWriter(response, this.#options.headers, this.#context.limits, this.#context.ticker.nowMs, () =>
      this.#detached(writer),
    );
    this.#writer = writer;
    this.#streaming = true;
    before?.end();
    writer.flush();
    this.#replay(writer, afterSeq);
    if (this.endedMs !== undefined) writer.end();
  }

  tick(nowMs: number): void {
    this.#writer?.tick(nowMs);
    if (this.endedMs !== undefined) return;
    this.#watchReader(nowMs);
    if (this.#waiting !== undefined && this.#acceptsSse && nowMs - this.#startedMs >= this.#options.openAfterMs) this.open();
  }

  #watchReader(nowMs: number): void {
    const abandon = this.#options.abandon;
    if (this.attached || abandon === undefined) this.#alone = undefined;
    else {
      this.#alone ??= nowMs;
      if (nowMs - this.#alone >= abandon.afterMs) abandon.run();
    }
  }

  #open(): void {
    const response = this.#waiting;
    if (response === undefined || this.#streaming) return;
    this.#waiting = undefined;
    this.#streaming = true;
    if (this.endedMs === undefined) this.#session.keepStream(this);
    const writer = new SseWriter(response, this.#options.headers, this.#context.limits, this.#context.ticker.nowMs, () =>
      this.#detached(writer),
    );
    this.#writer = writer;
    const seenSeq = this.#options.replayAfter ?? this.#seq;
    if (isAtLeast(this.#session.protocolVersion, '2025-11-25')) writer.prime(`${this.id}_${seenSeq}`, this.#context.limits.retryMs);
    this.#replay(writer, seenSeq);
    for (const answer of this.#answers.splice(0)) void this.#event(answer.text, undefined);
  }

  #replay(writer: SseWriter, afterSeq: number): void {
    for (const event of this.#session.events.after(this.id, afterSeq)) void writer.event(event.text, `${event.stream}_${event.seq}`);
    this.#deliveredSeq = this.#seq;
  }

  /** `answers`: the request this is the answer to; what cannot be kept is replaced by an error so that a resuming agent does not wait for ever. */
  #event(text: string, answers: RequestId | undefined): Promise<void> | undefined {
    this.#seq += 1;
    if (this.#options.id !== undefined) this.#session.standingSeq = this.#seq;
    const kept = !this.#session.ended && this.#session.events.keep(this.id, this.#seq, text);
    if (!kept && answers !== undefined) this.#session.events.keep(this.id, this.#seq, writeError(answers, TOO_LARGE_TO_KEEP));
    if (this.#writer?.open !== true) return undefined;
    this.#deliveredSeq = this.#seq;
    return this.#writer.event(text, `${this.id}_${this.#seq}`);
  }

  #finish(): void {
    if (this.endedMs !== undefined) return;
    this.endedMs = this.#context.ticker.nowMs;
    this.#session.streamEnded(this);
    const response = this.takeResponse();
    if (response !== undefined) this.#writeJson(response);
    this.#writer?.end();
    this.#context.ticker.remove(this);
  }

  #writeJson(response: ServerResponse): void {
    const [first] = this.#answers;
    if (first === undefined) {
      // Every request was cancelled, or the session ended: an empty stream is the only complete answer that answers nothing.
      if (this.#acceptsSse) new SseWriter(response, this.#options.headers, this.#context.limits, 0, undefined).end();
      else replyEmpty(response, 202, this.#options.headers);
      return;
    }
    const status = this.#answers.reduce((worst, answer) => Math.max(worst, answer.status), first.status);
    const text = this.#options.batch ? `[${this.#answers.map((answer) => answer.text).join(',')}]` : first.text;
    const headers = status === 401 ? { ...this.#options.headers, 'www-authenticate': 'Bearer' } : this.#options.headers;
    replyJson(response, status, text, headers);
  }

  #detached(writer: SseWriter): void {
    if (this.#writer === writer) this.#writer = undefined;
  }
}

const TOO_LARGE_TO_KEEP = {
  code: UNAVAILABLE,
  message: 'The connection broke and the answer is too large to be kept for resumption. The call itself ended.',
};
