// Errors across eras and hops. A server's errors about its own hop (headers, version, capabilities) never reach an agent as such.
// Never relays authentication challenges. Source: 2026-07-28 basic, error codes; 2025-11-25 server/resources.
import { isObject, type JsonObject } from '../../lib/json.ts';
import {
  HEADER_MISMATCH,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  MISSING_CLIENT_CAPABILITY,
  RESOURCE_NOT_FOUND,
  UNSUPPORTED_PROTOCOL_VERSION,
} from '../error-code.ts';
import type { RpcError } from '../message.ts';

export interface ErrorContext {
  method: string;
  params: JsonObject | undefined;
  /** Era of the server that made the error. */
  serverEra: 'legacy' | 'modern';
  /** Capabilities this very client declared; decides whether -32021 concerns it. */
  clientCapabilities: JsonObject;
}

/** For a modern agent. -32042 is not handled here: see inputRequiredOfUrlError. */
export function toModernError(error: RpcError, context: ErrorContext): RpcError {
  if (error.code === RESOURCE_NOT_FOUND && context.serverEra === 'legacy') {
    const uri = isObject(error.data) && typeof error.data['uri'] === 'string' ? error.data['uri'] : context.params?.['uri'];
    const data: JsonObject = { ...(isObject(error.data) ? error.data : {}), ...(typeof uri === 'string' ? { uri } : {}) };
    return { code: INVALID_PARAMS, message: error.message, data };
  }
  if (error.code === MISSING_CLIENT_CAPABILITY && concernsClient(error, context.clientCapabilities)) return error;
  return ofThisHop(error);
}

/** For a legacy agent. */
export function toLegacyError(error: RpcError, context: ErrorContext): RpcError {
  const data = isObject(error.data) ? error.data : {};
  if (context.serverEra === 'modern' && context.method === 'resources/read' && error.code === INVALID_PARAMS && data['uri'] !== undefined) {
    return { ...error, code: RESOURCE_NOT_FOUND };
  }
  if (error.code === MISSING_CLIENT_CAPABILITY) {
    const names = isObject(data['requiredCapabilities']) ? Object.keys(data['requiredCapabilities']).join(', ') : '';
    return { code: INTERNAL_ERROR, message: `The server needs a capability this client did not declare${names === '' ? '' : `: ${names}`}.` };
  }
  return ofThisHop(error);
}

/** Errors between gateway and server: an agent that saw them would change its headers or its era. */
function ofThisHop(error: RpcError): RpcError {
  switch (error.code) {
    case HEADER_MISMATCH:
    case UNSUPPORTED_PROTOCOL_VERSION:
    case MISSING_CLIENT_CAPABILITY:
      return { code: INTERNAL_ERROR, message: 'The server refused the request of the gateway.', data: { code: 'upstream_refused', upstreamCode: error.code } };
    default:
      return error;
  }
}

/** Does the server miss something that this very client did not declare? */
function concernsClient(error: RpcError, declared: JsonObject): boolean {
  const required = isObject(error.data) ? error.data['requiredCapabilities'] : undefined;
  return isObject(required) && Object.keys(required).some((key) => lacks(required[key], declared[key]));
}

function lacks(required: unknown, declared: unknown): boolean {
  if (!isObject(declared)) return true;
  return isObject(required) && Object.keys(required).some((key) => isObject(required[key]) && lacks(required[key], declared[key]));
}
