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
