// Row: is anything in scope frozen? Runs before names are resolved; `decide` looks again for the resolved server and tool, and for those who
// were not told here: that a server is frozen is said to nobody who may not use it. What the gateway answers itself (ping) tells nobody anything.
import type { CapabilityRef } from '../call.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';

export const checkFreeze: Row = {
  name: 'freeze',
  idle: ({ control, call }) => control.freezes.isEmpty && call.principal !== undefined,
  run(flight) {
    const { surface, principal, kind, local } = flight.call;
    if (kind === 'meta' && local) return PASS;
    const verdict = frozenVerdict(flight, surface.type === 'server' ? surface.server : undefined);
    if (verdict === PASS || !principal || surface.type === 'all') return verdict;
    const isAboutServer = frozenVerdict(flight, undefined) === PASS;
    return isAboutServer && !flight.control.policies.mayUse(principal, surface.server) ? PASS : verdict;
  },
};

export function frozenVerdict(flight: Flight, server: string | undefined, capability?: CapabilityRef): Verdict {
  const { principal } = flight.call;
  if (!principal) return deny('unauthenticated', 'A valid token is required.');
  const { freezes } = flight.control;
  if (freezes.isEmpty) return PASS;
  const freeze = freezes.frozen(principal, server, flight.ports.clock.nowMs(), toolOf(capability));
  if (!freeze) return PASS;
  return deny(
    'frozen',
    `Stopped by freeze "${freeze.name}": ${freeze.reason}. Calls pass again when an operator lifts it.`,
    `freeze/${freeze.name}`,
  );
}

/** Only tools can be frozen one by one. */
export function toolOf(capability: CapabilityRef | undefined): string | undefined {
  return capability?.kind === 'tool' ? capability.name : undefined;
}
