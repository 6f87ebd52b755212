// subscriptions/listen at a modern server (2026-07-28 basic/patterns/subscriptions): relayed for a stateless agent, kept open for a legacy agent's
// GET stream. The acknowledgement is the gateway's own and immediate; subscription ids are those of the agent's hop.

import type { CallReply, Peer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import type { JsonObject } from '../lib/json.ts';
import { type Payload, payload } from '../mcp/raw-json.ts';
import {
  honouredFilter,
  type ListenFilter,
  offeredFilter,
  parseListenFilter,
  withoutSubscriptionId,
  withSubscriptionId,
  writeListenFilter,
} from '../mcp/rev-2026-07-28/listen.ts';
import type { AgentSession } from './agent-session.ts';
import type { UpstreamRequest } from './exchange.ts';
import { ACKNOWLEDGED, acknowledged, endOfListen, isEmpty } from './legacy-listen.ts';
import type { ModernConnection } from './modern-connection.ts';
import { gatewayParams } from './modern-params.ts';
import { modernToModern, resultOf } from './reply.ts';
import { pause, within } from './wait.ts';

/** A server's listen that ends is opened again after 1, 2, 4 … seconds. */
const MIN_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** How long a subscription of a legacy agent may wait for the server to acknowledge it. */
const ACK_WAIT_MS = 2_000;

/** A stateless agent's listen. Resolves with the result that ends the stream. */
export async function relayListen(connection: ModernConnection, request: UpstreamRequest, params: Payload): Promise<CallReply> {
  const wanted = parseListenFilter(request.params);
  if ('error' in wanted) return { type: 'error', era: 'modern', error: wanted.error };
  const id = request.requestId;
  const capabilities = await connection.serverCapabilities();
  const filter = offeredFilter(wanted, capabilities);
  void request.peer.notify(ACKNOWLEDGED, acknowledged(filter, id));
  if (isEmpty(filter)) return endOfListen(id);
  if (isEmpty(honouredFilter(wanted, capabilities))) {
    request.onOpen?.(capabilities);
    await within(connection.ended, request.signal);
    return endOfListen(id);
  }
  const relay: Peer = {
    request: undefined,
    notify: (method, value, text) => {
      if (method === ACKNOWLEDGED) return void request.onOpen?.(capabilities);
      const from = value ? payload(value, text) : undefined;
      const own = id === undefined ? withoutSubscriptionId(from) : withSubscriptionId(from, id);
      return request.peer.notify(method, own?.value, own?.text);
    },
  };
  const response = await listen(connection, request, params, relay, request.signal);
  return response.error ? modernToModern(request, response) : endOfListen(id);
}

/** A legacy agent's GET stream: one listen at the server for everything of its session, opened anew when its subscriptions change. */
export async function standAtModern(
  connection: ModernConnection,
  request: UpstreamRequest,
  session: AgentSession | undefined,
): Promise<CallReply> {
  const stand = new Stand(connection, request, session);
  const unwatch = session?.watch(() => stand.renew());
  try {
    await stand.run();
  } finally {
    unwatch?.();
    stand.end();
  }
  return resultOf('legacy', {});
}

class Stand {
  readonly #connection: ModernConnection;
  readonly #request: UpstreamRequest;
  readonly #session: AgentSession | undefined;
  readonly #end = new AbortController();
  #current: AbortController | undefined;
  /** Some listen of ours stands: what the server says is heard. */
  #stands = false;

  constructor(connection: ModernConnection, request: UpstreamRequest, session: AgentSession | undefined) {
    this.#connection = connection;
    this.#request = request;
    this.#session = session;
  }

  /** Rejects with the reason of the agent's signal; resolves when the connection is gone. */
  async run(): Promise<void> {
    const { signal } = this.#request;
    const aborted = () => this.end();
    signal.addEventListener('abort', aborted, { once: true });
    void this.#connection.ended.then(aborted);
    await this.renew();
    if (!this.#end.signal.aborted) await new Promise((resolve) => this.#end.signal.addEventListener('abort', resolve, { once: true }));
    signal.removeEventListener('abort', aborted);
    if (signal.aborted) throw signal.reason;
  }

  end(): void {
    this.#end.abort();
    this.#current?.abort();
  }

  /** Opens a listen for what is wanted now, then lets the former one go: nothing is missed in between. */
  async renew(): Promise<void> {
    if (this.#end.signal.aborted) return;
    const former = this.#current;
    const abort = new AbortController();
    this.#current = abort;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ACK_WAIT_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      void this.#keep(abort, done).finally(done);
    });
    former?.abort();
  }

  async #keep(abort: AbortController, acknowledgedOnce: () => void): Promise<void> {
    let backoffMs = MIN_BACKOFF_MS;
    while (!abort.signal.aborted) {
      try {
        const capabilities = await this.#connection.serverCapabilities();
        const filter = this.#filter(capabilities);
        if (isEmpty(filter)) return this.#opened(capabilities);
        const peer = this.#peer(abort, () => {
          backoffMs = MIN_BACKOFF_MS;
          this.#opened(capabilities);
          acknowledgedOnce();
        });
        const { gateway } = this.#connection.options.surroundings;
        const params = gatewayParams(gateway, { notifications: writeListenFilter(filter) });
        const response = await listen(this.#connection, this.#request, params, peer, abort.signal);
        if (response.error) return;
      } catch {
        // Aborted, or the server went away: the loop decides.
      }
      if (this.#current === abort) this.#stands = false;
      await pause(backoffMs, abort.signal);
      backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
    }
  }

  /** Told once while there is no gap: a listen that only replaces another one missed nothing. */
  #opened(capabilities: JsonObject): void {
    if (!this.#stands) this.#request.onOpen?.(capabilities);
    this.#stands = true;
  }

  #filter(capabilities: JsonObject): ListenFilter {
    const everything: ListenFilter = {
      toolsListChanged: true,
      promptsListChanged: true,
      resourcesListChanged: true,
      resourceSubscriptions: [...(this.#session?.uris ?? [])],
      taskIds: [],
    };
    return honouredFilter(everything, capabilities);
  }

  #peer(abort: AbortController, onAcknowledged: () => void): Peer {
    return {
      request: undefined,
      notify: (method, value, text) => {
        if (method === ACKNOWLEDGED) return void onAcknowledged();
        // While two listens overlap, the newer one speaks.
        if (this.#current !== abort) return undefined;
        const own = withoutSubscriptionId(value ? payload(value, text) : undefined);
        return this.#request.peer.notify(method, own?.value, own?.text);
      },
    };
  }
}

function listen(connection: ModernConnection, request: UpstreamRequest, params: Payload, peer: Peer, signal: Abortable) {
  return connection.request({
    method: 'subscriptions/listen',
    params,
    peer,
    client: request.client,
    signal,
    timeoutMs: undefined,
    inputSchema: undefined,
  });
}
