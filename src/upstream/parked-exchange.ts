// One call of a stateless agent that is in flight at a legacy server, across the rounds in which the server asks and the agent answers.
// Plays the agent's part towards the connection: notifications are kept while nobody listens, questions wait for the agent's next round.

import type { CallReply, Peer, PeerAnswer } from '../call.ts';
import type { Abortable } from '../lib/cutoff.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { INTERNAL_ERROR, METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import { setMember } from '../mcp/raw-json.ts';
import { fromInputResponse, type Question, toModernQuestion } from '../mcp/translate/input-required.ts';
import type { UpstreamRequest } from './exchange.ts';

/** Concurrent questions of a server share one round when they come within this time. */
export const ROUND_DEBOUNCE_MS = 15;
/** Notifications kept while the agent is between two rounds; the oldest are dropped first. */
export const MAX_BUFFERED_NOTIFICATIONS = 256;
/** Questions of one call that wait for answers. */
export const MAX_WAITING_QUESTIONS = 32;

interface Waiting {
  question: Question;
  answer(answer: PeerAnswer): void;
}

/** The agent's request that is being answered now. */
interface Visit {
  request: UpstreamRequest;
  resolve(reply: CallReply): void;
  reject(reason: unknown): void;
  leave(): void;
}

type Ending = { reply: CallReply } | { reason: unknown };

export class ParkedExchange implements Peer {
  /** Aborts the call at the server. */
  readonly abort = new AbortController();
  /** The agent's requests end here, each with the questions of a round or with the result. */
  readonly #ask: (request: UpstreamRequest, questions: ReadonlyMap<string, Question>) => CallReply | undefined;
  readonly #waiting = new Map<string, Waiting>();
  #buffer: [method: string, params: JsonObject | undefined, paramsText: string | undefined][] = [];
  #visit: Visit | undefined;
  #ending: Ending | undefined;
  #debounce: NodeJS.Timeout | undefined;
  #asked = 0;

  constructor(ask: (request: UpstreamRequest, questions: ReadonlyMap<string, Question>) => CallReply | undefined) {
    this.#ask = ask;
  }

  get isVisited(): boolean {
    return this.#visit !== undefined;
  }

  /** Whatever becomes of the call at the server. */
  follow(call: Promise<CallReply>): void {
    call.then(
      (reply) => this.#end({ reply }),
      (reason: unknown) => this.#end({ reason }),
    );
  }

  /** Ends with the next round's questions or with the call's end. Aborting the request aborts the call. */
  visit(request: UpstreamRequest, answers: JsonObject | undefined): Promise<CallReply> {
    return new Promise((resolve, reject) => {
      const aborted = () => {
        this.#visit?.leave();
        this.abort.abort(request.signal.reason);
        reject(request.signal.reason);
      };
      const leave = () => {
        this.#visit = undefined;
        request.signal.removeEventListener('abort', aborted);
      };
      this.#visit = { request, resolve, reject, leave };
      if (request.signal.aborted) return aborted();
      request.signal.addEventListener('abort', aborted, { once: true });
      this.#flush(request);
      if (answers) this.#give(answers);
      if (this.#ending) this.#end(this.#ending);
      else if (this.#waiting.size > 0) this.#startRound();
    });
  }

  notify(method: string, params: JsonObject | undefined, paramsText?: string): Promise<void> | undefined {
    if (this.#visit) return tell(this.#visit.request, method, params, paramsText);
    if (this.#buffer.length >= MAX_BUFFERED_NOTIFICATIONS) this.#buffer.shift();
    this.#buffer.push([method, params, paramsText]);
    return undefined;
  }

  readonly request = (method: string, params: JsonObject | undefined, signal: Abortable): Promise<PeerAnswer> => {
    const question = toModernQuestion(method, params);
    if (!question) return Promise.resolve({ error: { code: METHOD_NOT_FOUND, message: 'The client cannot be asked this.' } });
    if (this.#waiting.size >= MAX_WAITING_QUESTIONS)
      return Promise.resolve({ error: { code: INTERNAL_ERROR, message: 'Too many open questions.' } });
    return new Promise((resolve) => {
      const key = `input_${++this.#asked}`;
      const answer = (value: PeerAnswer) => {
        this.#waiting.delete(key);
        signal.removeEventListener('abort', withdrawn);
        resolve(value);
      };
      const withdrawn = () => answer({ error: { code: INTERNAL_ERROR, message: 'Withdrawn.' } });
      this.#waiting.set(key, { question, answer });
      signal.addEventListener('abort', withdrawn, { once: true });
      this.#startRound();
    });
  };

  #give(answers: JsonObject): void {
    for (const [key, waiting] of [...this.#waiting]) {
      if (!Object.hasOwn(answers, key)) continue;
      const answer = fromInputResponse(waiting.question, answers[key]);
      if (answer) waiting.answer(answer);
    }
  }

  #startRound(): void {
    this.#debounce ??= setTimeout(() => this.#endRound(), ROUND_DEBOUNCE_MS);
  }

  #endRound(): void {
    this.#debounce = undefined;
    const visit = this.#visit;
    if (!visit || this.#ending || this.#waiting.size === 0) return;
    const questions = new Map([...this.#waiting].map(([key, { question }]) => [key, question]));
    const reply = this.#ask(visit.request, questions);
    if (reply) {
      visit.leave();
      visit.resolve(reply);
      return;
    }
    for (const { answer } of [...this.#waiting.values()])
      answer({ error: { code: INTERNAL_ERROR, message: 'Too many calls wait for answers.' } });
  }

  #end(ending: Ending): void {
    this.#ending = ending;
    clearTimeout(this.#debounce);
    for (const { answer } of [...this.#waiting.values()]) answer({ error: { code: INTERNAL_ERROR, message: 'The call ended.' } });
    const visit = this.#visit;
    if (!visit) return;
    visit.leave();
    if ('reply' in ending) visit.resolve(ending.reply);
    else visit.reject(ending.reason);
  }

  #flush(request: UpstreamRequest): void {
    const kept = this.#buffer;
    this.#buffer = [];
    for (const [method, params, paramsText] of kept) void tell(request, method, params, paramsText);
  }
}

/** Progress belongs to the request it is sent on: it carries the token of this round, and nothing when this round gave none. */
function tell(
  request: UpstreamRequest,
  method: string,
  params: JsonObject | undefined,
  paramsText: string | undefined,
): Promise<void> | undefined {
  const { peer } = request;
  if (method !== 'notifications/progress' || params === undefined) return peer.notify(method, params, paramsText);
  const meta = request.params?._meta;
  const token = isObject(meta) ? meta.progressToken : undefined;
  if (typeof token !== 'string' && typeof token !== 'number') return undefined;
  if (token === params.progressToken) return peer.notify(method, params, paramsText);
  const text = paramsText === undefined ? undefined : setMember(paramsText, 'progressToken', JSON.stringify(token));
  return peer.notify(method, { ...params, progressToken: token }, text);
}
