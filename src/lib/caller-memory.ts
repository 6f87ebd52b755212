// Remembers something for each caller by server and name, so that what a request needs several times is worked out once.
// Holds nothing longer than its caller lives, and never much for one of them: a caller may ask for as many servers and names as it likes, at any length.

/** Names remembered for each caller, over all servers; beyond that it begins anew. */
export const MAX_REMEMBERED_NAMES = 10_000;
/** Server and name are remembered when they have no more characters than this together. */
export const MAX_REMEMBERED_CHARS = 256;

interface Remembered<T> {
  servers: Map<string | undefined, Map<string | undefined, T>>;
  names: number;
}

/** `T` is never undefined. Names may be undefined: then what is remembered is about none. */
export class CallerMemory<T extends NonNullable<unknown>> {
  readonly #byCaller = new WeakMap<object, Remembered<T>>();

  /** undefined: not remembered. */
  find(caller: object, server: string | undefined, name: string | undefined): T | undefined {
    return this.#byCaller.get(caller)?.servers.get(server)?.get(name);
  }

  /** Returns what it is given. */
  keep(caller: object, server: string | undefined, name: string | undefined, value: T): T {
    if ((server?.length ?? 0) + (name?.length ?? 0) > MAX_REMEMBERED_CHARS) return value;
    let own = this.#byCaller.get(caller);
    const isNew = own?.servers.get(server)?.has(name) !== true;
    if (!own || (isNew && own.names >= MAX_REMEMBERED_NAMES)) {
      own = { servers: new Map(), names: 0 };
      this.#byCaller.set(caller, own);
    }
    const names = own.servers.get(server);
    if (names) names.set(name, value);
    else own.servers.set(server, new Map([[name, value]]));
    if (isNew) own.names++;
    return value;
  }
}
