// What an agent hears of a server beside answers. A listen filter is narrowed before it is sent, and every message of a standing stream is judged
// by the rules in force when it is heard: a stream outlives the decision it was opened under. Never lets through more than that decision did.
import type { Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { MAX_LISTEN_ENTRIES } from '../mcp/rev-2026-07-28/listen.ts';
import type { Control } from './control.ts';
import { alsoAsked } from './decide-input.ts';
import type { Flight } from './flight.ts';
import { openTask } from './task.ts';

/** INVARIANT: what may not be read is not heard of, and nobody hears anything without a valid token (test/scenario/attack-bypass-streams.test.ts). */
export function mayHear(flight: Flight, server: string, method: string, params: JsonObject | undefined): boolean {
  const { call, ports } = flight;
  const isStanding = call.method === 'subscriptions/listen';
  const isAboutResource = method === 'notifications/resources/updated';
  if (!isStanding && !isAboutResource) return true;
  const control = ports.control.current(flight.control.org);
  const principal = control && listenerOf(flight, control);
  if (!control || !principal) return false;
  if (control.freezes.frozen(principal, server, ports.clock.nowMs())) return false;
  if (isAboutResource) return typeof params?.uri === 'string' && mayFollow(flight, control, principal, server, params.uri);
  const asked = alsoAsked(flight, { principal, kind: call.kind, method: call.method, server, capability: undefined });
  return control.policies.decide(asked).effect === 'allow';
}

/** Who listens now. A token that expired or changed hands meanwhile ends the stream: nothing else would. */
export function listenerOf({ call, ports }: Flight, control: Control): Principal | undefined {
  if (call.principal?.token === undefined) return call.principal;
  const { found } = ports.control.identify(call.bearerHash, ports.clock.nowMs(), call.remoteAddress);
  const { principal } = found;
  if (principal?.org === control.org && principal.agent === call.principal.agent && principal.user === call.principal.user)
    return principal;
  call.abort(new GatewayError('frozen', 'The token of this call is not valid any more.'));
  return undefined;
}

/** The same decision for a filter of the stateless era and a subscription of the session era, each under its own method. */
export function mayFollow(
  flight: Pick<Flight, 'call' | 'ports'>,
  { policies }: Pick<Control, 'policies'>,
  principal: Principal,
  server: string,
  uri: string,
): boolean {
  const method = flight.call.client.era === 'modern' ? 'subscriptions/listen' : 'resources/subscribe';
  const asked = { principal, kind: 'subscription', method, server, capability: { kind: 'resource', name: uri } } as const;
  return policies.decide(alsoAsked(flight, asked)).effect === 'allow';
}

/** A listen filter loses what this principal may not follow: other agents' tasks, and on the endpoint of one server its hidden resources. */
export function narrowListenFilter(flight: Flight): void {
  const { call } = flight;
  if (!call.params) return;
  const top = narrowHolder(flight, call.params);
  const inner = isObject(top.notifications) ? narrowHolder(flight, top.notifications) : top.notifications;
  const next = inner === top.notifications ? top : { ...top, notifications: inner as Json };
  if (next === call.params) return;
  call.params = next;
  call.paramsText = undefined;
}

function narrowHolder(flight: Flight, holder: JsonObject): JsonObject {
  const { surface, principal } = flight.call;
  const server = surface.type === 'server' ? surface.server : undefined;
  let next = holder;
  if (isBoundedList(holder.taskIds)) {
    const opened = holder.taskIds.flatMap((id) => {
      const task = typeof id === 'string' ? openTask(flight, id) : undefined;
      return task && task.server === server ? [task.id] : [];
    });
    next = { ...next, taskIds: opened };
  }
  const uris = holder.resourceSubscriptions;
  if (!isBoundedList(uris) || server === undefined || !principal) return next;
  const kept = uris.filter((uri) => typeof uri !== 'string' || mayFollow(flight, flight.control, principal, server, uri));
  return kept.length === uris.length ? next : { ...next, resourceSubscriptions: kept };
}

/** A longer list is refused as it stands by whoever reads the filter. */
function isBoundedList(value: Json | undefined): value is Json[] {
  return Array.isArray(value) && value.length <= MAX_LISTEN_ENTRIES;
}
