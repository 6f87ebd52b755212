// One request on its way to a server: its id, its deadline, whom its notifications and questions go to. Settles exactly once.
import type { ClientContext, Peer } from '../call.ts';
import { Cutoff } from '../lib/cutoff.ts';
import type { RequestId, RpcResponse } from '../mcp/message.ts';
import type { Watched } from './watchdog.ts';

/** The longest any call may take, however lively the server is. */
export const MAX_CALL_MS = 3_600_000;

export interface FlightOptions {
  id: number;
  method: string;
  /** The whole message as it is sent. */
  text: string;
  /** Where notifications and questions of this call go; undefined for the gateway's own requests. */
  peer: Peer | undefined;
  client: ClientContext | undefined;
  /** The agent's progress token, restored on the way back. */
  token: RequestId | undefined;
  /** Longest silence; undefined for a stream that stands until someone ends it. */
  timeoutMs: number | undefined;
  nowMs: number;
  /** Headers of this request alone (modern HTTP). */
  headers: Readonly<Record<string, string>> | undefined;
}

export class Flight implements Watched {
  readonly id: number;
  readonly method: string;
  readonly text: string;
  readonly peer: Peer | undefined;
  readonly client: ClientContext | undefined;
  readonly token: RequestId | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Resolves with the server's response; rejects with GatewayError or the reason of the cancellation. */
  readonly answered: Promise<RpcResponse>;
  /** Ends the transport's exchange for this request. */
  readonly abort = new Cutoff();
  deadlineMs: number;
  settled = false;
  /** Last progress value passed on: the next must not be smaller. */
  progress = Number.NEGATIVE_INFINITY;
  /** Where a broken stream can be taken up again. */
  lastEventId: string | undefined;
  retryMs: number | undefined;
  /** Sent again after the server forgot the session; at most once. */
  resent = false;
  onExpire: (flight: Flight) => void = ignore;
  onSettled: (flight: Flight) => void = ignore;
  /** Told when it settles, after onSettled: whoever is no longer concerned takes itself out. */
  followers: Set<() => void> | undefined;
  readonly #timeoutMs: number;
  readonly #endMs: number;
  #questions = 0;
  #resolve: (response: RpcResponse) => void = ignore;
  #reject: (reason: unknown) => void = ignore;

  constructor(options: FlightOptions) {
    this.id = options.id;
    this.method = options.method;
    this.text = options.text;
    this.peer = options.peer;
    this.client = options.client;
    this.token = options.token;
    this.headers = options.headers;
    this.#timeoutMs = options.timeoutMs ?? Number.POSITIVE_INFINITY;
    this.#endMs = options.timeoutMs === undefined ? Number.POSITIVE_INFINITY : options.nowMs + MAX_CALL_MS;
    this.deadlineMs = Math.min(options.nowMs + this.#timeoutMs, this.#endMs);
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** The server said something about this call: the silence starts anew. */
  touch(nowMs: number): void {
    this.deadlineMs = this.#questions > 0 ? this.#endMs : Math.min(nowMs + this.#timeoutMs, this.#endMs);
  }

  /** While the agent is being asked, the server is not late. */
  asking(delta: 1 | -1, nowMs: number): void {
    this.#questions += delta;
    this.touch(nowMs);
  }

  resolve(response: RpcResponse): void {
    if (!this.#settle()) return;
    this.#resolve(response);
  }

  reject(reason: unknown): void {
    if (!this.#settle()) return;
    // Perhaps nobody waits for it any more.
    this.answered.catch(ignore);
    this.#reject(reason);
  }

  expire(): void {
    this.onExpire(this);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled(this);
    if (this.followers) for (const follow of this.followers) follow();
    this.followers = undefined;
    return true;
  }
}

function ignore(): void {}
