// The per-request envelope: the `_meta` members every request of 2026-07-28 carries (basic/index, `_meta`).
// What a client says about itself is unverified: labels and wire behaviour only, never a policy input.
import type { JsonObject } from '../../lib/json.ts';
import type { WireFailure } from '../error-code.ts';

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
export function claimsModern(_params: JsonObject | undefined): boolean {
  throw new Error('not written yet');
}

/** Reads the envelope. Missing or malformed: -32602 with `data.envelope`, 400. A version we do not serve: -32022 with `data.supported` and `data.requested`, 400. */
export function readEnvelope(_params: JsonObject | undefined): Envelope | WireFailure {
  throw new Error('not written yet');
}
