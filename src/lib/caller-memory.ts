// Remembers something for each caller by server and name, so that what a request needs several times is worked out once.
// Holds nothing longer than its caller lives, and never much for one of them.

/** Names remembered for each caller and server, and servers for each caller; beyond that it begins anew. */
export const MAX_REMEMBERED_NAMES = 1_000;

/** `T` is never undefined. Names may be undefined: then what is remembered is about none. */
export class CallerMemory<T extends NonNullable<unknown>> {
  readonly #byCaller = new WeakMap<object, Map<string | undefined, Map<string | undefined, T>>>();

  /** undefined: not remembered. */
  find(caller: object, server: string | undefined, name: string | undefined): T | undefined {
    return this.#byCaller.get(caller)?.get(server)?.get(name);
  }

  /** Returns what it is given. */
  keep(caller: object, server: string | undefined, name: string | undefined, value: T): T {
    let servers = this.#byCaller.get(caller);
    if (!servers) {
      servers = new Map();
      this.#byCaller.set(caller, servers);
    }
    const names = servers.get(server);
    if (names && names.size < MAX_REMEMBERED_NAMES) {
      names.set(name, value);
      return value;
    }
    if (!names && servers.size >= MAX_REMEMBERED_NAMES) servers.clear();
    servers.set(server, new Map([[name, value]]));
    return value;
  }
}
