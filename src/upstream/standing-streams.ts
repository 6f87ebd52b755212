// Who hears what a legacy server says outside of calls: legacy agents' GET streams (one per session hears a message: the newest) and
// modern agents' listens (each hears what its filter names). Delivery only; who subscribes upstream is the connection's part.
import type { ClientContext, Peer } from '../call.ts';
import type { RequestId, RpcNotification } from '../mcp/message.ts';
import { payload } from '../mcp/raw-json.ts';
import { isHeard, type ListenFilter, withSubscriptionId } from '../mcp/rev-2026-07-28/listen.ts';
import { type AgentSession, levelShows } from './agent-session.ts';

export interface StandingStream {
  readonly peer: Peer;
  readonly client: ClientContext;
  /** Legacy agents: undefined = everything of the session. */
  readonly filter: ListenFilter | undefined;
  readonly session: AgentSession | undefined;
  /** Request id of a modern listen, when the codec told it. */
  readonly subscriptionId: RequestId | undefined;
  /** Called when the server's own stream stands (again). */
  readonly opened: () => void;
}

export class StandingStreams {
  readonly #streams = new Set<StandingStream>();

  get size(): number {
    return this.#streams.size;
  }

  add(stream: StandingStream): void {
    this.#streams.add(stream);
  }

  delete(stream: StandingStream): void {
    this.#streams.delete(stream);
  }

  /** The server's stream stands (again): whatever it said in between is lost. */
  opened(): void {
    for (const stream of this.#streams) stream.opened();
  }

  /** The newest stream of a legacy agent that can be asked. */
  askable(): StandingStream | undefined {
    let found: StandingStream | undefined;
    for (const stream of this.#streams) if (stream.peer.request && stream.client.era === 'legacy') found = stream;
    return found;
  }

  /** `shared`: several sessions use the connection, so each hears only about what it subscribed to. */
  deliver(message: RpcNotification, shared: boolean): Promise<void> | undefined {
    const waits: Promise<void>[] = [];
    const newest = new Map<AgentSession | undefined, StandingStream>();
    for (const stream of this.#streams) {
      if (stream.filter === undefined) newest.set(stream.session, stream);
      else if (isHeard(stream.filter, message.method, message.params)) push(waits, notifyListener(stream, message));
    }
    for (const stream of newest.values()) {
      if (!shared || concerns(stream.session, message)) push(waits, stream.peer.notify(message.method, message.params, message.paramsText));
    }
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }
}

function concerns(session: AgentSession | undefined, message: RpcNotification): boolean {
  if (message.method === 'notifications/message') return levelShows(session?.level, message.params?.level);
  if (message.method !== 'notifications/resources/updated') return true;
  const uri = message.params?.uri;
  return typeof uri === 'string' && session !== undefined && session.uris.has(uri);
}

function notifyListener(stream: StandingStream, message: RpcNotification): Promise<void> | undefined {
  if (stream.subscriptionId === undefined) return stream.peer.notify(message.method, message.params, message.paramsText);
  const params = message.params ? payload(message.params, message.paramsText) : undefined;
  const stamped = withSubscriptionId(params, stream.subscriptionId);
  return stream.peer.notify(message.method, stamped.value, stamped.text);
}

function push(waits: Promise<void>[], wait: Promise<void> | undefined): void {
  if (wait) waits.push(wait);
}
