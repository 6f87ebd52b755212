// Feeds the chunks of one response through the event decoder to a listener that may ask for time. While the listener works, reading is
// paused and what still arrives (at most one socket buffer) waits. Reports its end exactly once and never throws.
import type { SseEvent } from './channel.ts';
import { SseParser } from './sse-parser.ts';

export interface SsePumpOptions {
  maxEventBytes: number;
  /** A returned promise pauses reading until it resolves; throwing or rejecting ends the exchange with that reason. */
  onEvent(event: SseEvent): Promise<void> | undefined;
  pause(): void;
  resume(): void;
  /** undefined: the stream ended in order and every event was taken. Otherwise the reason. */
  done(failure: unknown): void;
}

export class SsePump {
  readonly #options: SsePumpOptions;
  readonly #parser: SseParser;
  #waitingChunks: Buffer[] = [];
  #waiting = false;
  #over: { failure: unknown } | undefined;
  #stopped = false;

  constructor(options: SsePumpOptions) {
    this.#options = options;
    this.#parser = new SseParser(options.maxEventBytes);
  }

  /** The listener has not finished with an event yet. */
  get waiting(): boolean {
    return this.#waiting;
  }

  push(chunk: Buffer): void {
    if (this.#stopped) return;
    if (this.#waiting) {
      this.#waitingChunks.push(chunk);
      return;
    }
    this.#parser.feed(chunk);
    this.#drain();
  }

  /** No more chunks; `failure` is passed on to `done` once the waiting events are handed out. */
  end(failure: unknown): void {
    this.#over = { failure };
    if (!this.#waiting) this.#finish(failure);
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#stopped = true;
    this.#waitingChunks = [];
  }

  #drain(): void {
    try {
      while (!this.#stopped) {
        const event = this.#parser.next();
        if (event === undefined) {
          if (this.#parser.overflowed) {
            this.#finish('too_large');
            return;
          }
          const chunk = this.#waitingChunks.shift();
          if (chunk === undefined) break;
          this.#parser.feed(chunk);
          continue;
        }
        const taken = this.#options.onEvent(event);
        if (taken !== undefined) {
          this.#waitFor(taken);
          return;
        }
      }
    } catch (error) {
      this.#finish(error);
    }
  }

  #waitFor(taken: Promise<void>): void {
    this.#waiting = true;
    if (this.#over === undefined) this.#options.pause();
    taken.then(
      () => {
        this.#waiting = false;
        if (this.#stopped) return;
        this.#drain();
        if (this.#waiting || this.#stopped) return;
        if (this.#over) this.#finish(this.#over.failure);
        else this.#options.resume();
      },
      (error) => {
        this.#waiting = false;
        this.#finish(error);
      },
    );
  }

  #finish(failure: unknown): void {
    if (this.#stopped) return;
    this.stop();
    this.#options.done(failure);
  }
}
