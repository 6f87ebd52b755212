// Answers that are not over yet, and how much of them nobody has taken: what agents that do not read may cost in memory, all together.
// Never drops an answer while the whole is within its bound.
import type { ServerResponse } from 'node:http';
import { Roster } from '../lib/roster.ts';
import type { Ticking } from './ticker.ts';

export class UnreadAnswers implements Ticking {
  readonly #maxBytes: number;
  readonly #open = new Roster<OpenAnswer>();
  #asked = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Answers that are not over. */
  get size(): number {
    return this.#open.size;
  }

  add(response: ServerResponse): void {
    const open = { response, place: this.#asked++ };
    const seat = this.#open.enter(open);
    response.on('close', () => this.#open.leave(seat, open));
  }

  /** Drops the longest waiting readers until the rest is within the bound. */
  tick(): void {
    let bytes = 0;
    for (const { response } of this.#open) bytes += response.writableLength;
    if (bytes <= this.#maxBytes) return;
    for (const { response } of [...this.#open].sort((a, b) => a.place - b.place)) {
      if (bytes <= this.#maxBytes) return;
      if (response.writableLength === 0) continue;
      bytes -= response.writableLength;
      response.destroy();
    }
  }
}

interface OpenAnswer {
  response: ServerResponse;
  /** In the order in which they were asked for. */
  place: number;
}
