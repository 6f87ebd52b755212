// Decides the era of one HTTP POST by what its body claims; headers only cross-check (2026-07-28 basic/versioning).
// Never decides by the session id, the method name alone, or a header alone.
import { INVALID_PARAMS, INVALID_REQUEST, UNSUPPORTED_PROTOCOL_VERSION, type WireFailure, wireFailure } from './error-code.ts';
import { type Headers, PROTOCOL_VERSION_HEADER, trimOws } from './headers.ts';
import type { RpcMessage } from './message.ts';
import { claimedVersion, claimsModern, type Envelope, META_CLIENT_CAPABILITIES, META_PROTOCOL_VERSION, readEnvelope } from './rev-2026-07-28/envelope.ts';
import { checkRequestHeaders, checkVersionHeader } from './rev-2026-07-28/request-header.ts';
import { namesModernEra } from './rev-2026-07-28/version.ts';

export type Classified =
  | { era: 'legacy' }
  /** A validated request: envelope read, headers checked. Any Mcp-Session-Id or Last-Event-ID is to be ignored. */
  | { era: 'modern'; envelope: Envelope }
  /** A modern notification; it needs no envelope, so there may be none. Answer 202. */
  | { era: 'modern'; envelope: undefined };

/**
 * Era of one message of a POST body. Responses are legacy by definition. `message` comes from parseMessage; elements of a batch must be
 * classified with `batch` true: a modern claim inside a batch is refused (-32600, 400).
 */
export function classify(headers: Headers, message: RpcMessage, options: { batch?: boolean } = {}): Classified | WireFailure {
  if (message.shape === 'response') return { era: 'legacy' };
  const claimed = claimsModern(message.params);
  const header = headers[PROTOCOL_VERSION_HEADER];
  const named = header !== undefined && namesModernEra(trimOws(header));
  if (!claimed && !named) return { era: 'legacy' };
  if (options.batch) return wireFailure(400, INVALID_REQUEST, 'Batches do not exist in this protocol revision: send one message per request.');
  if (message.shape === 'notification') return { era: 'modern', envelope: undefined };
  if (!claimed) {
    const missing = [META_PROTOCOL_VERSION, META_CLIENT_CAPABILITIES];
    return wireFailure(400, INVALID_PARAMS, `Invalid params: "_meta" must carry ${missing.join(' and ')}.`, { envelope: missing });
  }
  const envelope = readEnvelope(message.params);
  if ('error' in envelope) {
    // A header that contradicts the body is the nearer fault, whatever the body claims.
    const contradicted = envelope.error.code === UNSUPPORTED_PROTOCOL_VERSION && checkVersionHeader(headers, claimedVersion(message.params));
    return contradicted || envelope;
  }
  return checkRequestHeaders(headers, message, envelope) ?? { era: 'modern', envelope };
}
