// Row: what the arguments hold. Intent, findings, provenance of values; the last row that may change the call.
// Each inspector stands in a file of its own and is listed in app.ts; the first that refuses ends the call.
import type { Flight, Inspector, Row, Verdict } from './flight.ts';
import { isApprovable, PASS } from './flight.ts';
import { readLongMessage } from './long-message.ts';
import { sharingParts } from './message-part.ts';

export const inspectArgs: Row = {
  name: 'inspect-args',
  run: (flight) => (speaksFor(flight) ? inspectInTurn(flight, 'inspectArguments', 0) : PASS),
};

/** What the gateway asks for itself (definitions) are its own words; what it answers itself (a cancellation) goes to nobody as it was said. */
function speaksFor({ call }: Flight): boolean {
  if (call.origin === 'gateway') return isApprovable(call.kind);
  return call.kind !== 'notification' || call.local === undefined;
}

/** One after the other; waits only for those that have something to wait for. */
export function inspectInTurn(flight: Flight, look: 'inspectArguments' | 'inspectResult', from: number): Verdict | Promise<Verdict> {
  const reading = readLongMessage(flight, look);
  if (reading) return reading.then(() => inspectInTurn(flight, look, from));
  return sharingParts(() => inspectFrom(flight, look, from));
}

function inspectFrom(flight: Flight, look: 'inspectArguments' | 'inspectResult', from: number): Verdict | Promise<Verdict> {
  const inspectors: readonly Inspector[] = flight.ports.inspectors;
  for (let index = from; index < inspectors.length; index++) {
    const seen = inspectors[index]?.[look]?.(flight);
    if (seen === undefined || seen === PASS) continue;
    if (!(seen instanceof Promise)) return seen;
    return seen.then((verdict) => (verdict === PASS ? inspectInTurn(flight, look, index + 1) : verdict));
  }
  return PASS;
}
