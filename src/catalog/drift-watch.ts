// Tells of definitions that differ from the approved ones: once each, several together, however often a server changes its mind. Storms cost one
// look a second. Forgets what it told of when it differs no more.
import type { Compared } from './drift.ts';

/** Between a sign of change and the look, milliseconds: what comes meanwhile is looked at together. */
export const SETTLE_MS = 250;
/** Between two looks at one server, milliseconds. */
export const PAUSE_MS = 1_000;

export interface DriftWatchOptions {
  /** Called at each look, whether or not there is anything to compare with. */
  looking(org: string, server: string): void;
  /** Everything the server states against its snapshot; undefined when there is nothing to compare with. */
  compare(org: string, server: string): readonly Compared[] | undefined;
  /** Called with what was not told of yet. Never rejects. */
  tell(org: string, server: string, drift: readonly Compared[]): Promise<void>;
}

export class DriftWatch {
  readonly #options: DriftWatchOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #again = new Set<string>();
  readonly #told = new Map<string, ReadonlySet<string>>();
  #isClosed = false;

  constructor(options: DriftWatchOptions) {
    this.#options = options;
  }

  /** Something about this server's definitions is, or may be, not as before. Cheap. */
  noticed(org: string, server: string): void {
    const key = `${org}\n${server}`;
    if (this.#isClosed) return;
    if (this.#timers.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#arm(key, SETTLE_MS);
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #arm(key: string, afterMs: number): void {
    this.#timers.set(key, setTimeout(() => this.#look(key), afterMs).unref());
  }

  #look(key: string): void {
    const [org = '', server = ''] = key.split('\n');
    this.#again.delete(key);
    this.#options.looking(org, server);
    void this.#tellNew(org, server, key).finally(() => {
      this.#timers.delete(key);
      if (this.#again.has(key) && !this.#isClosed) this.#arm(key, PAUSE_MS);
    });
  }

  async #tellNew(org: string, server: string, key: string): Promise<void> {
    const drift = (this.#options.compare(org, server) ?? []).filter(({ state }) => state !== 'approved' && state !== 'rejected');
    const before = this.#told.get(key);
    const news = drift.filter((one) => !before?.has(nameOf(one)));
    if (drift.length === 0) this.#told.delete(key);
    else this.#told.set(key, new Set(drift.map(nameOf)));
    if (news.length > 0) await this.#options.tell(org, server, news);
  }
}

function nameOf({ kind, name, state, now }: Compared): string {
  return `${state} ${kind} ${now?.hash ?? ''} ${name}`;
}
