// What is kept so that an agent gets the answer of a call that was held: the request of a task, and what became of a call that used its grant up.
// Everything is sealed, bounded and gone after a time. Never runs a call and never decides about one.
import type { CallReply, Surface } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { DeliveryStore } from './delivery-port.ts';

/** Characters of an answer that is kept; of a longer one it is only known that there was one. */
export const MAX_KEPT_CHARS = 1024 * 1024;
/** Characters of a request that the gateway makes by itself later. */
export const MAX_PARKED_CHARS = 1024 * 1024;
/** How long an answer is kept for the identical call, milliseconds, unless the organization says otherwise. */
export const DEFAULT_KEEP_MS = 300_000;
/** A call that used its grant counts as running for this time, milliseconds; a gateway that runs it says so anew in time. */
export const LEASE_MS = 60_000;
const RENEW_MS = LEASE_MS / 3;
/** Tickets of one look at what the gateway is to run by itself. */
const MAX_WAITING = 1_000;

/** A request as its agent made it, so that the gateway can make it once more. */
export interface ParkedRequest {
  surface: Surface;
  method: string;
  /** JSON text, exactly. */
  params: string;
  client: { protocolVersion: string; capabilities: JsonObject; clientInfo: JsonObject | undefined };
  /** SHA-256 of the token it came with, hex; whether that is still good is asked again. */
  bearerHash: string | undefined;
  remoteAddress: string;
  mcpHeaders: Readonly<Record<string, string>>;
  /** The rows are kept for this time after it ended, milliseconds. */
  keepMs: number;
}

/** What became of a call that used its grant up. */
export type Ending =
  | { type: 'answer'; reply: Exclude<CallReply, { type: 'accepted' }> }
  /** It may have had an effect, and there is no answer that says which. */
  | { type: 'unknown'; why: string }
  /** Kept until a person lets exactly this go to its agent; `salt` and the text of the result are what the nonce of the ticket is made of; `finds`: what is held in it. */
  | { type: 'withheld'; reply: Extract<CallReply, { type: 'result' }>; salt: string; finds: string }
  /** Surely nothing was sent to a server: the identical call is asked for anew. */
  | { type: 'unused' }
  /** Refused before the grant was used; or it ran, and its answer waits under the ticket that the message names. */
  | { type: 'refused'; message: string; code: string; waits?: string | undefined };

export interface KeptEnding {
  callId: string;
  endedMs: number;
  ending: Ending;
}

export interface Delivery {
  /** The gateway runs this call by itself. */
  isTask: boolean;
  kept: KeptEnding | undefined;
  leaseMs: number;
  untilMs: number;
}

export interface DeliveriesOptions {
  store: DeliveryStore;
  clock: Clock;
  sealer: {
    seal(org: string, purpose: string, plain: Uint8Array): Uint8Array;
    open(org: string, purpose: string, sealed: Uint8Array): Uint8Array | undefined;
  };
  onFailure(error: unknown): void;
}

interface Running {
  org: string;
  ticket: string;
  /** If it never says how it ended, that is told for so long, milliseconds. */
  keepMs: number;
  abort(reason: Error): void;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  /** Calls on a grant that run in this process, by organization and ticket, with what ends each. */
  readonly #running = new Map<string, Running>();
  #renewing: NodeJS.Timeout | undefined;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Durable when it resolves. False: it is too large to be kept, and is not. */
  async park(org: string, ticket: string, request: ParkedRequest, untilMs: number): Promise<boolean> {
    if (request.params.length > MAX_PARKED_CHARS) return false;
    await this.#save(org, ticket, { request: this.#sealed(org, `request/${ticket}`, request), untilMs: untilMs + request.keepMs });
    return true;
  }

  async parked(org: string, ticket: string): Promise<ParkedRequest | undefined> {
    const row = await this.#options.store.find(org, ticket);
    return row?.request && (this.#opened(org, `request/${ticket}`, row.request) as ParkedRequest | undefined);
  }

  /** Tickets whose calls the gateway makes by itself, and did not yet. */
  waiting(org: string): Promise<string[]> {
    return this.#options.store.waiting(org, MAX_WAITING);
  }

  async find(org: string, ticket: string): Promise<Delivery | undefined> {
    const row = await this.#options.store.find(org, ticket);
    if (!row || row.untilMs <= this.#options.clock.nowMs()) return undefined;
    const { leaseMs, untilMs } = row;
    const kept = row.answer && (this.#opened(org, `answer/${ticket}`, row.answer) as KeptEnding | undefined);
    return { isTask: row.request !== undefined, kept, leaseMs, untilMs };
  }

  /** This process runs the call of the ticket from now on. Returns the function that says that it does not any more. */
  begin(org: string, ticket: string, keepMs: number, abort: (reason: Error) => void): () => void {
    const key = `${org}/${ticket}`;
    this.#running.set(key, { org, ticket, keepMs, abort });
    this.#renewing ??= setInterval(() => void this.#renew(), RENEW_MS).unref();
    return () => {
      this.#running.delete(key);
      if (this.#running.size > 0) return;
      clearInterval(this.#renewing);
      this.#renewing = undefined;
    };
  }

  isRunning(org: string, ticket: string): boolean {
    return this.#running.has(`${org}/${ticket}`);
  }

  /** Ends the call if this process runs it. */
  abort(org: string, ticket: string, reason: Error): void {
    this.#running.get(`${org}/${ticket}`)?.abort(reason);
  }

  /** Durable when it resolves. The first ending of a ticket stays. */
  async keep(org: string, ticket: string, callId: string, ending: Ending, keepMs: number): Promise<void> {
    const endedMs = this.#options.clock.nowMs();
    const kept: KeptEnding = { callId, endedMs, ending: bounded(ending) };
    await this.#save(org, ticket, { answer: this.#sealed(org, `answer/${ticket}`, kept), untilMs: endedMs + keepMs });
  }

  forget(): Promise<void> {
    return this.#options.store.forget(this.#options.clock.nowMs());
  }

  async #renew(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    for (const { org, ticket, keepMs } of [...this.#running.values()]) {
      const leaseMs = nowMs + LEASE_MS;
      await this.#save(org, ticket, { leaseMs, untilMs: leaseMs + keepMs }).catch((error: unknown) => this.#options.onFailure(error));
    }
  }

  #save(
    org: string,
    ticket: string,
    part: { request?: Uint8Array; answer?: Uint8Array; leaseMs?: number; untilMs: number },
  ): Promise<void> {
    return this.#options.store.save(org, {
      ticket,
      request: part.request,
      answer: part.answer,
      leaseMs: part.leaseMs ?? 0,
      untilMs: part.untilMs,
    });
  }

  #sealed(org: string, purpose: string, value: object): Uint8Array {
    return this.#options.sealer.seal(org, `delivery/${purpose}`, Buffer.from(JSON.stringify(value)));
  }

  #opened(org: string, purpose: string, sealed: Uint8Array): unknown {
    const plain = this.#options.sealer.open(org, `delivery/${purpose}`, sealed);
    return plain && JSON.parse(Buffer.from(plain).toString('utf8'));
  }
}

function bounded(ending: Ending): Ending {
  if (ending.type !== 'answer' && ending.type !== 'withheld') return ending;
  const { reply } = ending;
  if (reply.type === 'result') {
    // The text says it all; the value is read from it again.
    const resultText = reply.resultText ?? JSON.stringify(reply.result);
    if (resultText.length <= MAX_KEPT_CHARS) return { ...ending, reply: { ...reply, result: {}, resultText } };
  } else if (JSON.stringify(reply.error).length <= MAX_KEPT_CHARS) return ending;
  return { type: 'unknown', why: `its answer has more than ${MAX_KEPT_CHARS} characters and was not kept` };
}

/** The answer again, as it was. */
export function replyOf({ ending }: KeptEnding): Exclude<CallReply, { type: 'accepted' }> | undefined {
  if (ending.type !== 'answer' && ending.type !== 'withheld') return undefined;
  const { reply } = ending;
  return reply.type === 'error' ? reply : { ...reply, result: parseJson(reply.resultText ?? '{}') as JsonObject };
}
