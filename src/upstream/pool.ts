// The connections to one server: found by who uses them, opened once, closed when idle, replaced when the server's object changes.
// INVARIANT: a connection is used by one principal with one credential only (pool.test.ts).
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import { LATEST_LEGACY_VERSION } from '../mcp/rev-2025-11-25/version.ts';
import { toLegacyClientCapabilities } from '../mcp/translate/capability.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { AgentSessions } from './agent-session.ts';
import type { Connection } from './connection.ts';
import type { Verdict } from './era-book.ts';
import type { UpstreamRequest } from './exchange.ts';

/** Connections whose server object changed end their calls first, but not longer than this. */
export const DRAIN_MS = 60_000;

export interface Place {
  key: string;
  /** Agent session the connection belongs to; undefined: shared. */
  sessionId: string | undefined;
  /** What the server is told the client can do. */
  capabilities: JsonObject;
}

interface Held {
  place: Place;
  connection: Connection;
}

export class Pool {
  readonly #held = new Map<string, Held>();
  readonly #opening = new Map<string, Promise<Connection>>();
  /** Until when each may finish its calls. */
  readonly #draining = new Map<Connection, number>();
  #drainedByMs = 0;

  get size(): number {
    return this.#held.size + this.#opening.size + this.#draining.size;
  }

  connections(): Connection[] {
    return [...[...this.#held.values()].map(({ connection }) => connection), ...this.#draining.keys()];
  }

  /** An open connection, without waiting. */
  ready(key: string): Connection | undefined {
    const held = this.#held.get(key);
    if (!held) return undefined;
    if (!held.connection.isClosed) return held.connection;
    this.#held.delete(key);
    return undefined;
  }

  /** Opens at most one connection per key at a time; everybody who asks meanwhile gets it. */
  open(place: Place, opener: () => Promise<Connection>): Promise<Connection> {
    const running = this.#opening.get(place.key);
    if (running) return running;
    // The opener sees itself counted in `size`.
    const opening = Promise.resolve()
      .then(opener)
      .then((connection) => {
        if (this.#opening.get(place.key) === opening) this.#held.set(place.key, { place, connection });
        else this.#draining.set(connection, this.#drainedByMs); // retired while it was being opened
        return connection;
      })
      .finally(() => {
        if (this.#opening.get(place.key) === opening) this.#opening.delete(place.key);
      });
    this.#opening.set(place.key, opening);
    return opening;
  }

  /** Nobody new gets a connection that is open now; they are closed when their calls have ended. */
  retire(nowMs: number): void {
    this.#drainedByMs = nowMs + DRAIN_MS;
    for (const { connection } of this.#held.values()) this.#draining.set(connection, this.#drainedByMs);
    this.#held.clear();
    this.#opening.clear();
    this.sweep(nowMs, Number.POSITIVE_INFINITY);
  }

  /** Closes what is idle for longer than `idleMs` and what has drained. A connection of a living agent session is not idle. */
  sweep(nowMs: number, idleMs: number): void {
    for (const [key, { place, connection }] of this.#held) {
      const isIdle = connection.busy === 0 && place.sessionId === undefined && nowMs - connection.lastUsedMs > idleMs;
      if (!isIdle && !connection.isClosed) continue;
      this.#held.delete(key);
      void connection.close();
    }
    for (const [connection, deadlineMs] of this.#draining) {
      if (connection.busy > 0 && nowMs < deadlineMs) continue;
      this.#draining.delete(connection);
      void connection.close();
    }
  }

  /** The connection that has been idle the longest; undefined when all are in use. */
  idlest(): { key: string; lastUsedMs: number } | undefined {
    let idlest: { key: string; lastUsedMs: number } | undefined;
    for (const [key, { connection }] of this.#held) {
      if (connection.busy > 0 || (idlest && idlest.lastUsedMs <= connection.lastUsedMs)) continue;
      idlest = { key, lastUsedMs: connection.lastUsedMs };
    }
    return idlest;
  }

  evict(key: string): void {
    const held = this.#held.get(key);
    this.#held.delete(key);
    void held?.connection.close();
  }

  /** Connections of an agent session that ended. */
  async endSession(sessionId: string): Promise<void> {
    const own = [...this.#held].filter(([, { place }]) => place.sessionId === sessionId);
    for (const [key] of own) this.#held.delete(key);
    await Promise.all(own.map(([, { connection }]) => connection.close()));
  }

  async close(): Promise<void> {
    const all = this.connections();
    const opening = [...this.#opening.values()];
    this.#held.clear();
    this.#draining.clear();
    this.#opening.clear();
    await Promise.all([
      ...all.map((connection) => connection.close()),
      ...opening.map((one) => one.then((connection) => connection.close()).catch(() => undefined)),
    ]);
  }
}

const specDigests = new WeakMap<ServerSpec, string>();

/** Over what a connection depends on; a changed label closes nothing. */
export function specDigest(spec: ServerSpec): string {
  const known = specDigests.get(spec);
  if (known !== undefined) return known;
  const { transport, url, command, args, cwd, env, headers, era } = spec;
  const digest = sha256Hex(canonicalJson({ transport, url, command, args, cwd, env, headers, era }));
  specDigests.set(spec, digest);
  return digest;
}

/** Where a request belongs. Legacy servers hold state per connection: one per agent session over HTTP, one per capability set always. */
export function placeOf(request: UpstreamRequest, verdict: Verdict, sessions: AgentSessions): Place {
  const { client, principalKey, lease, spec } = request;
  // Length first: no name can be spelled so that it reads as another name with another credential.
  const who = `${principalKey.length}:${principalKey}\n${lease.fingerprint}`;
  if (verdict.era === 'modern') return { key: `modern\n${who}`, sessionId: undefined, capabilities: {} };
  const capabilities = client.era === 'legacy' ? client.capabilities : reduced(client.capabilities);
  const version = client.era === 'legacy' ? askedVersion(request, sessions) : LATEST_LEGACY_VERSION;
  const sessionId = client.era === 'legacy' && spec.transport !== 'stdio' ? client.sessionId : undefined;
  return { key: `${client.era}\n${who}\n${version}\n${sessionId ?? ''}\n${textOf(capabilities)}`, sessionId, capabilities };
}

function askedVersion({ client, org, server }: UpstreamRequest, sessions: AgentSessions): string {
  if (client.sessionId === undefined) return client.protocolVersion;
  const session = sessions.of(org, server, client.sessionId);
  session.askedVersion ??= client.protocolVersion;
  return session.askedVersion;
}

const reductions = new WeakMap<JsonObject, JsonObject>();

function reduced(capabilities: JsonObject): JsonObject {
  let own = reductions.get(capabilities);
  if (!own) {
    own = toLegacyClientCapabilities(capabilities, LATEST_LEGACY_VERSION);
    reductions.set(capabilities, own);
  }
  return own;
}

const texts = new WeakMap<JsonObject, string>();

function textOf(capabilities: JsonObject): string {
  let text = texts.get(capabilities);
  if (text === undefined) {
    text = JSON.stringify(capabilities);
    texts.set(capabilities, text);
  }
  return text;
}
