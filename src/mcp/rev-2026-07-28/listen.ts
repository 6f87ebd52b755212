// subscriptions/listen: what a client asks to hear, what of it a server can honour, and which notification belongs to which listener
// (2026-07-28 basic/patterns/subscriptions). Pure; streams live elsewhere.
import type { Json, JsonObject } from '../../lib/json.ts';
import type { WireFailure } from '../error-code.ts';
import type { RequestId } from '../message.ts';
import type { Payload } from '../raw-json.ts';

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
export function parseListenFilter(_params: JsonObject | undefined): ListenFilter | WireFailure {
  throw new Error('not written yet');
}

/** The part of the filter a server with these capabilities can honour (either era's capabilities). */
export function honouredFilter(_filter: ListenFilter, _serverCapabilities: JsonObject): ListenFilter {
  throw new Error('not written yet');
}

/** The wire form of a filter: only members that are on. */
export function writeListenFilter(_filter: ListenFilter): JsonObject {
  throw new Error('not written yet');
}

/** Params of `notifications/subscriptions/acknowledged`, the first message of every listen stream. */
export function acknowledgedParams(_honoured: ListenFilter, _subscriptionId: RequestId): JsonObject {
  throw new Error('not written yet');
}

/** Does this notification belong on a stream with this filter? Progress and log messages never do. */
export function isHeard(_filter: ListenFilter, _method: string, _params: JsonObject | undefined): boolean {
  throw new Error('not written yet');
}

/** Sets `_meta…/subscriptionId` to the listener's own request id (type preserved), whatever id it had. */
export function withSubscriptionId(_params: Payload | undefined, _subscriptionId: RequestId): Payload {
  throw new Error('not written yet');
}

/** Removes `_meta…/subscriptionId`, for delivery to a legacy agent. */
export function withoutSubscriptionId(_params: Payload | undefined): Payload | undefined {
  throw new Error('not written yet');
}

/** Subscription id of a notification; servers are known to stringify it, so compare with isSameId. */
export function subscriptionIdOf(_params: JsonObject | undefined): Json | undefined {
  throw new Error('not written yet');
}

/** Equal as ids, also when one side turned a number into a string. */
export function isSameId(_a: Json | undefined, _b: RequestId): boolean {
  throw new Error('not written yet');
}

/** The graceful end of a listen stream: the empty result with the subscription id. */
export function listenResult(_subscriptionId: RequestId): JsonObject {
  throw new Error('not written yet');
}
