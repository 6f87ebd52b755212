// What a legacy server says of its own accord, and to whom it goes: its questions, its log, its changes (2025-11-25 basic/transports; over a duplex
// channel nothing says which call a message is about). Never gives a message to an agent of another principal: a connection has one.
import type { ClientContext, Era, Peer } from '../call.ts';
import type { RpcNotification, RpcRequest } from '../mcp/message.ts';
import { type AgentSession, levelShows } from './agent-session.ts';
import type { ListChange } from './connection.ts';
import type { Flight } from './flight.ts';
import type { Link, LinkOwner } from './link.ts';
import { type Askable, QuestionDesk } from './question-desk.ts';
import { StandingStreams } from './standing-streams.ts';
import type { Watchdog } from './watchdog.ts';

export interface VoiceOptions {
  /** Era of the agents on the connection. */
  clientEra: Era;
  /** Several agent sessions use the connection. */
  shared: boolean;
  sessions: ReadonlyMap<string, AgentSession>;
  watchdog: Watchdog;
  link(): Link;
  listChanged(what: ListChange): void;
}

const LIST_CHANGES: Readonly<Record<string, ListChange>> = {
  'notifications/tools/list_changed': 'tools',
  'notifications/prompts/list_changed': 'prompts',
  'notifications/resources/list_changed': 'resources',
};

export class ServerVoice implements LinkOwner {
  readonly standing = new StandingStreams();
  readonly desk: QuestionDesk;
  readonly #options: VoiceOptions;

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.desk = new QuestionDesk(options.link, options.watchdog, (flight) => this.#findAskable(flight));
  }

  onRequest(message: RpcRequest, flight: Flight | undefined): Promise<void> | undefined {
    return this.desk.take(message, flight);
  }

  onNotification(message: RpcNotification, flight: Flight | undefined): Promise<void> | undefined {
    if (message.method === 'notifications/cancelled') {
      this.desk.withdraw(message.params?.requestId);
      return undefined;
    }
    if (message.method === 'notifications/message') return this.#onLog(message, flight);
    const list = LIST_CHANGES[message.method];
    if (list) this.#options.listChanged(list);
    else if (message.method !== 'notifications/resources/updated') return this.#onOther(message, flight);
    // On a call's own stream it is for that call's agent; else for whoever listens.
    if (flight?.peer && this.#options.clientEra === 'legacy') return give(flight.peer, message);
    return this.#toStreams(message);
  }

  #onLog(message: RpcNotification, named: Flight | undefined): Promise<void> | undefined {
    const flight = named ?? this.#newestCall();
    if (!flight?.peer || !flight.client) return this.#options.clientEra === 'legacy' ? this.#toStreams(message) : undefined;
    return this.#wantsLog(flight.client, message.params?.level) ? give(flight.peer, message) : undefined;
  }

  #wantsLog(client: ClientContext, level: unknown): boolean {
    if (client.era === 'modern') return client.logLevel !== undefined && levelShows(client.logLevel, level);
    if (!this.#options.shared) return true;
    return levelShows(client.sessionId === undefined ? undefined : this.#options.sessions.get(client.sessionId)?.level, level);
  }

  /** Notifications no stateless agent knows (elicitation/complete, tasks/status, vendors'). */
  #onOther(message: RpcNotification, named: Flight | undefined): Promise<void> | undefined {
    if (this.#options.clientEra === 'modern') return undefined;
    const flight = named ?? this.#newestCall();
    return flight?.peer ? give(flight.peer, message) : this.#toStreams(message);
  }

  #toStreams(message: RpcNotification): Promise<void> | undefined {
    return this.standing.deliver(message, this.#options.shared);
  }

  #findAskable(named: Flight | undefined): Askable | undefined {
    const flight = named && !named.settled && named.peer?.request ? named : this.#newestCall(true);
    if (flight?.peer && flight.client) return { peer: flight.peer, client: flight.client, flight };
    const stream = this.standing.askable();
    return stream && { peer: stream.peer, client: stream.client, flight: undefined };
  }

  #newestCall(askable = false): Flight | undefined {
    return this.#options.link().flights.newest(({ peer }) => peer !== undefined && (!askable || peer.request !== undefined));
  }
}

function give(peer: Peer, message: RpcNotification): Promise<void> | undefined {
  return peer.notify(message.method, message.params, message.paramsText);
}
