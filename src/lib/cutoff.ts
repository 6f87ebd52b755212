// An end that one party sets and another hears of: what an AbortController is, for work that few wait on, made and thrown away with every call.
// The engine's own signals cost more than a request does otherwise. Offers what of an AbortSignal is used here; never anything besides `abort`.

/** What may be asked of a signal; an AbortSignal is one. */
export interface Abortable {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
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
