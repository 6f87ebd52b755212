// What a forward's target is to the pump: something that takes a batch whole, or says why not.
// A sender that says `sent` has grounds to believe that the target has every record; when in doubt it says `failed`, and the batch comes again.
import { AddressRefused } from '../../lib/address-guard.ts';
import type { LogEvent } from '../event.ts';

export type SendResult =
  /** `refused`: records that the target will never take; `note` says why, without quoting what the target wrote. */
  | { type: 'sent'; refused?: number; note?: string }
  /** `smaller`: fewer records at a time might pass. */
  | { type: 'failed'; reason: string; smaller?: boolean; retryAfterMs?: number };

export interface Sender {
  send(events: readonly LogEvent[], signal: AbortSignal): Promise<SendResult>;
  close(): Promise<void>;
}

/** Milliseconds for everything a batch needs at its target: connection, handshake, all of it taken. */
export const SEND_TIMEOUT_MS = 8_000;

/** What the operator is told of a failure of the network: its code, or its own words. Never what a target answered. */
export function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  if (error instanceof AddressRefused) return error.message;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = error.cause instanceof Error ? networkReason(error.cause) : undefined;
  if (code === undefined) return cause ?? error.message.slice(0, 200);
  return CODES[code] ?? (error.message.includes(code) ? error.message.slice(0, 200) : `${code}: ${error.message.slice(0, 200)}`);
}

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there (ECONNREFUSED)',
  ECONNRESET: 'the target broke the connection off (ECONNRESET)',
  ENOTFOUND: 'the name of the host cannot be resolved (ENOTFOUND)',
  EPIPE: 'the target closed the connection (EPIPE)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of the target is not trusted: give its authority as ca (DEPTH_ZERO_SELF_SIGNED_CERT)',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate of the target is not trusted: give its authority as ca (SELF_SIGNED_CERT_IN_CHAIN)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'the certificate of the target is not trusted: give its authority as ca (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'the certificate of the target is not trusted: give its authority as ca (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)',
  CERT_HAS_EXPIRED: 'the certificate of the target has expired (CERT_HAS_EXPIRED)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the target is for another name: see serverName (ERR_TLS_CERT_ALTNAME_INVALID)',
};
