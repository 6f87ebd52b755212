// Keeps the latest events of one session's streams so that a broken stream can be resumed (2025-11-25 basic/transports, resumability).
// Bounded in number and bytes, per session and over all sessions; forgets the oldest first. Never replays one stream's events on another.

export interface EventBudget {
  maxEvents: number;
  maxBytes: number;
}

/** Bytes kept by all sessions together. */
export class EventPool {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  hasRoom(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

export interface KeptEvent {
  stream: string;
  seq: number;
  text: string;
  bytes: number;
}

export class EventBuffer {
  readonly #budget: EventBudget;
  readonly #pool: EventPool;
  #events: KeptEvent[] = [];
  #bytes = 0;

  constructor(budget: EventBudget, pool: EventPool) {
    this.#budget = budget;
    this.#pool = pool;
  }

  get size(): number {
    return this.#events.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** False when the event is too large to be kept at all. */
  keep(stream: string, seq: number, text: string): boolean {
    // Two bytes a character is what a string may cost in memory.
    const bytes = text.length * 2;
    if (bytes > this.#budget.maxBytes) return false;
    while (this.#events.length > 0 && (this.#events.length >= this.#budget.maxEvents || this.#bytes + bytes > this.#budget.maxBytes))
      this.#dropOldest();
    while (this.#events.length > 0 && !this.#pool.hasRoom(bytes)) this.#dropOldest();
    if (!this.#pool.hasRoom(bytes)) return false;
    this.#events.push({ stream, seq, text, bytes });
    this.#bytes += bytes;
    this.#pool.take(bytes);
    return true;
  }

  /** Events of this stream after `seq`, oldest first. */
  after(stream: string, seq: number): KeptEvent[] {
    return this.#events.filter((event) => event.stream === stream && event.seq > seq);
  }

  forget(stream: string): void {
    const kept: KeptEvent[] = [];
    for (const event of this.#events) {
      if (event.stream === stream) this.#release(event);
      else kept.push(event);
    }
    this.#events = kept;
  }

  clear(): void {
    for (const event of this.#events) this.#release(event);
    this.#events = [];
  }

  #dropOldest(): void {
    const event = this.#events.shift();
    if (event !== undefined) this.#release(event);
  }

  #release(event: KeptEvent): void {
    this.#bytes -= event.bytes;
    this.#pool.give(event.bytes);
  }
}
