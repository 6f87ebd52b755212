// Row: is anything in scope frozen? Runs before names are resolved, again for the resolved server, and binds calls already in flight.
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';

export const checkFreeze: Row = {
  name: 'freeze',
  run(flight) {
    const { surface } = flight.call;
    return frozenVerdict(flight, surface.type === 'server' ? surface.server : undefined);
  },
};

export function frozenVerdict(flight: Flight, server: string | undefined): Verdict {
  const { principal } = flight.call;
  if (!principal) return deny('unauthenticated', 'A valid token is required.');
  const freeze = flight.control.freezes.frozen(principal, server, flight.ports.clock.nowMs());
  if (!freeze) return PASS;
  return deny(
    'frozen',
    `Stopped by freeze "${freeze.name}": ${freeze.reason}. Calls pass again when an operator lifts it.`,
    `freeze/${freeze.name}`,
  );
}
