// What one agent holds of one list of one server, and whether it has to be told that it holds something else than it would be given now.
// Pure state. INVARIANT: no order of listing, changing and reading ends with an agent that holds an old view untold (view-shelf.test.ts).
import type { SeenItem } from './view.ts';

export class ViewShelf {
  readonly server: string;
  readonly method: string;
  /** The view it was last given or told of; undefined while it holds nothing that could be out of date. */
  held: bigint | undefined;
  /** The server's list as last read, to be judged again when rules change; undefined when it must be read again. */
  seen: readonly SeenItem[] | undefined;
  /** Something may have changed since the last reading began. */
  isDirty = false;
  /** Under way, until nothing is left to look at. */
  looking: Promise<void> | undefined;
  /** When it was last looked at, and how long after that not again. */
  lookedMs = Number.NEGATIVE_INFINITY;
  pauseMs = 0;
  /** The stream was opened before its view was known: the first reading is told. */
  isOwed = false;
  /** It was given another view than `held` meanwhile: of two views that may be held, one is out of date. */
  #differs = false;
  #changedMs = Number.NEGATIVE_INFINITY;

  constructor(server: string, method: string, held: bigint | undefined) {
    this.server = server;
    this.method = method;
    this.held = held;
  }

  /** Something may have changed now. */
  touch(nowMs: number): void {
    this.isDirty = true;
    this.#changedMs = nowMs;
  }

  /** A list was given to the agent; it was asked for at `askedMs`. True: look again, it may be older than the last change. */
  given(view: bigint, askedMs: number): boolean {
    this.held ??= view;
    if (this.held === view) return false;
    this.#differs = true;
    return askedMs <= this.#changedMs;
  }

  /** This is what it would be given now. True: tell it. */
  settle(view: bigint): boolean {
    const tell = this.isOwed || (this.held !== undefined && (this.#differs || this.held !== view));
    this.held = view;
    this.isOwed = false;
    this.#differs = false;
    return tell;
  }
}
