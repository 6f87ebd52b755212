// JSON-RPC messages as they cross the gateway: parsed once, the exact text of params / result / error kept beside the parsed value.
// Never drops a field, never re-serialises what was not changed. Source: JSON-RPC 2.0; MCP 2025-11-25 and 2026-07-28, basic.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR } from './error-code.ts';
import { elementTexts, isWithin, readValue, scanObject, type TextScan } from './json-text.ts';
import { oneLine } from './raw-json.ts';
import { countKeys, NOT_FINITE } from './written-key.ts';

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

/** Most JSON values in one message of an agent: parsing is done in one go, and nobody else is served meanwhile. */
export const MAX_VALUES = 100_000;
/** Most JSON values in one message of a server, whose lists may be long. */
export const MAX_SERVER_VALUES = 1_000_000;

export interface ParseLimits {
  maxDepth: number;
  /** Default MAX_VALUES. */
  maxValues?: number;
}

const DEFAULT_LIMITS: ParseLimits = { maxDepth: MAX_DEPTH };
/** For messages of servers. */
export const SERVER_LIMITS: ParseLimits = { maxDepth: MAX_DEPTH, maxValues: MAX_SERVER_VALUES };

/** Reads one message. Expected failures are values; never throws. Duplicate keys at any depth, non-finite numbers and excess depth are failures. */
export function parseMessage(text: string, limits: ParseLimits = DEFAULT_LIMITS): RpcMessage | ParseFailure {
  if (!isAffordable(text, limits)) return tooMuch(limits);
  const parsed = parseJson(text);
  if (parsed === undefined) return failure(null, PARSE_ERROR, NOT_JSON);
  if (!isObject(parsed.value)) return failure(null, INVALID_REQUEST, NO_OBJECT);
  return readMessage(text, parsed.value, limits);
}

/** What is wrong with a message, as its sender is told. */
export const NOT_JSON = 'The text is not valid JSON.';
export const BODY_NOT_JSON = 'The body is not valid JSON.';
export const NO_OBJECT = 'A message must be a JSON object.';
export const EMPTY_BATCH = 'A batch must not be empty.';
export const REPEATED_KEY = 'The message repeats a key within one object.';
export const OUT_OF_RANGE = 'The message holds a number that is out of range.';

/** Where the members of a message are. */
export type OuterScan = Pick<TextScan, 'members' | 'outerKeysWritten'>;

export interface ParsedBody {
  /** The body was an array (legal in 2025-03-26 only). */
  batch: boolean;
  /** One for a single message; an empty, oversized or unreadable body is one ParseFailure. */
  messages: (RpcMessage | ParseFailure)[];
}

/** Reads an HTTP body or a line: one message or a batch. */
export function parseBody(text: string, limits: ParseLimits = DEFAULT_LIMITS): ParsedBody {
  if (!isAffordable(text, limits)) return { batch: false, messages: [tooMuch(limits)] };
  const parsed = parseJson(text);
  if (parsed === undefined) return { batch: false, messages: [failure(null, PARSE_ERROR, BODY_NOT_JSON)] };
  const { value } = parsed;
  if (isObject(value)) return { batch: false, messages: [readMessage(text, value, limits)] };
  if (!Array.isArray(value)) return { batch: false, messages: [failure(null, INVALID_REQUEST, NO_OBJECT)] };
  if (value.length === 0) return { batch: true, messages: [failure(null, INVALID_REQUEST, EMPTY_BATCH)] };
  if (value.length > MAX_BATCH) {
    return {
      batch: true,
      messages: [failure(null, INVALID_REQUEST, `A batch has at most ${MAX_BATCH} messages; this one has ${value.length}.`)],
    };
  }
  const texts = elementTexts(text);
  const messages = value.map((element, index) =>
    isObject(element) ? readMessage(texts[index] ?? '', element, limits) : failure(null, INVALID_REQUEST, NO_OBJECT),
  );
  return { batch: true, messages };
}

/** `paramsText` is spliced in as it is (line breaks folded): it must be the text of a JSON object. The result is one line. */
export function writeRequest(id: RequestId, method: string, paramsText?: string): string {
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":${JSON.stringify(method)}`;
  return paramsText === undefined ? `${head}}` : `${head},"params":${oneLine(paramsText)}}`;
}

export function writeNotification(method: string, paramsText?: string): string {
  const head = `{"jsonrpc":"2.0","method":${JSON.stringify(method)}`;
  return paramsText === undefined ? `${head}}` : `${head},"params":${oneLine(paramsText)}}`;
}

export function writeResult(id: RequestId, resultText: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${oneLine(resultText)}}`;
}

/** `id` null only when the request's id could not be read. */
export function writeError(id: RequestId | null, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":${JSON.stringify(error)}}`;
}

/** Depth is judged message by message; here it only keeps the parser from what no message may be. */
function isAffordable(text: string, { maxDepth, maxValues = MAX_VALUES }: ParseLimits): boolean {
  return text.length < MIN_COSTLY_CHARS || isWithin(text, Math.max(maxDepth, MAX_PARSED_DEPTH), maxValues);
}

export function tooMuch({ maxValues = MAX_VALUES }: ParseLimits): ParseFailure {
  return failure(null, INVALID_REQUEST, `The message is nested too deep or holds more than ${maxValues} values.`);
}

/** A shorter text costs little to parse, whatever it says: a value takes two characters. */
const MIN_COSTLY_CHARS = 2 * MAX_VALUES;
/** Deeper texts are not even parsed to answer them by their id. */
export const MAX_PARSED_DEPTH = 1_000;

function parseJson(text: string): { value: Json } | undefined {
  try {
    return { value: JSON.parse(text) as Json };
  } catch {
    return undefined;
  }
}

function readMessage(text: string, parsed: JsonObject, limits: ParseLimits): RpcMessage | ParseFailure {
  const scan = scanObject(text);
  const id = readId(text, scan);
  if (scan.depth > limits.maxDepth) return tooDeep(id, limits);
  const value = scan.hasEscapedKey ? readValue(text) : parsed;
  // A repeated key is written twice but held once, so equal counts mean that no object of the message repeats a key.
  const keysHeld = isObject(value) ? countKeys(value) : 0;
  if (keysHeld === NOT_FINITE) return failure(id, INVALID_REQUEST, OUT_OF_RANGE);
  if (!isObject(value) || keysHeld !== scan.keysWritten) return failure(id, INVALID_REQUEST, REPEATED_KEY);
  return readSound(text, value, scan, id);
}

/** `value`: what `text` says, depth, keys and numbers looked at. */
export function readSound(text: string, value: JsonObject, scan: OuterScan, id: RequestId | null): RpcMessage | ParseFailure {
  if (value['jsonrpc'] !== '2.0') return failure(id, INVALID_REQUEST, 'Member "jsonrpc" must be "2.0".');
  if (Object.hasOwn(value, 'method')) return readCall(text, value, scan, id);
  return readResponse(text, value, scan, id);
}

function readCall(text: string, value: JsonObject, scan: OuterScan, id: RequestId | null): RpcMessage | ParseFailure {
  const { method } = value;
  if (typeof method !== 'string' || method === '') return failure(id, INVALID_REQUEST, 'Member "method" must be a non-empty string.');
  if (scan.members.has('result') || scan.members.has('error')) {
    return failure(id, INVALID_REQUEST, 'A message is either a request or a response, not both.');
  }
  const hasId = scan.members.has('id');
  if (hasId && id === null) return failure(null, INVALID_REQUEST, 'Member "id" must be a string or an integer.');
  let params: JsonObject | undefined;
  const range = scan.members.get('params');
  if (range !== undefined) {
    const given = value['params'];
    if (Array.isArray(given)) return failure(id, INVALID_PARAMS, 'Member "params" must be an object; MCP has no positional parameters.');
    if (!isObject(given)) return failure(id, INVALID_REQUEST, 'Member "params" must be an object.');
    params = given;
  }
  const paramsText = range === undefined ? undefined : text.slice(range.start, range.end);
  return id === null ? { shape: 'notification', method, params, paramsText } : { shape: 'request', id, method, params, paramsText };
}

function readResponse(text: string, value: JsonObject, scan: OuterScan, id: RequestId | null): RpcMessage | ParseFailure {
  const resultRange = scan.members.get('result');
  const hasError = scan.members.has('error');
  if (resultRange === undefined && !hasError)
    return failure(id, INVALID_REQUEST, 'The message has neither "method" nor "result" nor "error".');
  if (resultRange !== undefined && hasError) return failure(id, INVALID_REQUEST, 'A response has either "result" or "error", not both.');
  const givenId = value['id'];
  if (id === null && givenId !== undefined && givenId !== null)
    return failure(null, INVALID_REQUEST, 'Member "id" must be a string or an integer.');
  if (resultRange === undefined) {
    const error = readError(value['error']);
    if (error === undefined) return failure(id, INVALID_REQUEST, 'Member "error" must hold an integer "code" and a string "message".');
    return { shape: 'response', id, result: undefined, resultText: undefined, error };
  }
  if (id === null) return failure(null, INVALID_REQUEST, 'A result must carry the id of its request.');
  const result = value['result'];
  if (!isObject(result)) return failure(id, INVALID_REQUEST, 'Member "result" must be an object.');
  return { shape: 'response', id, result, resultText: text.slice(resultRange.start, resultRange.end), error: undefined };
}

function readError(given: Json | undefined): RpcError | undefined {
  if (!isObject(given)) return undefined;
  const { code, message, data } = given;
  if (typeof code !== 'number' || !Number.isInteger(code) || typeof message !== 'string') return undefined;
  return data === undefined ? { code, message } : { code, message, data };
}

/** The id as written, when it can be echoed; null when it cannot, or when a repeated key makes it doubtful which one is meant. */
export function readId(text: string, scan: OuterScan): RequestId | null {
  const range = scan.members.get('id');
  if (range === undefined || scan.outerKeysWritten !== scan.members.size) return null;
  const first = text.charCodeAt(range.start);
  if (first === 0x7b || first === 0x5b) return null;
  const id = JSON.parse(text.slice(range.start, range.end)) as Json;
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id)) ? id : null;
}

export function tooDeep(id: RequestId | null, limits: ParseLimits): ParseFailure {
  return failure(id, INVALID_REQUEST, `The message is nested deeper than ${limits.maxDepth} levels.`);
}

export function failure(id: RequestId | null, code: number, message: string): ParseFailure {
  return { shape: 'invalid', id, code, message };
}
