// Row: the credential for this server, late, only for allowed calls. Values never leave this row except inside the lease.
// Also the last look at freezes that were loaded after the call was judged: what is already known here is not forwarded.
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { frozenVerdict } from './freeze.ts';

export const lease: Row = {
  name: 'lease',
  run(flight) {
    const { call, ports } = flight;
    if (call.local) return PASS;
    const newest = ports.control.current(flight.control.org);
    if (newest && newest.revision !== flight.control.revision) {
      const verdict = frozenIn(flight, newest);
      if (verdict !== PASS) return verdict;
    }
    if (!call.target) return PASS;
    const found = flight.control.lease(call.target.server);
    if ('missing' in found) {
      return deny(
        'credential_unavailable',
        `Server "${call.target.server}" needs the secret "${found.missing}", which is not set. Ask an operator to set it.`,
      );
    }
    flight.lease = found;
    return PASS;
  },
};

function frozenIn(flight: Flight, newest: Flight['control']): Verdict {
  const judgedUnder = flight.control;
  flight.control = newest;
  const verdict = frozenVerdict(flight, flight.call.target?.server, flight.call.target?.capability);
  flight.control = judgedUnder;
  return verdict;
}
