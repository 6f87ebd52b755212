// A legacy server's own requests (sampling, elicitation, roots, ping): finds who can answer, asks, and sends the answer back.
// Every request of the server gets exactly one answer. Never asks an agent for something it did not declare.
import type { ClientContext, Peer, PeerAnswer } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { INTERNAL_ERROR, METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RequestId, RpcRequest } from '../mcp/message.ts';
import { missingCapability, toModernQuestion } from '../mcp/translate/input-required.ts';
import type { Flight } from './flight.ts';
import type { Link } from './link.ts';
import type { Watchdog } from './watchdog.ts';

/** Questions of one server, on one connection, that may wait for answers. */
export const MAX_QUESTIONS = 64;
/** How long a question may wait for someone who can be asked. */
export const FIND_ASKABLE_MS = 2_000;

/** Someone who can be asked: a call in flight or a standing stream. */
export interface Askable {
  peer: Peer;
  client: ClientContext;
  flight: Flight | undefined;
}

interface Open {
  abort: AbortController;
  flight: Flight | undefined;
  /** The server wants no answer any more. */
  withdrawn: boolean;
}

export class QuestionDesk {
  readonly #link: () => Link;
  readonly #watchdog: Watchdog;
  readonly #find: (flight: Flight | undefined) => Askable | undefined;
  readonly #open = new Map<RequestId, Open>();
  #waiting = new Set<() => void>();

  constructor(link: () => Link, watchdog: Watchdog, find: (flight: Flight | undefined) => Askable | undefined) {
    this.#link = link;
    this.#watchdog = watchdog;
    this.#find = find;
  }

  /** A promise is back-pressure: refusing is cheap for the server and must not be dear for the gateway. */
  take(message: RpcRequest, flight: Flight | undefined): Promise<void> | undefined {
    if (message.method === 'ping') return this.#link().answer(message.id, {});
    if (this.#open.has(message.id)) return undefined; // a duplicate id cannot be answered twice
    if (this.#open.size >= MAX_QUESTIONS) return this.#refuse(message, INTERNAL_ERROR, `More than ${MAX_QUESTIONS} open requests.`);
    const open: Open = { abort: new AbortController(), flight, withdrawn: false };
    this.#open.set(message.id, open);
    this.#answer(message, open)
      .catch(() => this.#refuse(message, INTERNAL_ERROR, 'The question could not be passed on.'))
      .finally(() => this.#open.delete(message.id));
    return undefined;
  }

  /** The server withdrew its request (notifications/cancelled). */
  withdraw(id: unknown): void {
    const open = typeof id === 'string' || typeof id === 'number' ? this.#open.get(id) : undefined;
    if (!open) return;
    open.withdrawn = true;
    open.abort.abort(new Error('withdrawn by the server'));
  }

  /** Someone who can be asked has turned up. */
  wake(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const go of waiting) go();
  }

  end(): void {
    for (const open of this.#open.values()) open.abort.abort(new Error('the connection ended'));
    this.wake();
  }

  async #answer(message: RpcRequest, open: Open): Promise<void> {
    const mute = open.flight?.peer !== undefined && !open.flight.settled && !open.flight.peer.request;
    const askable = mute ? undefined : (this.#find(open.flight) ?? (await this.#waitForAskable(open)));
    if (open.withdrawn) return;
    if (!askable?.peer.request) return this.#refuse(message, METHOD_NOT_FOUND, 'No client is connected that could answer.');
    if (!declares(message.method, message.params, askable.client)) {
      return this.#refuse(message, METHOD_NOT_FOUND, `The client did not declare what ${message.method.slice(0, 64)} needs.`);
    }
    const answer = await this.#ask(askable, message, open);
    if (open.withdrawn) return;
    if (answer.error) await this.#link().answerError(message.id, answer.error);
    else await this.#link().answer(message.id, answer.result);
  }

  async #ask(askable: Askable, message: RpcRequest, open: Open): Promise<PeerAnswer> {
    const { flight, peer } = askable;
    const end = () => open.abort.abort(new Error('the call ended'));
    flight?.asking(1, this.#watchdog.nowMs());
    if (flight) {
      flight.followers ??= new Set();
      flight.followers.add(end);
    }
    try {
      const answer = await peer.request?.(message.method, message.params, open.abort.signal);
      return answer ?? { error: { code: METHOD_NOT_FOUND, message: 'Nobody to ask.' } };
    } catch {
      return { error: { code: INTERNAL_ERROR, message: 'The client gave no answer.' } };
    } finally {
      flight?.followers?.delete(end);
      flight?.asking(-1, this.#watchdog.nowMs());
    }
  }

  #waitForAskable(open: Open): Promise<Askable | undefined> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#waiting.delete(finish);
        resolve(this.#find(undefined));
      };
      const timer = setTimeout(finish, FIND_ASKABLE_MS);
      this.#waiting.add(finish);
      open.abort.signal.addEventListener('abort', finish, { once: true });
    });
  }

  #refuse(message: RpcRequest, code: number, text: string): Promise<void> {
    return this.#link().answerError(message.id, { code, message: text });
  }
}

/** What is none of the three kinds goes to legacy agents only, which answer for themselves. */
function declares(method: string, params: JsonObject | undefined, client: ClientContext): boolean {
  const question = toModernQuestion(method, params);
  if (question) return missingCapability(question, client.capabilities) === undefined;
  return client.era === 'legacy';
}
