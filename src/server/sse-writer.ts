// Writes Server-Sent Events to one HTTP response: back-pressure as a promise, keep-alive comments, a bound on what a slow reader may owe.
// Never throws and never rejects, whatever the reader does.
import type { ServerResponse } from 'node:http';
import { stepByStep } from '../lib/turn.ts';
import { utf8InSteps } from '../lib/utf8.ts';
import { LONG_CHARS, writePieces } from './http-reply.ts';
import type { AgentServerLimits } from './limits.ts';

const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export class SseWriter {
  readonly #response: ServerResponse;
  readonly #limits: AgentServerLimits;
  #drained: { promise: Promise<void>; resolve: () => void } | undefined;
  #lastWriteMs: number;
  #open = true;
  /** Set while a long event leaves a piece a turn: what waits behind it, and how much that is. */
  #behind: { events: [head: string, data: string][]; chars: number } | undefined;
  /** The end waits behind it as well. */
  #isEnding = false;

  /** The head leaves with the first event, or by `flush`. `onClose` runs once, when the response is over for whatever reason. */
  constructor(
    response: ServerResponse,
    headers: Record<string, string> | undefined,
    limits: AgentServerLimits,
    nowMs: number,
    onClose: (() => void) | undefined,
  ) {
    this.#response = response;
    this.#limits = limits;
    this.#lastWriteMs = nowMs;
    response.on('drain', () => this.#release());
    response.on('close', () => {
      this.#open = false;
      this.#release();
      onClose?.();
    });
    response.on('error', () => undefined);
    if (response.destroyed || response.writableEnded) this.#open = false;
    else response.writeHead(200, headers === undefined ? SSE_HEADERS : { ...SSE_HEADERS, ...headers });
  }

  get open(): boolean {
    return this.#open && !this.#isEnding;
  }

  /** One event; `data` is one line, as mcp/message.ts writes it. The promise resolves when the reader can take more, or is gone. */
  event(data: string, id: string | undefined): Promise<void> | undefined {
    return this.open ? this.#send(id === undefined ? 'data: ' : `id: ${id}\ndata: `, data) : undefined;
  }

  /** An event that carries only an id and the pause before a reconnect (MCP 2025-11-25, transports, sending messages). */
  prime(id: string, retryMs: number): void {
    if (this.open) void this.#send(`id: ${id}\nretry: ${retryMs}\ndata: `, '');
  }

  /** Sends the head before the first event. */
  flush(): void {
    if (this.#open) this.#response.flushHeaders();
  }

  end(): void {
    if (!this.#open) return;
    this.#isEnding = true;
    if (this.#behind !== undefined) return;
    this.#open = false;
    this.#response.end();
    this.#release();
  }

  /** Ends the connection without ceremony. */
  destroy(): void {
    this.#open = false;
    this.#response.destroy();
    this.#release();
  }

  tick(nowMs: number): void {
    // A reader that takes nothing gets no keep-alives either: the listener's stall timeout drops it.
    if (!this.open || this.#drained !== undefined || this.#behind !== undefined) return;
    if (nowMs - this.#lastWriteMs >= this.#limits.keepAliveMs) {
      this.#lastWriteMs = nowMs;
      void this.#write(': keep-alive\n\n');
    }
  }

  #send(head: string, data: string): Promise<void> | undefined {
    if (this.#behind !== undefined) {
      this.#behind.events.push([head, data]);
      this.#behind.chars += data.length;
      if (this.#behind.chars > this.#limits.maxBufferedBytes) this.destroy();
      return this.#open ? this.#waiting() : undefined;
    }
    if (data.length < LONG_CHARS) return this.#write(`${head}${data}\n\n`);
    this.#behind = { events: [], chars: 0 };
    this.#sendLong(head, data).catch(() => this.destroy());
    return this.#waiting();
  }

  /** Nobody else waits for the copying of a long event: it is encoded and handed over a piece a turn, and nothing comes between. */
  async #sendLong(head: string, data: string): Promise<void> {
    const body = await stepByStep(utf8InSteps(data));
    if (!this.#open) return;
    this.#response.write(head);
    await stepByStep(writePieces(this.#response, body));
    if (!this.#open) return;
    this.#response.write('\n\n');
    const waiting = this.#behind?.events ?? [];
    this.#behind = undefined;
    for (const [next, text] of waiting) void this.#send(next, text);
    if (this.#behind !== undefined) return;
    if (this.#isEnding) this.end();
    else if (!this.#response.writableNeedDrain) this.#release();
  }

  #waiting(): Promise<void> {
    this.#drained ??= Promise.withResolvers<void>();
    return this.#drained.promise;
  }

  #write(text: string): Promise<void> | undefined {
    if (!this.#open) return undefined;
    if (this.#response.write(text)) return undefined;
    if (this.#response.writableLength > this.#limits.maxBufferedBytes && this.#drained !== undefined) {
      this.destroy();
      return undefined;
    }
    return this.#waiting();
  }

  #release(): void {
    const waiting = this.#drained;
    this.#drained = undefined;
    waiting?.resolve();
  }
}
