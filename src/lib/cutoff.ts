// An end that one party sets and another hears of: what an AbortController is, for work that few wait on, made and thrown away with every call.
// The engine's own signals cost more than a request does otherwise. Offers what of an AbortSignal is used here; never anything besides `abort`.

/** What may be asked of a signal; an AbortSignal is one. */
export interface Abortable {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
  throwIfAborted(): void;
}

/** Who sets the end; an AbortController is one. */
export interface Aborter {
  readonly signal: Abortable;
  abort(reason?: unknown): void;
}

/** The engine's own kind, where something asks for it: as long as this one lives, it is aborted with it. */
export function nativeSignal(signal: Abortable): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  if (signal.aborted) follow();
  else signal.addEventListener('abort', follow, { once: true });
  return controller.signal;
}

export class Cutoff implements Abortable {
  aborted = false;
  reason: unknown = undefined;
  #listener: (() => void) | undefined;
  #others: (() => void)[] | undefined;

  get signal(): Abortable {
    return this;
  }

  /** Every listener is told once; the first reason stays. A listener must not throw. */
  abort(reason: unknown = new DOMException('This operation was aborted', 'AbortError')): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = [this.#listener, ...(this.#others ?? [])];
    this.#listener = undefined;
    this.#others = undefined;
    for (const listener of listeners) listener?.();
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.aborted) return;
    if (this.#listener === undefined) this.#listener = listener;
    else {
      this.#others ??= [];
      this.#others.push(listener);
    }
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others = this.#others?.filter((other) => other !== listener);
  }
}
