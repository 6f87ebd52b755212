// JSON-RPC messages as they cross the gateway: parsed once, the exact text of params / result / error kept beside the parsed value.
// Never drops a field, never re-serialises what was not changed. Source: JSON-RPC 2.0; MCP 2025-11-25 and 2026-07-28, basic.
import type { Json, JsonObject } from '../lib/json.ts';

export type RequestId = string | number;

export interface RpcError {
  code: number;
  message: string;
  data?: Json;
}

export interface RpcRequest {
  shape: 'request';
  id: RequestId;
  method: string;
  params: JsonObject | undefined;
  /** Exact text of `params` as received; undefined when absent. */
  paramsText: string | undefined;
}

export interface RpcNotification {
  shape: 'notification';
  method: string;
  params: JsonObject | undefined;
  paramsText: string | undefined;
}

export interface RpcResponse {
  shape: 'response';
  /** null only in an error answer to something that could not be parsed. */
  id: RequestId | null;
  /** Exactly one of result and error is set. */
  result: JsonObject | undefined;
  /** Exact text of `result` as received; undefined when this is an error. */
  resultText: string | undefined;
  error: RpcError | undefined;
}

export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

/** Why a text is no usable message. `code` is the JSON-RPC code to answer with; `id` is echoed when it could be read. */
export interface ParseFailure {
  shape: 'invalid';
  id: RequestId | null;
  code: number;
  message: string;
}

/** Deepest nesting of arrays and objects in one message; the message object itself is level 1. */
export const MAX_DEPTH = 64;
/** Most elements in one batch (2025-03-26). */
export const MAX_BATCH = 100;

/** Reads one message. Expected failures are values; never throws. Duplicate keys at any depth, non-finite numbers and excess depth are failures. */
export function parseMessage(_text: string, _limits: { maxDepth: number } = { maxDepth: MAX_DEPTH }): RpcMessage | ParseFailure {
  throw new Error('not written yet');
}

export interface ParsedBody {
  /** The body was an array (legal in 2025-03-26 only). */
  batch: boolean;
  /** One for a single message; an empty, oversized or unreadable body is one ParseFailure. */
  messages: (RpcMessage | ParseFailure)[];
}

/** Reads an HTTP body or a line: one message or a batch. */
export function parseBody(_text: string, _limits: { maxDepth: number } = { maxDepth: MAX_DEPTH }): ParsedBody {
  throw new Error('not written yet');
}

/** `paramsText` is spliced in as it is: it must be the text of a JSON object. */
export function writeRequest(_id: RequestId, _method: string, _paramsText?: string): string {
  throw new Error('not written yet');
}

export function writeNotification(_method: string, _paramsText?: string): string {
  throw new Error('not written yet');
}

export function writeResult(_id: RequestId, _resultText: string): string {
  throw new Error('not written yet');
}

/** `id` null only when the request's id could not be read. */
export function writeError(_id: RequestId | null, _error: RpcError): string {
  throw new Error('not written yet');
}
