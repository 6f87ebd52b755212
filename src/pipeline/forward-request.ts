// From a flight to what goes to one server. Only a flight with a receipt gets this far.
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { Lease, UpstreamRequest } from '../upstream/exchange.ts';
import type { Flight } from './flight.ts';
import { governedPeer } from './question.ts';

/** The request to the server of `call.target`. */
export function requestOf(flight: Flight): UpstreamRequest {
  const { target } = flight.call;
  if (!target || !flight.lease) throw new Error('an incomplete call reached forward');
  return build(flight, target.server, target.spec, flight.lease, schemaOf(flight));
}

/** The same call towards one of several servers; undefined when its credential is missing. */
export function requestTo(flight: Flight, server: string, spec: ServerSpec): UpstreamRequest | undefined {
  const lease = flight.control.lease(server);
  return 'missing' in lease ? undefined : build(flight, server, spec, lease, undefined);
}

function build(flight: Flight, server: string, spec: ServerSpec, lease: Lease, inputSchema: JsonObject | undefined): UpstreamRequest {
  const { call } = flight;
  const { principal, receipt } = call;
  if (!principal || !receipt) throw new Error('an undecided call reached forward');
  return {
    receipt,
    callId: call.id,
    org: principal.org,
    server,
    spec,
    lease,
    principalKey: principal.user === undefined ? principal.agent : `${principal.agent}/${principal.user}`,
    client: call.client,
    shape: call.kind === 'notification' ? 'notification' : 'request',
    method: call.method,
    params: call.params,
    paramsText: call.paramsText,
    inputSchema,
    peer: governedPeer(flight, server, spec),
    signal: flight.signal,
    onOpen: flight.watch && ((capabilities) => flight.watch?.opened(server, capabilities)),
  };
}

function schemaOf(flight: Flight): JsonObject | undefined {
  const { target } = flight.call;
  const schema = target?.capability?.kind === 'tool' ? target.definition?.value.inputSchema : undefined;
  return isObject(schema) ? schema : undefined;
}
