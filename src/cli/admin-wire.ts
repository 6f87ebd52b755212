// The HTTP side of the admin client: one request, its answer as JSON, lines or bytes, and its failure as an error that says what to do.
// Never follows a redirect and never repeats the operator token in a message.
import { Agent, type Dispatcher } from 'undici';
import type { PlacedProblem } from '../admin/contract.ts';
import { GatewayError } from '../lib/error.ts';
import { isObject } from '../lib/json.ts';
import { ListedFailure } from './failure.ts';

export interface ExportPage {
  next: number;
  head: number;
  chunks: AsyncIterable<Uint8Array>;
  /** Entries up to this one are asked for and are in segments; 0: none are. */
  archived: number;
}

export interface AdminClientOptions {
  /** Origin, perhaps with a path in front of the API. */
  url: string;
  token: string | undefined;
  /** The organization it is meant for: an answer of another one is refused. */
  organization?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** The answer may wait for a change to be durable and in force. */
const ANSWER_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;
/** A standing stream says something at least every 15 seconds. */
const STREAM_SILENCE_MS = 60_000;

export class Wire {
  readonly #prefix: URL;
  readonly #token: string | undefined;
  readonly #organization: string | undefined;
  readonly #agent = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: STREAM_SILENCE_MS,
  });

  constructor({ url, token, organization }: AdminClientOptions) {
    this.#prefix = new URL(url);
    this.#token = token;
    this.#organization = organization;
  }

  async json<T>(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<T> {
    const response = await this.#send(method, this.#resolve(path), body);
    return this.#parse(await this.#text(response, MAX_ANSWER_BYTES)) as T;
  }

  async stream(path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send('GET', this.#resolve(path), undefined, signal);
    return body;
  }

  async exportPage(path: string): Promise<ExportPage> {
    const { body, headers } = await this.#send('GET', this.#resolve(path), undefined);
    const [next, head] = [Number(headers['sallyport-next']), Number(headers['sallyport-head'])];
    const archived = Number(headers['sallyport-archived-to'] ?? 0);
    if (Number.isSafeInteger(next) && Number.isSafeInteger(head)) return { next, head, archived, chunks: body };
    throw invalidAnswer(this.#prefix.origin, 'does not say where to go on: the gateway is older than this command');
  }

  async lines(method: Dispatcher.HttpMethod, path: string, body?: unknown): Promise<AsyncIterable<unknown>> {
    const response = await this.#send(method, this.#resolve(path), body);
    return jsonLines(response.body, (text) => this.#parse(text));
  }

  async download(url: URL): Promise<AsyncIterable<Uint8Array>> {
    const { body } = await this.#send('GET', url, undefined);
    return body;
  }

  async ready(): Promise<boolean> {
    const { statusCode, body } = await this.#request('GET', this.#resolve('/readyz'), undefined, undefined);
    await body.dump();
    return statusCode === 200;
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  #resolve(path: string): URL {
    return new URL(this.#prefix.pathname.replace(/\/$/, '') + path, this.#prefix);
  }

  /** An answer that is not 2xx becomes the failure it tells of. */
  async #send(method: Dispatcher.HttpMethod, url: URL, body: unknown, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const response = await this.#request(method, url, body, signal);
    if (response.statusCode >= 200 && response.statusCode < 300) return response;
    throw failureOf(url, response.statusCode, await this.#text(response, MAX_ERROR_BYTES));
  }

  async #request(
    method: Dispatcher.HttpMethod,
    url: URL,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<Dispatcher.ResponseData> {
    const trusted = url.origin === this.#prefix.origin;
    try {
      return await this.#agent.request({
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers: {
          accept: '*/*',
          ...(this.#token !== undefined && trusted ? { authorization: `Bearer ${this.#token}` } : {}),
          ...(this.#organization !== undefined && trusted ? { 'sallyport-organization': this.#organization } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (signal?.aborted) throw error;
      const next = 'Is it running there? Start it with `sallyport serve`, or name its admin address with --url or SALLYPORT_ADMIN_URL.';
      throw new GatewayError('gateway_unreachable', `There is no answer from ${url.origin}. ${next}`, { cause: error });
    }
  }

  async #text({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        if (bytes > maxBytes) throw invalidAnswer(this.#prefix.origin, 'is too large');
        chunks.push(chunk);
      }
    } catch (error) {
      if (error instanceof GatewayError) throw error;
      throw invalidAnswer(this.#prefix.origin, 'broke off', error);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw invalidAnswer(this.#prefix.origin, 'is not JSON', error);
    }
  }
}

async function* jsonLines(chunks: AsyncIterable<Uint8Array>, parse: (text: string) => unknown): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield parse(line);
  }
  if (text !== '') yield parse(text);
}

export function invalidAnswer(origin: string, what: string, cause?: unknown): GatewayError {
  const next = 'Is this the admin address of a gateway? The address for agents is another one.';
  return new GatewayError('gateway_answer_invalid', `The answer of ${origin} ${what}. ${next}`, { cause });
}

function failureOf(url: URL, status: number, text: string): GatewayError {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const error = isObject(parsed) && isObject(parsed.error) ? parsed.error : undefined;
  if (typeof error?.code !== 'string' || typeof error.message !== 'string')
    return invalidAnswer(url.origin, `has status ${status} and is no answer of a gateway`);
  const details = Array.isArray(error.details) ? error.details.filter((line) => typeof line === 'string') : [];
  const problems = Array.isArray(error.problems) ? (error.problems as unknown as PlacedProblem[]) : [];
  return new ListedFailure(error.code, nextStep(url, error.code, error.message), details, problems);
}

/** What the command line can add: where its token comes from. */
function nextStep({ origin }: URL, code: string, message: string): string {
  if (code !== 'unauthenticated') return message;
  return `The gateway at ${origin} does not accept the operator token. Set SALLYPORT_OPERATOR_TOKEN, or name the data directory of this gateway with --data, or another gateway with --url.`;
}

export function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}
