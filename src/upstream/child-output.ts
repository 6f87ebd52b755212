// What a child process says beside the protocol: its stderr, and stdout lines that are no messages. Always drained, cut to a bounded length,
// rate-limited, the last lines kept for the operator. Goes to the operator's log only, never to an agent.
import type { Clock } from '../lib/clock.ts';
import type { Veil } from './veil.ts';

/** Bytes of one line that are kept. */
export const MAX_OUTPUT_LINE_BYTES = 4096;
/** Lines per second and child that reach the sink. */
export const MAX_OUTPUT_LINES_PER_SECOND = 100;
/** Last lines remembered, and characters of each. */
export const MAX_REMEMBERED_LINES = 10;
export const MAX_REMEMBERED_CHARACTERS = 300;
const LF = 0x0a;

export type OutputSink = (stream: 'stdout' | 'stderr', line: string) => void;

export class ChildOutput {
  readonly #sink: OutputSink;
  readonly #clock: Clock;
  readonly #veil: Veil;
  #partial = Buffer.alloc(MAX_OUTPUT_LINE_BYTES);
  #partialBytes = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #linesInWindow = 0;
  #dropped = 0;
  #last: string[] = [];

  constructor(sink: OutputSink, clock: Clock, veil?: Veil) {
    this.#sink = sink;
    this.#veil = veil;
    this.#clock = clock;
  }

  /** Most recent lines, oldest first. */
  get lastLines(): readonly string[] {
    return this.#last;
  }

  stderr(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const found = chunk.indexOf(LF, at);
      const end = found < 0 ? chunk.length : found;
      this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes, at, end);
      if (found < 0) return;
      this.#endOfLine();
      at = found + 1;
    }
  }

  /** stderr is over: what stands without a line end is a line too. */
  end(): void {
    if (this.#partialBytes > 0) this.#endOfLine();
    this.#reportDropped();
  }

  /** A stdout line that is no message. */
  stdout(line: string): void {
    this.#emit('stdout', line.slice(0, MAX_OUTPUT_LINE_BYTES));
  }

  #endOfLine(): void {
    const line = this.#partial.toString('utf8', 0, this.#partialBytes);
    this.#partialBytes = 0;
    if (line.trim() !== '') this.#emit('stderr', line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  #emit(stream: 'stdout' | 'stderr', said: string): void {
    const line = this.#veil ? this.#veil(said) : said;
    this.#last.push(line.slice(0, MAX_REMEMBERED_CHARACTERS));
    if (this.#last.length > MAX_REMEMBERED_LINES) this.#last.shift();
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#windowStartMs >= 1000) {
      this.#windowStartMs = nowMs;
      this.#linesInWindow = 0;
      this.#reportDropped();
    }
    if (this.#linesInWindow >= MAX_OUTPUT_LINES_PER_SECOND) {
      this.#dropped++;
      return;
    }
    this.#linesInWindow++;
    this.#write(stream, line);
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#write('stderr', `… ${count} lines not logged (more than ${MAX_OUTPUT_LINES_PER_SECOND} a second)`);
  }

  #write(stream: 'stdout' | 'stderr', line: string): void {
    try {
      this.#sink(stream, line);
    } catch {
      // A log that fails must not take the server's connection with it.
    }
  }
}
