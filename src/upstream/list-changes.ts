// Tells listeners that a server's definitions changed: the first time at once, a storm of changes only once per interval.
// A listener that throws harms neither the others nor the server's connection.
import type { ListChange } from './connection.ts';

/** Changes of one kind at one server within this time are told together. */
export const COALESCE_MS = 250;

export type ListListener = (org: string, server: string, what: ListChange) => void;

export class ListChanges {
  readonly #listeners = new Set<ListListener>();
  /** Key → whether another change came meanwhile. */
  readonly #quiet = new Map<string, { again: boolean; timer: NodeJS.Timeout }>();
  readonly #onFailure: (error: unknown) => void;

  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  listen(listener: ListListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  note(org: string, server: string, what: ListChange): void {
    const key = `${org}\n${server}\n${what}`;
    const quiet = this.#quiet.get(key);
    if (quiet) {
      quiet.again = true;
      return;
    }
    this.#tell(org, server, what);
    const timer = setTimeout(() => {
      const { again } = this.#quiet.get(key) ?? { again: false };
      this.#quiet.delete(key);
      if (again) this.note(org, server, what);
    }, COALESCE_MS).unref();
    this.#quiet.set(key, { again: false, timer });
  }

  close(): void {
    for (const { timer } of this.#quiet.values()) clearTimeout(timer);
    this.#quiet.clear();
    this.#listeners.clear();
  }

  #tell(org: string, server: string, what: ListChange): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(org, server, what);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }
}
