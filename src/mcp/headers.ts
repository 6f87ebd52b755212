// The Mcp-* request headers of 2026-07-28 (basic/transports/streamable-http): value encoding, Mcp-Name, and x-mcp-header / Mcp-Param-*.
// Headers are mirrors for routers; the body decides. Never use a header value instead of the body's.
import type { JsonObject } from '../lib/json.ts';

export const PROTOCOL_VERSION_HEADER = 'mcp-protocol-version';
export const METHOD_HEADER = 'mcp-method';
export const NAME_HEADER = 'mcp-name';
export const SESSION_HEADER = 'mcp-session-id';
export const PARAM_HEADER_PREFIX = 'mcp-param-';

/** Lower-cased header names, one value each. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** Strips RFC 9110 optional whitespace (space, tab) from both ends. */
export function trimOws(_value: string): string {
  throw new Error('not written yet');
}

/** A header-safe form: as it is when visible ASCII without edge spaces and not sentinel-like, else `=?base64?…?=` of its UTF-8. */
export function encodeHeaderValue(_value: string): string {
  throw new Error('not written yet');
}

/** The value a header stands for; undefined when it carries a sentinel whose payload is not canonical base64 of UTF-8. */
export function decodeHeaderValue(_header: string): string | undefined {
  throw new Error('not written yet');
}

/** Value for the Mcp-Name header of this request (encoded); undefined when the method has none or params lacks it. */
export function nameHeader(_method: string, _params: JsonObject | undefined): string | undefined {
  throw new Error('not written yet');
}

/** One `x-mcp-header` declaration of an input schema. */
export interface ParamHeader {
  /** Property names from the arguments object down. */
  path: readonly string[];
  /** As declared; the header is `Mcp-Param-<name>`. */
  name: string;
  type: 'integer' | 'string' | 'boolean';
}

export type ParamHeaderSpec = { ok: readonly ParamHeader[]; invalid?: undefined } | { invalid: string; ok?: undefined };

/** Reads the declarations of a tool's inputSchema. `invalid` says why a client must drop the tool. No declaration: `{ok: []}`. */
export function paramHeaderSpec(_inputSchema: JsonObject | undefined): ParamHeaderSpec {
  throw new Error('not written yet');
}

/** Headers (`Mcp-Param-…` → encoded value) for these arguments; null and absent values have none. */
export function paramHeaders(_spec: readonly ParamHeader[], _args: JsonObject | undefined): Record<string, string> {
  throw new Error('not written yet');
}

/** undefined when headers and arguments agree, else what disagrees (answer HEADER_MISMATCH, 400). */
export function checkParamHeaders(_spec: readonly ParamHeader[], _args: JsonObject | undefined, _headers: Headers): string | undefined {
  throw new Error('not written yet');
}
