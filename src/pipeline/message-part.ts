// The parts of a protocol message that people wrote or that tools returned: what inspection looks at and may replace. Everything the protocol
// itself needs (ids, names, types, cursors, URIs, tokens of progress, binary data) is never a part.
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { stepByStep } from '../lib/turn.ts';
import { readJson } from '../mcp/large-message.ts';
import { writeInSteps } from '../mcp/large-write.ts';
import { readBytes, type TextEncoding } from './text-bytes.ts';

export interface MessagePart {
  /** JSON pointer in the message. */
  pointer: string;
  /** `text`: a string for people. `json`: any JSON value, as its text. `bytes`: text that travels as base64. */
  kind: 'text' | 'json' | 'bytes';
  text: string;
  path: readonly (string | number)[];
  /** Of bytes: how they are written as a text, and will be again. */
  encoding?: TextEncoding;
  /** Of JSON: what the text says. */
  value?: Json;
}

/** Levels of a message that are walked; deeper ones are looked at as one JSON value. */
const MAX_DEPTH = 16;

/** Members whose value is data of a tool: looked at as a whole, with its keys. */
const DATA = new Set(['structuredContent', 'arguments', 'input', 'toolResult', 'inputData']);
/** Members that the protocol reads. */
const PROTOCOL = new Set(
  `type mimeType uri uriTemplate nextCursor cursor taskId progressToken requestState resultType role id toolUseId method protocolVersion
  requestedSchema requestId jsonrpc annotations icons isError status lastModified priority audience level logger model stopReason ttl ttlMs
  pollInterval createdAt lastUpdatedAt progress total hasMore elicitationId ref size mode action code task capabilities modelPreferences tools toolChoice
  includeContext temperature maxTokens stopSequences resourceSubscriptions taskIds websiteUrl cacheScope`.split(/\s+/),
);

/** `method` is that of the request the message belongs to: the same member means different things in different messages. */
export function partsOf(message: JsonObject, method: string): readonly MessagePart[] {
  if (latest?.message === message && latest.method === method) return latest.parts;
  const parts = prepared.get(message);
  if (parts?.method === method) return parts.parts;
  const drafts = draftsOf(message, method);
  for (const draft of drafts) if (draft.value !== undefined) draft.text = JSON.stringify(draft.value);
  if (isShared) latest = { message, method, parts: drafts };
  return drafts;
}

/** What looks at the same message one after the other gets the same parts. Nothing of the message is kept afterwards. */
export function sharingParts<T>(look: () => T): T {
  isShared = true;
  try {
    return look();
  } finally {
    isShared = false;
    latest = undefined;
  }
}

interface Parts {
  method: string;
  parts: readonly MessagePart[];
}

let isShared = false;
let latest: (Parts & { message: JsonObject }) | undefined;

/** Of a long message, before `partsOf` is asked: its JSON values are written in steps. */
export async function prepareParts(message: JsonObject, method: string): Promise<void> {
  const parts = draftsOf(message, method);
  for (const part of parts) if (part.value !== undefined) part.text = await stepByStep(writeInSteps(part.value));
  prepared.set(message, { method, parts });
}

export function isPrepared(message: JsonObject, method: string): boolean {
  return prepared.get(message)?.method === method;
}

/** Messages are never changed, so that their parts stay what they are. */
const prepared = new WeakMap<JsonObject, Parts>();

/** The text of those that have a value is still to be written. */
function draftsOf(message: JsonObject, method: string): MessagePart[] {
  const drafts: MessagePart[] = [];
  walkObject(message, [], 0, method, drafts);
  return drafts;
}

function walkObject(object: JsonObject, path: readonly (string | number)[], depth: number, method: string, parts: MessagePart[]): void {
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    if (key === '_meta') addMeta(value, [...path, key], parts);
    else if (key === 'requestedSchema' || (key === 'tools' && method === 'sampling/createMessage'))
      addLabels(value, [...path, key], depth, parts);
    else if (PROTOCOL.has(key) || (key === 'name' && isNaming(object, path, method))) continue;
    else if (DATA.has(key) || isFilledForm(object, key, method)) addJson(value, [...path, key], parts);
    else if (key === 'blob' || (key === 'data' && typeof value === 'string' && typeof object.mimeType === 'string'))
      addBytes(value, [...path, key], parts);
    else if (key === 'data') addJson(value, [...path, key], parts);
    else walk(value, [...path, key], depth + 1, method, parts);
  }
}

function walk(value: Json, path: readonly (string | number)[], depth: number, method: string, parts: MessagePart[]): void {
  if (typeof value === 'string') addText(value, path, parts);
  else if (depth >= MAX_DEPTH) addJson(value, path, parts);
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index], depth + 1, method, parts);
  else if (isObject(value)) walkObject(value, path, depth, method, parts);
}

/** `name` names a tool, prompt, resource or argument; in an unknown place it may as well be somebody's. */
function isNaming(object: JsonObject, path: readonly (string | number)[], method: string): boolean {
  if (path.length === 0) return /^(?:tools\/call|prompts\/get)$/.test(method);
  return (
    typeof object.type === 'string' ||
    typeof object.uri === 'string' ||
    path[path.length - 1] === 'argument' ||
    method === 'completion/complete'
  );
}

/** The answer of a person to a form, and the responses that carry one: field names are the server's. */
function isFilledForm(object: JsonObject, key: string, method: string): boolean {
  return (
    key === 'content' &&
    isObject(object.content) &&
    typeof object.content.type !== 'string' &&
    (typeof object.action === 'string' || method === 'elicitation/create')
  );
}

/** Members of a schema or definition that people and models read. */
const LABELS = new Set(['title', 'description', 'enumNames', 'default']);

/** Of a form or of a tool that a server hands to a model: what is read, never what the answer is checked against. */
function addLabels(value: Json, path: readonly (string | number)[], depth: number, parts: MessagePart[]): void {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  for (const [key, member] of Object.entries(value)) {
    const isChosen = key === 'default' && 'enum' in value;
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (LABELS.has(key) && !isChosen && (typeof member === 'string' || Array.isArray(member)))
      walk(member as Json, at, depth + 1, '', parts);
    else addLabels(member as Json, at, depth + 1, parts);
  }
}

function addMeta(value: Json, path: readonly (string | number)[], parts: MessagePart[]): void {
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (PROTOCOL.has(key) || key.startsWith('io.modelcontextprotocol/') || key.startsWith('modelcontextprotocol.io/')) continue;
    const member = value[key] as Json;
    if (typeof member === 'string') addText(member, [...path, key], parts);
    else addJson(member, [...path, key], parts);
  }
}

function addText(text: string, path: readonly (string | number)[], parts: MessagePart[]): void {
  if (text.length > 2) parts.push({ pointer: pointerOf(path), kind: 'text', text, path });
}

function addJson(value: Json, path: readonly (string | number)[], parts: MessagePart[]): void {
  if (typeof value === 'string') addText(value, path, parts);
  else if ((typeof value === 'number' || (typeof value === 'object' && value !== null)) && !isEmpty(value))
    parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value });
}

function isEmpty(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Base64 of something readable is a text like any other; pictures and archives are left alone. */
function addBytes(value: Json, path: readonly (string | number)[], parts: MessagePart[]): void {
  if (typeof value !== 'string' || value.length < 8) return;
  const read = readBytes(value);
  if (read) parts.push({ pointer: pointerOf(path), kind: 'bytes', path, ...read });
}

function pointerOf(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/**
 * The message with a part's new text in its place; everything beside the path is the old objects. `fresh`: copies that were made for this message before
 * and that nobody else has, changed in place, so that many parts cost no copy of the whole list each.
 */
export function* withPartInSteps(
  message: JsonObject,
  part: MessagePart,
  text: string,
  fresh: WeakSet<object> = new WeakSet(),
): Generator<void, JsonObject, void> {
  let value: Json = text;
  if (part.kind === 'json') value = yield* readJson(text);
  else if (part.kind === 'bytes') value = Buffer.from(text, part.encoding).toString('base64');
  return replaceAt(message, part.path, 0, value, fresh) as JsonObject;
}

function replaceAt(value: Json, path: readonly (string | number)[], index: number, by: Json, fresh: WeakSet<object>): Json {
  const step = path[index];
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    if (typeof step !== 'number' || step >= value.length) return value;
    const list = fresh.has(value) ? value : [...value];
    fresh.add(list);
    list[step] = replaceAt(value[step] as Json, path, index + 1, by, fresh);
    return list;
  }
  if (!isObject(value) || !Object.hasOwn(value, step)) return value;
  const object: JsonObject = fresh.has(value) ? value : { ...value };
  fresh.add(object);
  object[step] = replaceAt(value[step] as Json, path, index + 1, by, fresh);
  return object;
}
