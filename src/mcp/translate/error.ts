// Errors across eras and hops. A server's errors about its own hop (headers, version, capabilities) never reach an agent as such.
// Never relays authentication challenges. Source: 2026-07-28 basic, error codes; 2025-11-25 server/resources.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import {
  HEADER_MISMATCH,
  INTERNAL_ERROR,
  INVALID_PARAMS,
  MISSING_CLIENT_CAPABILITY,
  RESOURCE_NOT_FOUND,
  UNSUPPORTED_PROTOCOL_VERSION,
  URL_ELICITATION_REQUIRED,
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

/** For a modern agent, from a server of either era (same-era errors too). -32042 with usable questions is not handled here: see questionsOfUrlError. */
export function toModernError(error: RpcError, context: ErrorContext): RpcError {
  if (context.serverEra === 'legacy') {
    if (error.code === RESOURCE_NOT_FOUND && context.method === 'resources/read') return resourceMissing(error, context, INVALID_PARAMS);
    return error.code === URL_ELICITATION_REQUIRED || isHopCode(error.code) ? ofServer(error) : error;
  }
  if (error.code === MISSING_CLIENT_CAPABILITY && concernsClient(error, context.clientCapabilities)) return error;
  return isHopCode(error.code) ? ofServer(error) : error;
}

/** For a legacy agent, from a server of either era. */
export function toLegacyError(error: RpcError, context: ErrorContext): RpcError {
  if (isHopCode(error.code)) return ofServer(error);
  if (context.serverEra === 'legacy') return error;
  const data = error.data;
  const namesUri = isObject(data) && typeof data['uri'] === 'string';
  return error.code === INVALID_PARAMS && context.method === 'resources/read' && namesUri
    ? resourceMissing(error, context, RESOURCE_NOT_FOUND)
    : error;
}

function isHopCode(code: number): boolean {
  return code === HEADER_MISMATCH || code === MISSING_CLIENT_CAPABILITY || code === UNSUPPORTED_PROTOCOL_VERSION;
}

function resourceMissing(error: RpcError, context: ErrorContext, code: number): RpcError {
  const data = isObject(error.data) ? error.data : {};
  const uri = data['uri'] ?? context.params?.['uri'];
  return { code, message: error.message, data: uri === undefined ? data : { ...data, uri } };
}

/** The error told as the server's problem, without the members that would make a client change era, version or headers. */
function ofServer(error: RpcError): RpcError {
  const capabilities = error.code === MISSING_CLIENT_CAPABILITY && isObject(error.data) ? error.data['requiredCapabilities'] : undefined;
  const needed = isObject(capabilities) ? leafNames(capabilities).join(', ') : '';
  const message =
    needed === '' ? 'The server refused the request of the gateway.' : `The server needs a client with these capabilities: ${needed}.`;
  return { code: INTERNAL_ERROR, message, data: { code: 'upstream_refused', upstreamCode: error.code } };
}

/** True when something the server requires was indeed not declared by this client. */
function concernsClient(error: RpcError, declared: JsonObject): boolean {
  const required = isObject(error.data) ? error.data['requiredCapabilities'] : undefined;
  return isObject(required) && !covers(declared, required);
}

function covers(declared: Json | undefined, required: JsonObject): boolean {
  return (
    isObject(declared) &&
    Object.entries(required).every(([key, need]) => Object.hasOwn(declared, key) && (!isObject(need) || covers(declared[key], need)))
  );
}

/** Most capability names and characters of them quoted. */
const MAX_NAMES = 10;
const MAX_NAME_LENGTH = 64;

function leafNames(capabilities: JsonObject): string[] {
  const names = Object.entries(capabilities).flatMap(([name, inner]) => {
    const deeper = isObject(inner) ? Object.keys(inner) : [];
    return deeper.length === 0 ? [name] : deeper.map((key) => `${name}.${key}`);
  });
  return names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_LENGTH));
}
