// The Mcp-* request headers of 2026-07-28 (basic/transports/streamable-http): value encoding, Mcp-Name, and x-mcp-header / Mcp-Param-*.
// Headers are mirrors for routers; the body decides. Never use a header value instead of the body's.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { methodInfo } from './method-kind.ts';

export const PROTOCOL_VERSION_HEADER = 'mcp-protocol-version';
export const METHOD_HEADER = 'mcp-method';
export const NAME_HEADER = 'mcp-name';
export const SESSION_HEADER = 'mcp-session-id';
export const PARAM_HEADER_PREFIX = 'mcp-param-';

/** Lower-cased header names, one value each. */
export type Headers = Readonly<Record<string, string | undefined>>;

/** Strips RFC 9110 optional whitespace (space, tab) from both ends. */
export function trimOws(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isOws(value.charCodeAt(start))) start++;
  while (end > start && isOws(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

/** A header-safe form: as it is when visible ASCII without edge spaces and not sentinel-like, else `=?base64?…?=` of its UTF-8. */
export function encodeHeaderValue(value: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !(value.startsWith(SENTINEL_OPEN) && value.endsWith(SENTINEL_CLOSE));
  return plain ? value : SENTINEL_OPEN + Buffer.from(value.toWellFormed(), 'utf8').toString('base64') + SENTINEL_CLOSE;
}

/** The value a header stands for; undefined when it carries a sentinel whose payload is not canonical base64 of UTF-8. */
export function decodeHeaderValue(header: string): string | undefined {
  const value = trimOws(header);
  if (!value.startsWith(SENTINEL_OPEN) || !value.endsWith(SENTINEL_CLOSE) || value.length < SENTINEL_OPEN.length + SENTINEL_CLOSE.length) return value;
  const encoded = value.slice(SENTINEL_OPEN.length, -SENTINEL_CLOSE.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.toString('base64') !== encoded) return undefined;
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Value for the Mcp-Name header of this request (encoded); undefined when the method has none or params lacks it. */
export function nameHeader(method: string, params: JsonObject | undefined): string | undefined {
  if (!NAMED_METHODS.has(method)) return undefined;
  const member = methodInfo(method)?.names;
  const value = member === undefined || params === undefined || !Object.hasOwn(params, member) ? undefined : params[member];
  return typeof value === 'string' ? encodeHeaderValue(value) : undefined;
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
export function paramHeaderSpec(inputSchema: JsonObject | undefined): ParamHeaderSpec {
  const found: ParamHeader[] = [];
  const names = new Set<string>();
  const invalid = collect(inputSchema, [], found, names) ?? misplaced(inputSchema, found.length);
  return invalid === undefined ? { ok: found } : { invalid };
}

/** Headers (`Mcp-Param-…` → encoded value) for these arguments; null and absent values have none. */
export function paramHeaders(spec: readonly ParamHeader[], args: JsonObject | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { path, name } of spec) {
    const value = valueAt(args, path);
    if (value === undefined || value === null || typeof value === 'object') continue;
    headers[`Mcp-Param-${name}`] = encodeHeaderValue(String(value));
  }
  return headers;
}

/** undefined when headers and arguments agree, else what disagrees (answer HEADER_MISMATCH, 400). */
export function checkParamHeaders(spec: readonly ParamHeader[], args: JsonObject | undefined, headers: Headers): string | undefined {
  for (const { path, name, type } of spec) {
    const given = headers[PARAM_HEADER_PREFIX + name.toLowerCase()];
    const value = valueAt(args, path);
    const absent = value === undefined || value === null;
    if (absent && given === undefined) continue;
    if (absent) return `The header Mcp-Param-${name} is there, but the argument ${path.join('.')} is not.`;
    if (given === undefined) return `The header Mcp-Param-${name} is missing: it must repeat the argument ${path.join('.')}.`;
    const decoded = decodeHeaderValue(given);
    if (decoded === undefined || !agrees(decoded, value, type)) return `The header Mcp-Param-${name} does not agree with the argument ${path.join('.')}.`;
  }
  return undefined;
}

const SENTINEL_OPEN = '=?base64?';
const SENTINEL_CLOSE = '?=';
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Methods whose requests carry Mcp-Name (2026-07-28 basic/transports/streamable-http; the tasks extension adds its own). */
const NAMED_METHODS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read', 'tasks/get', 'tasks/update', 'tasks/cancel']);

/** Levels of `properties` that are looked at. */
const MAX_HEADER_DEPTH = 32;

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Declarations reachable through `properties` alone; a text says why the tool is invalid. */
function collect(schema: Json | undefined, path: readonly string[], found: ParamHeader[], names: Set<string>): string | undefined {
  if (!isObject(schema) || !isObject(schema['properties']) || path.length >= MAX_HEADER_DEPTH) return undefined;
  for (const [key, property] of Object.entries(schema['properties'])) {
    if (!isObject(property)) continue;
    const here = [...path, key];
    if (Object.hasOwn(property, 'x-mcp-header')) {
      const problem = declare(property, here, found, names);
      if (problem !== undefined) return problem;
    }
    const deeper = collect(property, here, found, names);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function declare(property: JsonObject, path: readonly string[], found: ParamHeader[], names: Set<string>): string | undefined {
  const { type } = property;
  const name = property['x-mcp-header'];
  const where = path.join('.');
  if (typeof name !== 'string' || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `x-mcp-header of ${where} is no header token`;
  if (type !== 'integer' && type !== 'string' && type !== 'boolean') return `x-mcp-header of ${where} is on a value that is no integer, string or boolean`;
  const folded = name.toLowerCase();
  if (names.has(folded)) return `x-mcp-header ${name} is declared twice`;
  names.add(folded);
  found.push({ path, name, type });
  return undefined;
}

/** A declaration anywhere else (items, anyOf, $defs, …) is invalid: it could not be mirrored for every call. */
function misplaced(schema: Json | undefined, reachable: number): string | undefined {
  return countDeclarations(schema, 0) > reachable ? 'x-mcp-header stands where it is not reachable through properties alone' : undefined;
}

const MAX_SCHEMA_DEPTH = 160;

/** Counts schema members of that name; a property that merely is called so holds a schema, not a text. */
function countDeclarations(value: Json | undefined, depth: number): number {
  if (typeof value !== 'object' || value === null || depth > MAX_SCHEMA_DEPTH) return 0;
  let count = 0;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'x-mcp-header' && !Array.isArray(value) && typeof member === 'string') count++;
    else if (key !== 'enum' && key !== 'const' && key !== 'default' && key !== 'examples') count += countDeclarations(member, depth + 1);
  }
  return count;
}

function valueAt(args: JsonObject | undefined, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function agrees(header: string, value: Json, type: ParamHeader['type']): boolean {
  if (typeof value === 'number' && type === 'integer') return /^[+-]?\d+(?:\.0+)?$/.test(header) && Number(header) === value;
  return header === String(value);
}
