// subscriptions/listen: what a client asks to hear, what of it a server can honour, and which notification belongs to which listener
// (2026-07-28 basic/patterns/subscriptions). Pure; streams live elsewhere.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { INVALID_PARAMS, type WireFailure, wireFailure } from '../error-code.ts';
import type { RequestId } from '../message.ts';
import { edit, type Payload, payload } from '../raw-json.ts';
import { META_SUBSCRIPTION_ID, TASKS_EXTENSION } from './envelope.ts';

/** Most resource URIs and task ids in one filter. */
export const MAX_LISTEN_ENTRIES = 1000;

export interface ListenFilter {
  toolsListChanged: boolean;
  promptsListChanged: boolean;
  resourcesListChanged: boolean;
  resourceSubscriptions: readonly string[];
  taskIds: readonly string[];
}

/** What a legacy GET stream hears: everything of its session. */
export const LISTEN_TO_ALL = 'all';

/** Reads `params.notifications`; malformed is -32602 (HTTP 200). */
export function parseListenFilter(params: JsonObject | undefined): ListenFilter | WireFailure {
  const wanted = params?.['notifications'] ?? {};
  if (!isObject(wanted)) return badFilter('"notifications" must be an object');
  const flags: Record<string, boolean> = {};
  for (const key of FLAGS) {
    const value = wanted[key] ?? false;
    if (typeof value !== 'boolean') return badFilter(`"notifications.${key}" must be true or false`);
    flags[key] = value;
  }
  const lists: Record<string, readonly string[]> = {};
  for (const key of LISTS) {
    const value = wanted[key] ?? [];
    if (!Array.isArray(value) || value.length > MAX_LISTEN_ENTRIES || value.some((entry) => typeof entry !== 'string')) {
      return badFilter(`"notifications.${key}" must be a list of at most ${MAX_LISTEN_ENTRIES} strings`);
    }
    lists[key] = value as string[];
  }
  return {
    toolsListChanged: flags['toolsListChanged'] ?? false,
    promptsListChanged: flags['promptsListChanged'] ?? false,
    resourcesListChanged: flags['resourcesListChanged'] ?? false,
    resourceSubscriptions: lists['resourceSubscriptions'] ?? [],
    taskIds: lists['taskIds'] ?? [],
  };
}

/** The part of the filter a server with these capabilities can honour (either era's capabilities). */
export function honouredFilter(filter: ListenFilter, serverCapabilities: JsonObject): ListenFilter {
  const { tools, prompts, resources, extensions } = serverCapabilities;
  const announces = (capability: Json | undefined, member: string): boolean => isObject(capability) && capability[member] === true;
  return {
    toolsListChanged: filter.toolsListChanged && announces(tools, 'listChanged'),
    promptsListChanged: filter.promptsListChanged && announces(prompts, 'listChanged'),
    resourcesListChanged: filter.resourcesListChanged && announces(resources, 'listChanged'),
    resourceSubscriptions: announces(resources, 'subscribe') ? filter.resourceSubscriptions : [],
    taskIds: isObject(extensions) && extensions[TASKS_EXTENSION] !== undefined ? filter.taskIds : [],
  };
}

/** The wire form of a filter: only members that are on. */
export function writeListenFilter(filter: ListenFilter): JsonObject {
  const written: JsonObject = {};
  for (const key of FLAGS) if (filter[key]) written[key] = true;
  for (const key of LISTS) if (filter[key].length > 0) written[key] = [...filter[key]];
  return written;
}

/** Params of `notifications/subscriptions/acknowledged`, the first message of every listen stream. */
export function acknowledgedParams(honoured: ListenFilter, subscriptionId: RequestId): JsonObject {
  return { _meta: { [META_SUBSCRIPTION_ID]: subscriptionId }, notifications: writeListenFilter(honoured) };
}

/** Does this notification belong on a stream with this filter? Progress and log messages never do. */
export function isHeard(filter: ListenFilter, method: string, params: JsonObject | undefined): boolean {
  switch (method) {
    case 'notifications/tools/list_changed':
      return filter.toolsListChanged;
    case 'notifications/prompts/list_changed':
      return filter.promptsListChanged;
    case 'notifications/resources/list_changed':
      return filter.resourcesListChanged;
    case 'notifications/resources/updated':
      return filter.resourceSubscriptions.includes(String(params?.['uri']));
    case 'notifications/tasks':
      return filter.taskIds.includes(String(params?.['taskId']));
    default:
      return false;
  }
}

/** Sets `_meta…/subscriptionId` to the listener's own request id (type preserved), whatever id it had. */
export function withSubscriptionId(params: Payload | undefined, subscriptionId: RequestId): Payload {
  return edit(params ?? payload({}), ['_meta', META_SUBSCRIPTION_ID], subscriptionId);
}

/** Removes `_meta…/subscriptionId`, for delivery to a legacy agent. */
export function withoutSubscriptionId(params: Payload | undefined): Payload | undefined {
  if (params === undefined || !isObject(params.value['_meta'])) return params;
  const without = edit(params, ['_meta', META_SUBSCRIPTION_ID], undefined);
  const meta = without.value['_meta'];
  const bare = isObject(meta) && Object.keys(meta).length === 0 ? edit(without, ['_meta'], undefined) : without;
  return Object.keys(bare.value).length === 0 ? undefined : bare;
}

/** Subscription id of a notification; servers are known to stringify it, so compare with isSameId. */
export function subscriptionIdOf(params: JsonObject | undefined): Json | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta[META_SUBSCRIPTION_ID] : undefined;
}

/** Equal as ids, also when one side turned a number into a string. */
export function isSameId(a: Json | undefined, b: RequestId): boolean {
  return a !== undefined && a !== null && String(a) === String(b);
}

/** The graceful end of a listen stream: the empty result with the subscription id. */
export function listenResult(subscriptionId: RequestId): JsonObject {
  return { resultType: 'complete', _meta: { [META_SUBSCRIPTION_ID]: subscriptionId } };
}

const FLAGS = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;
const LISTS = ['resourceSubscriptions', 'taskIds'] as const;

function badFilter(what: string): WireFailure {
  return wireFailure(200, INVALID_PARAMS, `Invalid params: ${what}.`);
}
