// What the gateway remembers of a legacy agent's session towards one server, so that a new connection to that server can be brought to the same state:
// the log level and the resource subscriptions. Bounded; ends with the session.
import { Lru } from '../lib/lru.ts';
import { LOG_LEVELS } from '../mcp/rev-2026-07-28/envelope.ts';

/** Sessions × servers remembered at once; the least recently used is forgotten first. */
export const MAX_AGENT_SESSIONS = 20_000;
/** Resource subscriptions of one session at one server. */
export const MAX_SUBSCRIPTIONS = 1_000;
/** Characters of these subscriptions together. */
export const MAX_SUBSCRIPTION_CHARS = 256 * 1024;

export class AgentSession {
  readonly id: string;
  readonly org: string;
  level: string | undefined;
  /** The revision its handshake asked for. What was agreed on later may be older; the connection stays the same. */
  askedVersion: string | undefined;
  readonly uris = new Set<string>();
  #chars = 0;
  readonly #watchers = new Set<() => Promise<void>>();

  constructor(org: string, id: string) {
    this.org = org;
    this.id = id;
  }

  /** False: too many. */
  subscribe(uri: string): boolean {
    if (this.uris.has(uri)) return true;
    if (!this.hasRoomFor(uri)) return false;
    this.uris.add(uri);
    this.#chars += uri.length;
    return true;
  }

  hasRoomFor(uri: string): boolean {
    return this.uris.has(uri) || (this.uris.size < MAX_SUBSCRIPTIONS && this.#chars + uri.length <= MAX_SUBSCRIPTION_CHARS);
  }

  unsubscribe(uri: string): void {
    if (this.uris.delete(uri)) this.#chars -= uri.length;
  }

  /** `watcher` is called when the set of subscriptions changed, and resolves when the server knows. Never rejects. */
  watch(watcher: () => Promise<void>): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  async changed(): Promise<void> {
    await Promise.all([...this.#watchers].map((watcher) => watcher()));
  }
}

export class AgentSessions {
  readonly #sessions: Lru<string, AgentSession>;

  constructor(max = MAX_AGENT_SESSIONS) {
    this.#sessions = new Lru(max);
  }

  of(org: string, server: string, sessionId: string): AgentSession {
    const key = `${org}\n${sessionId}\n${server}`;
    const known = this.#sessions.get(key);
    if (known) return known;
    const session = new AgentSession(org, sessionId);
    this.#sessions.set(key, session);
    return session;
  }

  end(org: string, sessionId: string, servers: Iterable<string>): void {
    for (const server of servers) this.#sessions.delete(`${org}\n${sessionId}\n${server}`);
  }
}

/** Position in the order of severity, 0 = debug; undefined for what is no level. */
export function levelRank(level: unknown): number | undefined {
  const at = (LOG_LEVELS as readonly unknown[]).indexOf(level);
  return at < 0 ? undefined : at;
}

/** Would someone who asked for `wanted` see a message of `level`? An unknown level of a message is shown. */
export function levelShows(wanted: string | undefined, level: unknown): boolean {
  const floor = levelRank(wanted);
  return floor === undefined || (levelRank(level) ?? floor) >= floor;
}
