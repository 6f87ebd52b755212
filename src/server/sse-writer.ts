// Writes Server-Sent Events to one HTTP response: back-pressure as a promise, keep-alive comments, a bound on what a slow reader may owe.
// Never throws and never rejects, whatever the reader does.
import type { ServerResponse } from 'node:http';
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
    return this.#open;
  }

  /** One event; `data` is one line, as mcp/message.ts writes it. The promise resolves when the reader can take more, or is gone. */
  event(data: string, id: string | undefined): Promise<void> | undefined {
    return this.#write(id === undefined ? `data: ${data}\n\n` : `id: ${id}\ndata: ${data}\n\n`);
  }

  /** An event that carries only an id and the pause before a reconnect (MCP 2025-11-25, transports, sending messages). */
  prime(id: string, retryMs: number): void {
    void this.#write(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
  }

  /** Sends the head before the first event. */
  flush(): void {
    if (this.#open) this.#response.flushHeaders();
  }

  end(): void {
    if (!this.#open) return;
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
    if (!this.#open || this.#drained !== undefined) return;
    if (nowMs - this.#lastWriteMs >= this.#limits.keepAliveMs) {
      this.#lastWriteMs = nowMs;
      void this.#write(': keep-alive\n\n');
    }
  }

  #write(text: string): Promise<void> | undefined {
    if (!this.#open) return undefined;
    if (this.#response.write(text)) return undefined;
    if (this.#response.writableLength > this.#limits.maxBufferedBytes && this.#drained !== undefined) {
      this.destroy();
      return undefined;
    }
    if (this.#drained === undefined) {
      let resolve: () => void = () => undefined;
      const promise = new Promise<void>((done) => {
        resolve = done;
      });
      this.#drained = { promise, resolve };
    }
    return this.#drained.promise;
  }

  #release(): void {
    const waiting = this.#drained;
    this.#drained = undefined;
    waiting?.resolve();
  }
}
