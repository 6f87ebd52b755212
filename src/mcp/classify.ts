// Decides the era of one HTTP POST by what its body claims; headers only cross-check (2026-07-28 basic/versioning).
// Never decides by the session id, the method name alone, or a header alone.
import { INVALID_PARAMS, INVALID_REQUEST, type WireFailure, wireFailure } from './error-code.ts';
import { type Headers, PROTOCOL_VERSION_HEADER, trimOws } from './headers.ts';
import type { RpcMessage, RpcNotification, RpcRequest } from './message.ts';
import { claimsModern, type Envelope, META_PROTOCOL_VERSION, missingMembers, parseEnvelope } from './rev-2026-07-28/envelope.ts';
import { checkGivenHeaders, checkRequestHeaders } from './rev-2026-07-28/request-header.ts';
import { isModernVersion, namesModernEra, unsupportedVersion } from './rev-2026-07-28/version.ts';

export type Classified =
  | { era: 'legacy' }
  /** A validated request: envelope read, headers checked. Any Mcp-Session-Id or Last-Event-ID is to be ignored. */
  | { era: 'modern'; envelope: Envelope }
  /** A modern notification; it needs no envelope, so there may be none. Answer 202. */
  | { era: 'modern'; envelope: undefined };

/**
 * Era of one message of a POST body. Responses are legacy by definition. `message` comes from parseMessage; elements of a batch must be
 * classified with `batch` true: a modern claim inside a batch is refused (-32600, 400).
 *
 * Order of refusals: malformed envelope (-32602), headers that contradict the body (-32020), version not served (-32022), headers missing (-32020).
 */
export function classify(headers: Headers, message: RpcMessage, options: { batch?: boolean } = {}): Classified | WireFailure {
  if (message.shape === 'response') return { era: 'legacy' };
  if (options.batch === true) {
    if (!claimsModern(message.params)) return { era: 'legacy' };
    return wireFailure(400, INVALID_REQUEST, 'A batch must not hold requests of revision 2026-07-28 or later.');
  }
  return message.shape === 'request' ? classifyRequest(headers, message) : classifyNotification(headers, message);
}

function classifyRequest(headers: Headers, request: RpcRequest): Classified | WireFailure {
  if (!claimsModern(request.params)) {
    if (!headerNamesModern(headers)) return { era: 'legacy' };
    const missing = missingMembers(request.params);
    return wireFailure(
      400,
      INVALID_PARAMS,
      `The MCP-Protocol-Version header names a stateless revision, but the request lacks: ${missing.join(', ')}.`,
      {
        envelope: { missing },
      },
    );
  }
  const envelope = parseEnvelope(request.params);
  if ('error' in envelope) return envelope;
  const contradiction = checkGivenHeaders(headers, request.method, envelope.protocolVersion);
  if (contradiction !== undefined) return contradiction;
  if (!isModernVersion(envelope.protocolVersion)) return unsupportedVersion(envelope.protocolVersion);
  return checkRequestHeaders(headers, request, envelope) ?? { era: 'modern', envelope };
}

function classifyNotification(headers: Headers, notification: RpcNotification): Classified | WireFailure {
  const claims = claimsModern(notification.params);
  if (!claims && !headerNamesModern(headers)) return { era: 'legacy' };
  const meta = notification.params?.['_meta'] as Record<string, unknown> | undefined;
  const claimed = claims ? meta?.[META_PROTOCOL_VERSION] : trimOws(headers[PROTOCOL_VERSION_HEADER] ?? '');
  if (typeof claimed !== 'string') {
    return wireFailure(400, INVALID_PARAMS, `Invalid request envelope: ${META_PROTOCOL_VERSION} must be a string.`, {
      envelope: { key: META_PROTOCOL_VERSION, problem: 'must be a string' },
    });
  }
  const contradiction = checkGivenHeaders(headers, notification.method, claimed);
  if (contradiction !== undefined) return contradiction;
  return isModernVersion(claimed) ? { era: 'modern', envelope: undefined } : unsupportedVersion(claimed);
}

function headerNamesModern(headers: Headers): boolean {
  const header = headers[PROTOCOL_VERSION_HEADER];
  return header !== undefined && namesModernEra(trimOws(header));
}
