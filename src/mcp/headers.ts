// The Mcp-* request headers of 2026-07-28 (basic/transports/streamable-http): value encoding, Mcp-Name, and x-mcp-header / Mcp-Param-*.
// Headers are mirrors for routers; the body decides. Never use a header value instead of the body's.
import { Buffer, isUtf8 } from 'node:buffer';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

export const PROTOCOL_VERSION_HEADER = 'mcp-protocol-version';
export const METHOD_HEADER = 'mcp-method';
export const NAME_HEADER = 'mcp-name';
export const PARAM_HEADER_PREFIX = 'mcp-param-';

/** Deepest subschema looked at for x-mcp-header; a deeper schema makes the tool invalid. */
export const MAX_SCHEMA_DEPTH = 64;

/** Lower-cased header names, one value each. */
export type Headers = Readonly<Record<string, string | undefined>>;

const SENTINEL_START = '=?base64?';
const SENTINEL_END = '?=';
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** Strips RFC 9110 optional whitespace (space, tab) from both ends. */
export function trimOws(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isOws(value.charCodeAt(start))) start++;
  while (end > start && isOws(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
}

/** A header-safe form: as it is when printable ASCII without edge spaces and not sentinel-like, else `=?base64?…?=` of its UTF-8. */
export function encodeHeaderValue(value: string): string {
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) && !isSentinel(value)) return value;
  return `${SENTINEL_START}${Buffer.from(value, 'utf8').toString('base64')}${SENTINEL_END}`;
}

/** The value a header stands for; undefined when it carries a sentinel whose payload is not canonical base64 of UTF-8. */
export function decodeHeaderValue(header: string): string | undefined {
  const value = trimOws(header);
  if (!isSentinel(value)) return value;
  const encoded = value.slice(SENTINEL_START.length, -SENTINEL_END.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node decodes leniently; only text that it would write itself is canonical.
  return bytes.toString('base64') === encoded && isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

const NAME_MEMBERS: ReadonlyMap<string, 'name' | 'uri' | 'taskId'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
]);

/** The params member that Mcp-Name mirrors and its value (undefined when it is no string); undefined for methods without Mcp-Name. */
export function nameSource(method: string, params: JsonObject | undefined): { member: string; value: string | undefined } | undefined {
  const member = NAME_MEMBERS.get(method);
  if (member === undefined) return undefined;
  const value = ownMember(params, member);
  return { member, value: typeof value === 'string' ? value : undefined };
}

/** Value for the Mcp-Name header of this request (encoded); undefined when the method has none or params lacks it. */
export function nameHeader(method: string, params: JsonObject | undefined): string | undefined {
  const value = nameSource(method, params)?.value;
  return value === undefined ? undefined : encodeHeaderValue(value);
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
  const invalid = readSubschema(inputSchema, [], true, 0, found);
  if (invalid !== undefined) return { invalid };
  const seen = new Set<string>();
  for (const { name } of found) {
    const folded = name.toLowerCase();
    if (seen.has(folded)) return { invalid: `x-mcp-header ${JSON.stringify(name)} is declared twice (names are case-insensitive)` };
    seen.add(folded);
  }
  return { ok: found };
}

/** Headers (`Mcp-Param-…` → encoded value) for these arguments; null and absent values have none. */
export function paramHeaders(spec: readonly ParamHeader[], args: JsonObject | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { path, name } of spec) {
    const text = headerText(valueAt(args, path));
    if (text !== undefined) headers[`Mcp-Param-${name}`] = encodeHeaderValue(text);
  }
  return headers;
}

/**
 * undefined when headers and arguments agree, else what disagrees (answer HEADER_MISMATCH, 400). A null, absent or non-primitive argument
 * expects no header, and a header for it is ignored; integers are compared as numbers (`42.0` equals 42).
 */
export function checkParamHeaders(spec: readonly ParamHeader[], args: JsonObject | undefined, headers: Headers): string | undefined {
  for (const { path, name, type } of spec) {
    const value = valueAt(args, path);
    const expected = headerText(value);
    if (expected === undefined) continue;
    const header = headers[PARAM_HEADER_PREFIX + name.toLowerCase()];
    if (header === undefined) return `the body has ${path.join('.')} but the header Mcp-Param-${name} is missing`;
    const given = decodeHeaderValue(header);
    if (given === undefined) return `the header Mcp-Param-${name} is not valid base64 of UTF-8`;
    const equal = type === 'integer' && typeof value === 'number' && DECIMAL.test(given) ? Number(given) === value : given === expected;
    if (!equal) return `the header Mcp-Param-${name} and ${path.join('.')} in the body differ`;
  }
  return undefined;
}

/** Positions a value passes through that are no plain property: a declaration below one can not be mirrored. */
const INDIRECT_SCHEMAS = [
  ...[
    'items',
    'prefixItems',
    'contains',
    'additionalItems',
    'additionalProperties',
    'unevaluatedProperties',
    'unevaluatedItems',
    'propertyNames',
  ],
  ...['oneOf', 'anyOf', 'allOf', 'not', 'if', 'then', 'else', 'contentSchema'],
];
const INDIRECT_SCHEMA_MAPS = ['patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions'];

/** Collects declarations below one subschema; a text is the reason why the tool is invalid. */
function readSubschema(
  schema: Json | undefined,
  path: readonly string[],
  direct: boolean,
  depth: number,
  found: ParamHeader[],
): string | undefined {
  if (!isObject(schema)) return undefined;
  const where = path.length === 0 ? 'the root' : path.join('.');
  if (depth > MAX_SCHEMA_DEPTH) return `the input schema is nested deeper than ${MAX_SCHEMA_DEPTH} levels`;
  const declared = ownMember(schema, 'x-mcp-header');
  if (declared !== undefined) {
    const invalid = readDeclaration(schema, declared, path, direct, where, found);
    if (invalid !== undefined) return invalid;
  }
  const properties = ownMember(schema, 'properties');
  if (isObject(properties)) {
    for (const [name, child] of Object.entries(properties)) {
      const invalid = readSubschema(child, [...path, name], direct, depth + 1, found);
      if (invalid !== undefined) return invalid;
    }
  }
  for (const [keyword, child] of indirectSubschemas(schema)) {
    const invalid = readSubschema(child, [...path, `<${keyword}>`], false, depth + 1, found);
    if (invalid !== undefined) return invalid;
  }
  return undefined;
}

function readDeclaration(
  schema: JsonObject,
  declared: Json,
  path: readonly string[],
  direct: boolean,
  where: string,
  found: ParamHeader[],
): string | undefined {
  if (!direct || path.length === 0) return `x-mcp-header at ${where}: only properties reachable through "properties" alone may have one`;
  if (typeof declared !== 'string' || !TOKEN.test(declared)) return `x-mcp-header at ${where}: the name must be an RFC 9110 token`;
  const type = ownMember(schema, 'type');
  if (type !== 'integer' && type !== 'string' && type !== 'boolean')
    return `x-mcp-header at ${where}: the type must be integer, string or boolean`;
  found.push({ path, name: declared, type });
  return undefined;
}

function* indirectSubschemas(schema: JsonObject): Iterable<[string, Json | undefined]> {
  for (const keyword of INDIRECT_SCHEMAS) {
    const child = ownMember(schema, keyword);
    for (const branch of Array.isArray(child) ? child : [child]) yield [keyword, branch];
  }
  for (const keyword of INDIRECT_SCHEMA_MAPS) {
    const children = ownMember(schema, keyword);
    if (isObject(children)) for (const branch of Object.values(children)) yield [keyword, branch];
  }
}

/** Undefined when the value has no header: absent, null, no primitive, or an integer that JSON readers do not agree on. */
function headerText(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value);
}

function valueAt(args: JsonObject | undefined, path: readonly string[]): Json | undefined {
  let value: Json | undefined = args;
  for (const name of path) value = isObject(value) ? ownMember(value, name) : undefined;
  return value;
}

function ownMember(object: JsonObject | undefined, name: string): Json | undefined {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}

function isSentinel(value: string): boolean {
  return value.length >= SENTINEL_START.length + SENTINEL_END.length && value.startsWith(SENTINEL_START) && value.endsWith(SENTINEL_END);
}

function isOws(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
