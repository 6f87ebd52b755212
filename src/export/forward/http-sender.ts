// OTLP/HTTP and JSON lines in the body of a POST. 2xx is the receipt; no redirect is followed, nothing is decompressed, and of the answer only what
// the protocol defines is read. Never sends to anywhere but the URL the operator gave.
import { Agent } from 'undici';
import { isObject, type Json } from '../../lib/json.ts';
import type { LogEvent } from '../event.ts';
import { networkReason, type Sender, type SendResult } from './sender.ts';
import { targetGuard } from './target-guard.ts';
import type { TlsSetting } from './tls-setting.ts';

/** Bytes of an answer that are read. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Longest pause that a target may ask for. */
const MAX_RETRY_AFTER_MS = 300_000;

export interface HttpPlace {
  url: string;
  headers: Readonly<Record<string, string>>;
  media: string;
  /** The body for these events. */
  write(events: readonly LogEvent[]): string;
  /** Answers of OTLP say how many records were refused. */
  isOtlp: boolean;
  tls: TlsSetting;
}

export class HttpSender implements Sender {
  readonly #place: HttpPlace;
  readonly #agent: Agent;

  constructor(place: HttpPlace) {
    this.#place = place;
    this.#agent = new Agent({
      connections: 1,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: 16 * 1024,
      connect: { ...place.tls, lookup: targetGuard.lookup },
    });
  }

  async send(events: readonly LogEvent[], signal: AbortSignal): Promise<SendResult> {
    const { url, headers, media, write, isOtlp } = this.#place;
    const { origin, pathname, search, hostname } = new URL(url);
    try {
      targetGuard.checkLiteral(hostname);
      const {
        statusCode,
        headers: answered,
        body,
      } = await this.#agent.request({
        origin,
        path: pathname + search,
        method: 'POST',
        headers: { ...headers, 'content-type': media },
        body: write(events),
        signal,
      });
      const text = await readBounded(body);
      if (statusCode >= 200 && statusCode < 300) return isOtlp ? partial(text, events.length) : { type: 'sent' };
      return refusal(statusCode, answered['retry-after']);
    } catch (error) {
      return signal.aborted
        ? { type: 'failed', reason: 'no answer in time', smaller: true }
        : { type: 'failed', reason: networkReason(error) };
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

function refusal(status: number, retryAfter: string | string[] | undefined): SendResult {
  const seconds = Number(retryAfter);
  const wait = Number.isFinite(seconds) && seconds > 0 ? { retryAfterMs: Math.min(MAX_RETRY_AFTER_MS, seconds * 1000) } : {};
  const smaller = status === 400 || status === 413 ? { smaller: true } : {};
  const hint = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  return { type: 'failed', reason: `the target answered with status ${status}${hint}`, ...wait, ...smaller };
}

/** OTLP: what a collector rejects it never takes; it says how many. */
function partial(text: string, count: number): SendResult {
  const answer = parsed(text);
  const told = isObject(answer) && isObject(answer.partialSuccess) ? Number(answer.partialSuccess.rejectedLogRecords ?? 0) : 0;
  if (!(told > 0)) return { type: 'sent' };
  const refused = Math.min(count, told);
  return { type: 'sent', refused, note: `the target rejected ${refused} of ${count} records for good` };
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
