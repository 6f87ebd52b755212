// Public names of the aggregated surface → server and upstream name. A server this principal may not use is not looked at,
// so a name on it is unknown like any other.
import type { CapabilityRef } from '../call.ts';
import { publicPrefix } from '../catalog/names.ts';
import { routeOwner, usableServers } from './aggregate.ts';
import { ensureDefinitions } from './discovery.ts';
import type { Flight } from './flight.ts';
import { isApproved } from './quarantine.ts';

export async function routeName(flight: Flight, capability: CapabilityRef): Promise<{ server: string; name: string } | undefined> {
  const { ports, control } = flight;
  const { principal } = flight.call;
  if (capability.kind === 'resource') {
    const route = ports.routes.resolve(routeOwner(flight), capability.name);
    const usable = route?.type === 'server' && usableServers(flight).some(({ name }) => name === route.server);
    return usable ? { server: route.server, name: route.uri } : undefined;
  }
  for (const { name: server } of usableServers(flight)) {
    if (!capability.name.startsWith(publicPrefix(server))) continue;
    await ensureDefinitions(flight, server, capability.kind, false);
    const name = ports.catalog.upstreamName(control.org, server, capability.kind, capability.name);
    // A hidden name is not translated: a refusal that names the original would tell that it exists.
    const isVisible =
      principal &&
      name !== undefined &&
      control.policies.visible(principal, server, { kind: capability.kind, name }) &&
      isApproved(flight, server, capability.kind, name);
    if (isVisible) return { server, name };
    // Nothing of that name: refused under the name that was asked for, as if it were there and forbidden.
    return { server, name: capability.name.slice(publicPrefix(server).length) };
  }
  return undefined;
}
