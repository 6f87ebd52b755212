// Multi-round-trip requests over a legacy server (2026-07-28 basic/patterns/mrtr; protocol matrix M→L): the call stays in flight at the server
// while the agent fetches answers. Parked calls are bounded in number and time; a state opens for one principal, one call and one round only.
import type { CallReply } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import { newId, type Random, systemRandom } from '../lib/id.ts';
import { INVALID_PARAMS } from '../mcp/error-code.ts';
import type { RpcResponse } from '../mcp/message.ts';
import { inputRequiredResult, missingCapability, type Question, questionsOfUrlError, readRetry } from '../mcp/translate/input-required.ts';
import type { ParkedJudge, UpstreamRequest } from './exchange.ts';
import { failure } from './failure.ts';
import { ParkedExchange } from './parked-exchange.ts';
import { openState, type StateSealer, sealState } from './request-state.ts';
import type { Watchdog, Watched } from './watchdog.ts';

/** Calls of the whole gateway that wait for an agent's next round. */
export const MAX_PARKED = 1_024;
/** Of these, calls of one principal. */
export const MAX_PARKED_PER_PRINCIPAL = 64;
/** How long an agent may take for a round; then the call is cancelled at the server. */
export const PARK_TTL_MS = 300_000;

interface Parked extends Watched {
  exchange: ParkedExchange;
  /** The first round: whose call it is, and what it is about. */
  request: UpstreamRequest;
  owner: string;
  nonce: string | undefined;
}

export interface ParkOptions {
  clock: Clock;
  watchdog: Watchdog;
  sealer: StateSealer;
  random?: Random;
  ttlMs?: number;
  maxParked?: number;
}

export class Park {
  readonly #options: ParkOptions;
  readonly #random: Random;
  readonly #ttlMs: number;
  readonly #parked = new Map<string, Parked>();
  readonly #perOwner = new Map<string, number>();

  constructor(options: ParkOptions) {
    this.#options = options;
    this.#random = options.random ?? systemRandom;
    this.#ttlMs = options.ttlMs ?? PARK_TTL_MS;
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Runs a call; `start` sends it, with the exchange as its peer. Resolves with the first round's questions or with the reply. */
  run(request: UpstreamRequest, start: (exchange: ParkedExchange) => Promise<CallReply>): Promise<CallReply> {
    let id: string | undefined;
    const exchange = new ParkedExchange((visitor, questions) => {
      id ??= this.#admit(visitor, exchange);
      return id === undefined ? undefined : this.#round(id, visitor, questions);
    });
    exchange.follow(
      start(exchange).finally(() => {
        // Parked with nobody there: the result waits for the agent's next round, until the deadline.
        if (id !== undefined && exchange.isVisited) this.#forget(id);
      }),
    );
    return exchange.visit(request, undefined);
  }

  /** The agent's next round. `'resend'`: its state says that the call is to be sent again from the start. */
  resume(request: UpstreamRequest): Promise<CallReply> | 'resend' {
    const retry = readRetry(request.params);
    const state =
      retry?.requestState === undefined
        ? undefined
        : openState(this.#options.sealer, request, retry.requestState, this.#options.clock.nowMs());
    if (state?.kind === 'resend') return 'resend';
    const parked = state && this.#parked.get(state.id);
    if (!parked || parked.nonce === undefined || parked.nonce !== state.nonce || parked.owner !== ownerOf(request)) {
      return Promise.resolve(STALE_STATE);
    }
    parked.nonce = undefined;
    parked.deadlineMs = Number.POSITIVE_INFINITY;
    const id = state.id;
    return parked.exchange.visit(request, retry?.inputResponses ?? {}).finally(() => {
      if (parked.nonce === undefined) this.#forget(id);
    });
  }

  /** -32042 (2025-11-25 client/elicitation) as a round of questions. The call has ended: the agent's retry sends it again. */
  askForUrls(request: UpstreamRequest, response: RpcResponse): CallReply | undefined {
    const questions = response.error && questionsOfUrlError(response.error);
    if (!questions) return undefined;
    for (const question of questions.values()) if (missingCapability(question, request.client.capabilities)) return undefined;
    const expiresMs = this.#options.clock.nowMs() + this.#ttlMs;
    const state = sealState(this.#options.sealer, request, { kind: 'resend', id: '', nonce: this.#nonce(), expiresMs });
    return { type: 'result', era: 'modern', result: inputRequiredResult(questions, state), resultText: undefined };
  }

  /** What ends each call of this organization that may run no longer, whether or not its agent is there. */
  doomed(org: string, judge: ParkedJudge): (() => void)[] {
    const ends: (() => void)[] = [];
    for (const [id, { request }] of this.#parked) {
      const { principal, server, method, params } = request;
      if (request.org !== org || !principal) continue;
      const tool = method === 'tools/call' && typeof params?.name === 'string' ? params.name : undefined;
      const reason = judge({ principal, server, tool });
      if (reason) ends.push(() => this.#cancel(id, reason));
    }
    return ends;
  }

  /** Cancels everything. */
  close(): void {
    for (const id of [...this.#parked.keys()]) this.#cancel(id, failure('upstream_timeout', 'parked', 'the gateway stops'));
  }

  #round(id: string, request: UpstreamRequest, questions: ReadonlyMap<string, Question>): CallReply | undefined {
    const parked = this.#parked.get(id);
    if (!parked) return undefined;
    parked.nonce = this.#nonce();
    parked.deadlineMs = this.#options.watchdog.nowMs() + this.#ttlMs;
    const expiresMs = this.#options.clock.nowMs() + this.#ttlMs;
    const state = sealState(this.#options.sealer, request, { kind: 'parked', id, nonce: parked.nonce, expiresMs });
    return { type: 'result', era: 'modern', result: inputRequiredResult(questions, state), resultText: undefined };
  }

  #admit(request: UpstreamRequest, exchange: ParkedExchange): string | undefined {
    const owner = ownerOf(request);
    const own = this.#perOwner.get(owner) ?? 0;
    if (this.#parked.size >= (this.#options.maxParked ?? MAX_PARKED) || own >= MAX_PARKED_PER_PRINCIPAL) return undefined;
    const id = newId('park', this.#options.clock.nowMs(), this.#random);
    const parked: Parked = {
      exchange,
      request,
      owner,
      nonce: undefined,
      deadlineMs: Number.POSITIVE_INFINITY,
      expire: () => this.#cancel(id, failure('upstream_timeout', 'parked', 'the client did not answer in time')),
    };
    this.#parked.set(id, parked);
    this.#perOwner.set(owner, own + 1);
    this.#options.watchdog.add(parked);
    return id;
  }

  #cancel(id: string, reason: Error): void {
    const parked = this.#parked.get(id);
    this.#forget(id);
    parked?.exchange.abort.abort(reason);
  }

  #forget(id: string): void {
    const parked = this.#parked.get(id);
    if (!parked || !this.#parked.delete(id)) return;
    this.#options.watchdog.delete(parked);
    const left = (this.#perOwner.get(parked.owner) ?? 1) - 1;
    if (left > 0) this.#perOwner.set(parked.owner, left);
    else this.#perOwner.delete(parked.owner);
  }

  #nonce(): string {
    return Buffer.from(this.#random.bytes(16)).toString('hex');
  }
}

const STALE_STATE: CallReply = {
  type: 'error',
  era: 'modern',
  error: {
    code: INVALID_PARAMS,
    message:
      'requestState is not valid for this request: it was changed, has expired, was used before or belongs to another call. Send the call again without it.',
  },
};

function ownerOf(request: UpstreamRequest): string {
  return `${request.org}\n${request.principalKey}`;
}
