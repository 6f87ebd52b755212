// Answers that are not over yet, and how much of them nobody has taken: what agents that do not read may cost in memory, all together.
// Never drops an answer while the whole is within its bound.
import type { ServerResponse } from 'node:http';
import type { Ticking } from './ticker.ts';

export class UnreadAnswers implements Ticking {
  readonly #maxBytes: number;
  /** In the order in which they were asked for. */
  readonly #open = new Set<ServerResponse>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Answers that are not over. */
  get size(): number {
    return this.#open.size;
  }

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
  }

  /** Drops the longest waiting readers until the rest is within the bound. */
  tick(): void {
    let bytes = 0;
    for (const response of this.#open) bytes += response.writableLength;
    for (const response of this.#open) {
      if (bytes <= this.#maxBytes) return;
      if (response.writableLength === 0) continue;
      bytes -= response.writableLength;
      response.destroy();
    }
  }
}
