// Which methods exist, in which era, who sends them, which kind of call they are, and which params member names the capability.
// A table and look-ups only. What is not in the table is `unknown`; policy decides about it (default deny), never this file.
import { isObject, type JsonObject } from '../lib/json.ts';

/** The same union as call.ts; declared here because mcp ranks below it. */
export type MethodKind = 'call' | 'read' | 'list' | 'meta' | 'notification' | 'subscription' | 'reverse';

export interface MethodInfo {
  kind: MethodKind;
  shape: 'request' | 'notification';
  /** Who may send it. */
  from: 'client' | 'server' | 'both';
  legacy: boolean;
  modern: boolean;
  /** The params member that names what is used; undefined when the method is about no single capability. */
  names: 'name' | 'uri' | 'ref' | 'taskId' | undefined;
}

type Row = [kind: MethodKind, from: MethodInfo['from'], eras: 'legacy' | 'modern' | 'both', names?: MethodInfo['names']];

const REQUESTS: Record<string, Row> = {
  initialize: ['meta', 'client', 'legacy'],
  'server/discover': ['meta', 'client', 'modern'],
  ping: ['meta', 'both', 'legacy'],
  'logging/setLevel': ['meta', 'client', 'legacy'],
  'tools/list': ['list', 'client', 'both'],
  'prompts/list': ['list', 'client', 'both'],
  'resources/list': ['list', 'client', 'both'],
  'resources/templates/list': ['list', 'client', 'both'],
  'tasks/list': ['list', 'both', 'legacy'],
  'tools/call': ['call', 'client', 'both', 'name'],
  // A task is the continuation of the tools/call that made it: its follow-ups are calls on that tool (look the task id up), never a way round its rules.
  'tasks/get': ['call', 'both', 'both', 'taskId'],
  'tasks/update': ['call', 'client', 'modern', 'taskId'],
  'tasks/result': ['call', 'both', 'legacy', 'taskId'],
  'tasks/cancel': ['call', 'both', 'both', 'taskId'],
  'resources/read': ['read', 'client', 'both', 'uri'],
  'prompts/get': ['read', 'client', 'both', 'name'],
  'completion/complete': ['read', 'client', 'both', 'ref'],
  'resources/subscribe': ['subscription', 'client', 'legacy', 'uri'],
  'resources/unsubscribe': ['subscription', 'client', 'legacy', 'uri'],
  'subscriptions/listen': ['subscription', 'client', 'modern'],
  'sampling/createMessage': ['reverse', 'server', 'legacy'],
  'elicitation/create': ['reverse', 'server', 'legacy'],
  'roots/list': ['reverse', 'server', 'legacy'],
};

const NOTIFICATIONS: Record<string, Row> = {
  'notifications/initialized': ['notification', 'client', 'legacy'],
  'notifications/cancelled': ['notification', 'both', 'both'],
  'notifications/progress': ['notification', 'both', 'both'],
  'notifications/roots/list_changed': ['notification', 'client', 'legacy'],
  'notifications/message': ['notification', 'server', 'both'],
  'notifications/tools/list_changed': ['notification', 'server', 'both'],
  'notifications/prompts/list_changed': ['notification', 'server', 'both'],
  'notifications/resources/list_changed': ['notification', 'server', 'both'],
  'notifications/resources/updated': ['notification', 'server', 'both', 'uri'],
  'notifications/elicitation/complete': ['notification', 'server', 'legacy'],
  'notifications/tasks/status': ['notification', 'both', 'legacy', 'taskId'],
  'notifications/tasks': ['notification', 'server', 'modern', 'taskId'],
  'notifications/subscriptions/acknowledged': ['notification', 'server', 'modern'],
};

const TABLE: ReadonlyMap<string, MethodInfo> = new Map([...rowsOf(REQUESTS, 'request'), ...rowsOf(NOTIFICATIONS, 'notification')]);

/** 2026-07-28 server/utilities/caching: results that carry `ttlMs` and `cacheScope`. */
export const CACHEABLE_METHODS: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
]);

/** 2026-07-28 basic/patterns/mrtr: methods that may answer `input_required` and take `inputResponses` and `requestState`. */
export const MRTR_METHODS: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);

/** Kind of a method in the shape it arrived in. A request method sent without an id (or the reverse) is `unknown`. */
export function methodKind(method: string, shape: 'request' | 'notification'): MethodKind | 'unknown' {
  const info = TABLE.get(method);
  return info !== undefined && info.shape === shape ? info.kind : 'unknown';
}

export function methodInfo(method: string): MethodInfo | undefined {
  return TABLE.get(method);
}

/** Every method of the table, in table order. */
export function knownMethods(): readonly string[] {
  return [...TABLE.keys()];
}

/** What a request or notification is about. `task` carries a task id: the tool is whatever call made that task. */
export interface NamedCapability {
  kind: 'tool' | 'prompt' | 'resource' | 'task';
  name: string;
}

/**
 * The capability `params` names for `method`; undefined when the method names none; `'missing'` when it must name one and does not
 * (answer INVALID_PARAMS). For completion/complete a `ref/prompt` is a prompt, a `ref/resource` is a resource (its URI or URI template).
 */
export function namedCapability(method: string, params: JsonObject | undefined): NamedCapability | 'missing' | undefined {
  const names = TABLE.get(method)?.names;
  if (names === undefined) return undefined;
  const value = params === undefined || !Object.hasOwn(params, names) ? undefined : params[names];
  if (names === 'ref') return refCapability(value, params);
  if (typeof value !== 'string') return 'missing';
  if (names === 'uri') return { kind: 'resource', name: value };
  if (names === 'taskId') return { kind: 'task', name: value };
  return { kind: method === 'prompts/get' ? 'prompt' : 'tool', name: value };
}

function refCapability(ref: unknown, params: JsonObject | undefined): NamedCapability | 'missing' {
  if (typeof ref !== 'object' || ref === null) return 'missing';
  const { type, name, uri } = ref as JsonObject;
  // One that names two things is judged by one of them, and a careless server may go by the other.
  if (type === 'ref/prompt' && typeof name === 'string' && uri === undefined) return { kind: 'prompt', name };
  if (type === 'ref/resource' && typeof uri === 'string' && name === undefined && isWritten(params)) return { kind: 'resource', name: uri };
  return 'missing';
}

/** What a template is completed with is text (2025-11-25 server/utilities/completion): rules look at nothing else, and a careless server might. */
function isWritten(params: JsonObject | undefined): boolean {
  const { argument, context } = params ?? {};
  if (argument !== undefined && !(isObject(argument) && typeof argument.name === 'string')) return false;
  if (context === undefined || context === null) return true;
  if (!isObject(context)) return false;
  const given = context.arguments;
  return given === undefined || given === null || (isObject(given) && Object.values(given).every((value) => typeof value === 'string'));
}

function rowsOf(rows: Record<string, Row>, shape: MethodInfo['shape']): [string, MethodInfo][] {
  return Object.entries(rows).map(([method, [kind, from, eras, names]]) => [
    method,
    { kind, shape, from, legacy: eras !== 'modern', modern: eras !== 'legacy', names },
  ]);
}
