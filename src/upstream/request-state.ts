// The sealed `requestState` handed to a stateless agent between two rounds of a call (2026-07-28 basic/patterns/mrtr): what it says and what it is
// bound to. Hostile until proven otherwise: whatever cannot be opened, is foreign or expired reads as undefined.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { UpstreamRequest } from './exchange.ts';

/** Authenticated encryption of short texts, bound to an organization. `open` answers undefined for anything it did not seal for this organization. */
export interface StateSealer {
  seal(org: string, text: string): string;
  open(org: string, sealed: string): string | undefined;
}

/** Longest requestState looked at. */
export const MAX_STATE_CHARS = 8_192;

export interface RequestState {
  /** `parked`: a call waits for answers. `resend`: the call ended asking for a URL visit and is to be sent again. */
  kind: 'parked' | 'resend';
  /** Parked exchange; empty for `resend`. */
  id: string;
  /** New for every round. */
  nonce: string;
  /** Wall clock. */
  expiresMs: number;
}

export function sealState(sealer: StateSealer, request: UpstreamRequest, state: RequestState): string {
  return sealer.seal(request.org, JSON.stringify({ ...state, principal: request.principalKey, digest: callDigest(request) }));
}

/** The state, when it was sealed for this very principal and this very call and has not expired. */
export function openState(sealer: StateSealer, request: UpstreamRequest, sealed: string, nowMs: number): RequestState | undefined {
  if (sealed.length > MAX_STATE_CHARS) return undefined;
  const value = parsed(sealer.open(request.org, sealed));
  if (!isObject(value)) return undefined;
  const { kind, id, nonce, expiresMs, principal, digest } = value;
  if (kind !== 'parked' && kind !== 'resend') return undefined;
  if (typeof id !== 'string' || typeof nonce !== 'string' || typeof expiresMs !== 'number') return undefined;
  if (expiresMs <= nowMs || principal !== request.principalKey || digest !== callDigest(request)) return undefined;
  return { kind, id, nonce, expiresMs };
}

/** SHA-256 over what the call does; not over how it is labelled (`_meta`) nor over the round (`inputResponses`, `requestState`). */
export function callDigest(request: Pick<UpstreamRequest, 'server' | 'method' | 'params'>): string {
  const { _meta: _envelope, inputResponses: _responses, requestState: _state, ...rest }: JsonObject = request.params ?? {};
  return sha256Hex(canonicalJson({ server: request.server, method: request.method, params: rest }));
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
