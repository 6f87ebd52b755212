// What a channel is asked to do, and what it answers. Types, and the words for failures.
// Never puts an address, a header, a key or the text of an answer into a failure: addresses of webhooks are secrets.
import { AddressRefused } from '../lib/address-guard.ts';
import type { EventBody } from './event.ts';

/** One attempt, from resolving the name to the last byte that is read, milliseconds. */
export const SEND_TIMEOUT_MS = 10_000;
/** Longest pause that a receiver may ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

export interface Message {
  /** Of the event: the same on every attempt. */
  id: string;
  body: EventBody;
}

export type SendResult =
  | { type: 'sent' }
  /** `final`: trying again would not help. */
  | { type: 'failed'; error: string; retryAfterMs?: number | undefined; final?: boolean };

/** Values of secrets, opened late. undefined: there is no such secret, or it cannot be opened. */
export type OpenSecret = (name: string) => string | undefined;

/** Never rejects. */
export type Send = (message: Message, signal: AbortSignal) => Promise<SendResult>;

export function failed(error: string): SendResult {
  return { type: 'failed', error };
}

export function missingSecret(name: string): SendResult {
  return failed(`secret/${name} does not exist, cannot be opened, or holds no usable value`);
}

/** Why a connection or transfer failed, in words that name nothing. */
export function connectionFailure(error: unknown): SendResult {
  const cause = chainOf(error).find((one) => one instanceof AddressRefused);
  if (cause) return failed(cause.message);
  const code = chainOf(error)
    .map((one) => (one as { code?: unknown }).code)
    .find((one) => typeof one === 'string');
  if (chainOf(error).some(({ name }) => name === 'TimeoutError')) return failed('no answer in time');
  return failed(
    code === undefined ? 'the connection failed' : (KNOWN[String(code)] ?? `the connection failed (${plainCode(String(code))})`),
  );
}

const KNOWN: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved now',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_HEADERS_OVERFLOW: 'the answer has too many headers',
  EAUTH: 'the mail server refused user or password',
  ETLS: 'the mail server offers no encryption, or a certificate that is not valid',
  EENVELOPE: 'the mail server refused the sender or a recipient',
  EMESSAGE: 'the mail server refused the message',
  ESOCKET: 'the mail server ended the connection, or its certificate is not valid',
  ETIMEDOUT: 'no connection in time',
};

function plainCode(code: string): string {
  return /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'unknown';
}

/** The error, its causes, and what it collects, at most ten. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && chain.length < 10) {
    const next = open.shift();
    if (!(next instanceof Error)) continue;
    chain.push(next);
    open.push(next.cause, ...(next instanceof AggregateError ? next.errors : []));
  }
  return chain;
}
