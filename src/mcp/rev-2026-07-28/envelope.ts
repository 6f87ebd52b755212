// The per-request envelope: the `_meta` members every request of 2026-07-28 carries (basic/index, `_meta`).
// What a client says about itself is unverified: labels and wire behaviour only, never a policy input.
import { isObject, type JsonObject } from '../../lib/json.ts';
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

export interface Envelope {
  protocolVersion: string;
  clientCapabilities: JsonObject;
  clientInfo: JsonObject | undefined;
  logLevel: string | undefined;
}

/** True when `_meta` carries the protocol version member at all (well-formed or not): the body claims the stateless era. */
export function claimsModern(params: JsonObject | undefined): boolean {
  const meta = params?.['_meta'];
  return isObject(meta) && Object.hasOwn(meta, META_PROTOCOL_VERSION);
}

/** The version the body claims, well-formed or not. */
export function claimedVersion(params: JsonObject | undefined): string {
  const meta = params?.['_meta'];
  return isObject(meta) ? String(meta[META_PROTOCOL_VERSION]) : '';
}

/** Reads the envelope. Missing or malformed: -32602 with `data.envelope`, 400. A version we do not serve: -32022 with `data.supported` and `data.requested`, 400. */
export function readEnvelope(params: JsonObject | undefined): Envelope | WireFailure {
  const meta = isObject(params?.['_meta']) ? params['_meta'] : {};
  const protocolVersion = meta[META_PROTOCOL_VERSION];
  const clientCapabilities = meta[META_CLIENT_CAPABILITIES];
  const clientInfo = meta[META_CLIENT_INFO];
  const logLevel = meta[META_LOG_LEVEL];
  if (typeof protocolVersion !== 'string') return malformed(META_PROTOCOL_VERSION, 'a string');
  if (!isObject(clientCapabilities)) return malformed(META_CLIENT_CAPABILITIES, 'an object');
  if (clientInfo !== undefined && !isObject(clientInfo)) return malformed(META_CLIENT_INFO, 'an object');
  if (logLevel !== undefined && !(LOG_LEVELS as readonly unknown[]).includes(logLevel)) return malformed(META_LOG_LEVEL, `one of ${LOG_LEVELS.join(', ')}`);
  if (!isModernVersion(protocolVersion)) return unsupportedVersion(protocolVersion);
  return { protocolVersion, clientCapabilities, clientInfo, logLevel: logLevel as string | undefined };
}

function malformed(member: string, form: string): WireFailure {
  return wireFailure(400, INVALID_PARAMS, `Invalid params: "_meta" must carry ${member}, ${form}.`, { envelope: [member] });
}
