// The per-request envelope: the `_meta` members every request of 2026-07-28 carries (basic/index, `_meta`).
// What a client says about itself is unverified: labels and wire behaviour only, never a policy input.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { INVALID_PARAMS, type WireFailure, wireFailure } from '../error-code.ts';
import { isModernVersion, unsupportedVersion } from './version.ts';

export const META_PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const META_CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const META_CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
export const META_LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
export const META_SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
export const META_SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/** The `_meta` members that belong to one hop and are never forwarded to another. */
export const ENVELOPE_MEMBERS = [META_PROTOCOL_VERSION, META_CLIENT_CAPABILITIES, META_CLIENT_INFO, META_LOG_LEVEL] as const;

/** Characters of what a client says about itself, as JSON: connections to servers are told apart by it. */
export const MAX_ENVELOPE_CHARS = 64 * 1024;

export interface Envelope {
  protocolVersion: string;
  clientCapabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  logLevel: string | undefined;
}

/** True when `_meta` carries the protocol version member at all (well-formed or not): the body claims the stateless era. */
export function claimsModern(params: JsonObject | undefined): boolean {
  const meta = metaOf(params);
  return meta !== undefined && Object.hasOwn(meta, META_PROTOCOL_VERSION);
}

/** The required envelope members that are missing; `['_meta']` when there is no `_meta` at all. */
export function missingMembers(params: JsonObject | undefined): string[] {
  const meta = metaOf(params);
  if (meta === undefined) return ['_meta'];
  return [META_PROTOCOL_VERSION, META_CLIENT_CAPABILITIES].filter((member) => !Object.hasOwn(meta, member));
}

/** The envelope, its version not yet judged. Missing or malformed members: -32602 with `data.envelope`, 400. */
export function parseEnvelope(params: JsonObject | undefined): Envelope | WireFailure {
  const meta = metaOf(params) ?? {};
  const missing = missingMembers(params);
  if (missing.length > 0) {
    return wireFailure(400, INVALID_PARAMS, `Missing from the request envelope: ${missing.join(', ')}.`, { envelope: { missing } });
  }
  const own = (member: string): Json | undefined => (Object.hasOwn(meta, member) ? meta[member] : undefined);
  const protocolVersion = own(META_PROTOCOL_VERSION);
  if (typeof protocolVersion !== 'string') return malformed(META_PROTOCOL_VERSION, 'must be a string');
  const clientCapabilities = own(META_CLIENT_CAPABILITIES);
  if (!isObject(clientCapabilities)) return malformed(META_CLIENT_CAPABILITIES, 'must be an object');
  const clientInfo = own(META_CLIENT_INFO);
  if (clientInfo !== undefined && !isImplementation(clientInfo))
    return malformed(META_CLIENT_INFO, 'must be an object with string "name" and "version"');
  const logLevel = own(META_LOG_LEVEL);
  if (logLevel !== undefined && !isLogLevel(logLevel)) return malformed(META_LOG_LEVEL, `must be one of ${LOG_LEVELS.join(', ')}`);
  if (JSON.stringify([clientCapabilities, clientInfo]).length > MAX_ENVELOPE_CHARS)
    return malformed(META_CLIENT_CAPABILITIES, `and ${META_CLIENT_INFO} must not have more than ${MAX_ENVELOPE_CHARS} characters`);
  return { protocolVersion, clientCapabilities, clientInfo, logLevel };
}

/** Reads the envelope. Missing or malformed: -32602 with `data.envelope`, 400. A version we do not serve: -32022 with `data.supported` and `data.requested`, 400. */
export function readEnvelope(params: JsonObject | undefined): Envelope | WireFailure {
  const envelope = parseEnvelope(params);
  if ('error' in envelope || isModernVersion(envelope.protocolVersion)) return envelope;
  return unsupportedVersion(envelope.protocolVersion);
}

/** Of a client's capabilities: it takes tasks for results of tools/call (extension tasks). */
export function declaresTasks(capabilities: JsonObject): boolean {
  const { extensions } = capabilities;
  return isObject(extensions) && extensions[TASKS_EXTENSION] !== undefined;
}

function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params === undefined || !Object.hasOwn(params, '_meta') ? undefined : params['_meta'];
  return isObject(meta) ? meta : undefined;
}

export function isLogLevel(level: Json): level is (typeof LOG_LEVELS)[number] {
  return (LOG_LEVELS as readonly Json[]).includes(level);
}

function isImplementation(info: Json): info is JsonObject {
  return isObject(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
}

function malformed(member: string, problem: string): WireFailure {
  return wireFailure(400, INVALID_PARAMS, `Invalid request envelope: ${member} ${problem}.`, { envelope: { key: member, problem } });
}
