// Decodes an event stream (WHATWG HTML, "Server-sent events", parsing an event stream) chunk by chunk, in linear time and bounded memory.
// Pull-style like LineReader: feed one chunk, take events until there is none. Knows nothing of MCP or of sockets.
import type { SseEvent } from './channel.ts';
import { LineReader } from './line-reader.ts';

/** Bytes of one event (all its lines together, plus LINE_COST_BYTES for each). */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;
/** A reconnection time above this is read as this, milliseconds. */
export const MAX_RETRY_MS = 3_600_000;
/** What one line counts for beside its text, so that a flood of empty `data` lines meets the bound as well. */
const LINE_COST_BYTES = 16;
const BOM = '\ufeff';

export class SseParser {
  readonly #lines: LineReader;
  readonly #maxEventBytes: number;
  #firstLine = true;
  #cost = 0;
  #event = '';
  #data: string | undefined;
  #moreData: string[] | undefined;
  #id: string | undefined;
  #retryMs: number | undefined;
  #overflowed = false;

  constructor(maxEventBytes = MAX_EVENT_BYTES) {
    this.#maxEventBytes = maxEventBytes;
    this.#lines = new LineReader({ maxLineBytes: maxEventBytes, crEndsLine: true });
  }

  /** An event was larger than allowed: no further event comes out. */
  get overflowed(): boolean {
    return this.#overflowed || this.#lines.overflowed;
  }

  /** Takes the next chunk; every event of the chunk before must have been taken. */
  feed(chunk: Buffer): void {
    this.#lines.feed(chunk);
  }

  /**
   * The next complete event, or undefined when more bytes are needed. `id` and `retryMs` are those of this very event, not remembered ones.
   * A block without data that carries an id or a retry is an event with empty data (2025-11-25 transports: priming event); other blocks without
   * data are dropped, and so is an unfinished event at the end of the stream.
   */
  next(): SseEvent | undefined {
    while (!this.#overflowed) {
      const line = this.#lines.next();
      if (line === undefined) return undefined;
      if (line === '') {
        const event = this.#finishEvent();
        if (event) return event;
        continue;
      }
      this.#cost += line.length + LINE_COST_BYTES;
      if (this.#cost > this.#maxEventBytes + LINE_COST_BYTES) this.#overflowed = true;
      else this.#takeLine(line);
    }
    return undefined;
  }

  #takeLine(raw: string): void {
    const line = this.#firstLine && raw.startsWith(BOM) ? raw.slice(1) : raw;
    this.#firstLine = false;
    const colon = line.indexOf(':');
    if (colon === 0) {
      // A comment: keep-alive of some servers. It is no part of an event and must not add up over a long quiet stream.
      this.#cost -= raw.length + LINE_COST_BYTES;
      return;
    }
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === 'data') this.#addData(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id') {
      if (!value.includes('\0')) this.#id = value;
    } else if (field === 'retry') {
      if (/^[0-9]+$/.test(value)) this.#retryMs = Math.min(Number(value), MAX_RETRY_MS);
    }
  }

  #addData(value: string): void {
    if (this.#data === undefined) this.#data = value;
    else {
      this.#moreData ??= [this.#data];
      this.#moreData.push(value);
    }
  }

  #finishEvent(): SseEvent | undefined {
    const worth = this.#data !== undefined || this.#id !== undefined || this.#retryMs !== undefined;
    const event = worth
      ? {
          event: this.#event === '' ? 'message' : this.#event,
          data: this.#moreData ? this.#moreData.join('\n') : (this.#data ?? ''),
          id: this.#id,
          retryMs: this.#retryMs,
        }
      : undefined;
    this.#cost = 0;
    this.#event = '';
    this.#data = undefined;
    this.#moreData = undefined;
    this.#id = undefined;
    this.#retryMs = undefined;
    return event;
  }
}
