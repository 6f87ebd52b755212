// All sessions of legacy agents in this process: found by id and owner, bounded in number, ended when idle.
// Never tells a stranger that a session exists: not yours, not here and not at all are the same answer.
import type { Surface } from '../call.ts';
import type { Random } from '../lib/id.ts';
import { Lru } from '../lib/lru.ts';
import { EventPool } from './event-buffer.ts';
import type { AgentServerLimits } from './limits.ts';
import { CallEnded } from './running-calls.ts';
import { Session, type SessionFacts } from './session.ts';
import type { Ticking } from './ticker.ts';

/** Random bytes of a session id. */
const ID_BYTES = 24;
/** Pause between two looks for idle sessions, milliseconds. */
const SWEEP_MS = 5_000;
/** Sessions that were taken away, of which it is known whose they were. Whoever comes with an older one hears that there is none. */
export const MAX_EXPELLED = 1_000;
/** What runs on a session that is taken away has this long to answer, milliseconds. */
const EXPEL_GRACE_MS = 100;

export interface SessionTableOptions {
  limits: AgentServerLimits;
  random: Random;
  nowMs: () => number;
  /** Called once for every session that a server may know of, after it ended. */
  onEnd: (session: Session) => void;
}

export class SessionTable implements Ticking {
  readonly #options: SessionTableOptions;
  readonly #pool: EventPool;
  readonly #sessions = new Map<string, Session>();
  readonly #byOwner = new Map<string, Set<Session>>();
  readonly #expelled = new Lru<string, Session>(MAX_EXPELLED);
  #sweptMs = 0;

  constructor(options: SessionTableOptions) {
    this.#options = options;
    this.#pool = new EventPool(options.limits.maxEventBytes);
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** A session that nobody can find yet: `register` makes it so when initialize succeeded. */
  draft(facts: Omit<SessionFacts, 'id'>): Session {
    const id = `sess_${Buffer.from(this.#options.random.bytes(ID_BYTES)).toString('base64url')}`;
    return new Session({ ...facts, id }, this.#options.limits, this.#pool, this.#options.nowMs());
  }

  /** Makes room by ending the longest unused idle session, of the same principal first. False: no room, the session is not registered. */
  register(session: Session): boolean {
    const { maxSessions, maxSessionsPerPrincipal } = this.#options.limits;
    const own = this.#byOwner.get(session.owner) ?? [];
    if (this.#countOf(session.owner) >= maxSessionsPerPrincipal && !this.#endLongestUnused(own)) return false;
    if (this.#sessions.size >= maxSessions && !this.#endLongestUnused(own) && !this.#endLongestUnused(this.#sessions.values()))
      return false;
    this.#sessions.set(session.facts.id, session);
    const siblings = this.#byOwner.get(session.owner);
    if (siblings === undefined) this.#byOwner.set(session.owner, new Set([session]));
    else siblings.add(session);
    return true;
  }

  /** INVARIANT: only who opened it finds it, on the endpoint it was opened on (server/legacy-session.test.ts, "are not found by another principal"). */
  find(id: string, bearerHash: string | undefined, surface: Surface): Session | undefined {
    const session = ownedBy(this.#sessions.get(id), bearerHash, surface);
    if (session) session.lastUsedMs = this.#options.nowMs();
    return session;
  }

  /** One that was taken away, for whoever could find it before. */
  findExpelled(id: string, bearerHash: string | undefined, surface: Surface): Session | undefined {
    return ownedBy(this.#expelled.get(id), bearerHash, surface);
  }

  end(session: Session, code: CallEnded['code'] = 'session_ended'): void {
    session.end(new CallEnded(code));
    if (this.#forget(session)) this.#options.onEnd(session);
  }

  /**
   * Nobody finds it any more; what ran on it was ended and gets the moment it needs to say so. INVARIANT: an old session is no way around a
   * freeze (test/scenario/kill-bypass.test.ts).
   */
  expel(session: Session): void {
    if (this.#sessions.get(session.facts.id) !== session) return;
    this.#forget(session);
    this.#expelled.set(session.facts.id, session);
    setTimeout(() => {
      session.end(new CallEnded('session_ended'));
      this.#options.onEnd(session);
    }, EXPEL_GRACE_MS).unref();
  }

  values(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** Ends a session that never was registered. */
  discard(session: Session): void {
    session.end(new CallEnded('session_ended'));
    this.#options.onEnd(session);
  }

  endWhere(filter: (session: Session) => boolean, code: CallEnded['code'] = 'session_ended'): void {
    for (const session of this.#sessions.values()) if (filter(session)) this.end(session, code);
  }

  tick(nowMs: number): void {
    if (nowMs - this.#sweptMs < Math.min(SWEEP_MS, this.#options.limits.sessionIdleMs)) return;
    this.#sweptMs = nowMs;
    for (const session of this.#sessions.values()) {
      session.sweep(nowMs);
      if (!session.idle) session.lastUsedMs = nowMs;
      else if (nowMs - session.lastUsedMs >= this.#options.limits.sessionIdleMs) this.end(session);
    }
  }

  #forget(session: Session): boolean {
    if (this.#sessions.get(session.facts.id) !== session) return false;
    this.#sessions.delete(session.facts.id);
    const siblings = this.#byOwner.get(session.owner);
    siblings?.delete(session);
    if (siblings?.size === 0) this.#byOwner.delete(session.owner);
    return true;
  }

  #countOf(owner: string): number {
    return this.#byOwner.get(owner)?.size ?? 0;
  }

  #endLongestUnused(candidates: Iterable<Session>): boolean {
    let oldest: Session | undefined;
    for (const session of candidates) {
      if (session.idle && (oldest === undefined || session.lastUsedMs < oldest.lastUsedMs)) oldest = session;
    }
    if (oldest !== undefined) this.end(oldest);
    return oldest !== undefined;
  }
}

function ownedBy(session: Session | undefined, bearerHash: string | undefined, surface: Surface): Session | undefined {
  if (session === undefined || !isSameSurface(session.facts.surface, surface)) return undefined;
  // Hashes, so how long the comparison takes says nothing about the token.
  return session.facts.bearerHash === bearerHash ? session : undefined;
}

function isSameSurface(a: Surface, b: Surface): boolean {
  return a.type === 'all' ? b.type === 'all' : b.type === 'server' && a.server === b.server;
}
