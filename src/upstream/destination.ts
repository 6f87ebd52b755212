// Where a request goes and with what: the server's place, its literal settings, and the leased credential over them.
import type { ServerSpec } from '../object/kinds.ts';
import type { Destination } from './connection.ts';
import type { UpstreamRequest } from './exchange.ts';

/** The lease holds ready values; literal values of the object hold without it. */
export function destinationOf(request: UpstreamRequest): Destination {
  const { org, server, spec, lease } = request;
  const place = { org, server, spec, headers: headersOf(spec.headers, lease.headers), env: { ...literalsOf(spec.env), ...lease.env } };
  return lease.secrets === undefined ? place : { ...place, secrets: lease.secrets };
}

/** Lower-cased, so that a leased header replaces a literal one however it is spelled. */
function headersOf(own: ServerSpec['headers'], leased: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const lowered: Record<string, string> = {};
  for (const values of [literalsOf(own), leased]) {
    for (const [name, value] of Object.entries(values)) lowered[name.toLowerCase()] = value;
  }
  return lowered;
}

function literalsOf(own: ServerSpec['headers']): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(own ?? {})) if (typeof value === 'string') values[name] = value;
  return values;
}
