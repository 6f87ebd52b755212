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

/** Reads `params.notifications`; malformed is -32602 (HTTP 200). */
export function parseListenFilter(params: JsonObject | undefined): ListenFilter | WireFailure {
  const given = params?.['notifications'];
  if (!isObject(given)) return invalid('"notifications" must be an object');
  for (const flag of ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged']) {
    if (given[flag] !== undefined && typeof given[flag] !== 'boolean') return invalid(`"${flag}" must be a boolean`);
  }
  const resourceSubscriptions = readStrings(given['resourceSubscriptions']);
  const taskIds = readStrings(given['taskIds']);
  if (resourceSubscriptions === undefined || taskIds === undefined)
    return invalid('"resourceSubscriptions" and "taskIds" must be arrays of strings');
  if (resourceSubscriptions.length + taskIds.length > MAX_LISTEN_ENTRIES)
    return invalid(`at most ${MAX_LISTEN_ENTRIES} resources and tasks per stream`);
  return {
    toolsListChanged: given['toolsListChanged'] === true,
    promptsListChanged: given['promptsListChanged'] === true,
    resourcesListChanged: given['resourcesListChanged'] === true,
    resourceSubscriptions,
    taskIds,
  };
}

/** The part of the filter a server with these capabilities can honour (either era's capabilities). */
export function honouredFilter(filter: ListenFilter, serverCapabilities: JsonObject): ListenFilter {
  const can = (area: string, feature: string) => {
    const capability = serverCapabilities[area];
    return isObject(capability) && capability[feature] === true;
  };
  const { extensions } = serverCapabilities;
  const hasTasks = isObject(extensions) && isObject(extensions[TASKS_EXTENSION]);
  return {
    toolsListChanged: filter.toolsListChanged && can('tools', 'listChanged'),
    promptsListChanged: filter.promptsListChanged && can('prompts', 'listChanged'),
    resourcesListChanged: filter.resourcesListChanged && can('resources', 'listChanged'),
    resourceSubscriptions: can('resources', 'subscribe') ? filter.resourceSubscriptions : [],
    taskIds: hasTasks ? filter.taskIds : [],
  };
}

/** What an agent is promised: the gateway itself says when a list it may see changes, whether or not the server can. */
export function offeredFilter(filter: ListenFilter, serverCapabilities: JsonObject): ListenFilter {
  return {
    ...honouredFilter(filter, serverCapabilities),
    toolsListChanged: filter.toolsListChanged && isObject(serverCapabilities['tools']),
    promptsListChanged: filter.promptsListChanged && isObject(serverCapabilities['prompts']),
    resourcesListChanged: filter.resourcesListChanged && isObject(serverCapabilities['resources']),
  };
}

/** The wire form of a filter: only members that are on. */
export function writeListenFilter(filter: ListenFilter): JsonObject {
  const written: JsonObject = {};
  if (filter.toolsListChanged) written['toolsListChanged'] = true;
  if (filter.promptsListChanged) written['promptsListChanged'] = true;
  if (filter.resourcesListChanged) written['resourcesListChanged'] = true;
  if (filter.resourceSubscriptions.length > 0) written['resourceSubscriptions'] = [...filter.resourceSubscriptions];
  if (filter.taskIds.length > 0) written['taskIds'] = [...filter.taskIds];
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
      return typeof params?.['uri'] === 'string' && filter.resourceSubscriptions.includes(params['uri']);
    case 'notifications/tasks':
      return typeof params?.['taskId'] === 'string' && filter.taskIds.includes(params['taskId']);
    default:
      return false;
  }
}

/** Sets `_meta…/subscriptionId` to the listener's own request id (type preserved), whatever id it had. Also for the final result. */
export function withSubscriptionId(params: Payload | undefined, subscriptionId: RequestId): Payload {
  return edit(params ?? payload({}), ['_meta', META_SUBSCRIPTION_ID], subscriptionId);
}

/** Removes `_meta…/subscriptionId` (and `_meta` when nothing else was in it), for delivery to a legacy agent. */
export function withoutSubscriptionId(params: Payload | undefined): Payload | undefined {
  if (params === undefined) return undefined;
  const edited = edit(params, ['_meta', META_SUBSCRIPTION_ID], undefined);
  const meta = edited.value['_meta'];
  return edited !== params && isObject(meta) && Object.keys(meta).length === 0 ? edit(edited, ['_meta'], undefined) : edited;
}

/** Subscription id of a notification; servers are known to stringify it, so compare with isSameId. */
export function subscriptionIdOf(params: JsonObject | undefined): Json | undefined {
  const meta = params?.['_meta'];
  return isObject(meta) ? meta[META_SUBSCRIPTION_ID] : undefined;
}

/** Equal as ids, also when one side turned a number into a string. */
export function isSameId(a: Json | undefined, b: RequestId): boolean {
  return (typeof a === 'string' || typeof a === 'number') && String(a) === String(b);
}

/** The graceful end of a listen stream: the empty result with the subscription id. */
export function listenResult(subscriptionId: RequestId): JsonObject {
  return { resultType: 'complete', _meta: { [META_SUBSCRIPTION_ID]: subscriptionId } };
}

function readStrings(given: Json | undefined): string[] | undefined {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return undefined;
  const strings = given.filter((item) => typeof item === 'string');
  return strings.length === given.length ? [...new Set(strings)] : undefined;
}

function invalid(problem: string): WireFailure {
  return wireFailure(200, INVALID_PARAMS, `subscriptions/listen: ${problem}.`);
}
