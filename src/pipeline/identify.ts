// Row: bearer → principal. Unauthenticated traffic is refused at once; the loopback conformance profile is the one exception.
// Questions from servers and the gateway's own readings carry the bearer of the call they belong to, so a revocation reaches them too.
import type { Call, Principal } from '../call.ts';
import type { Control } from './control.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

export const identify: Row = {
  name: 'identify',
  run(flight) {
    const { call, ports } = flight;
    if (call.origin === 'gateway' && call.actsFor !== undefined) return inherit(flight, itself(call.actsFor));
    const { found, control } = ports.control.identify(call.bearerHash, ports.clock.nowMs(), call.remoteAddress);
    if (found.principal && control) return board(flight, control, found.principal);
    const anonymous = anonymousPrincipal(call, ports.settings.anonymousOrg);
    if (anonymous) return inherit(flight, anonymous);
    // A token that is refused was somebody's: the attempt stands in the log of the organization it belongs to.
    if (control) flight.control = control;
    return deny(found.code ?? 'unauthenticated', found.principal ? 'A valid token is required.' : found.message);
  },
};

function board(flight: Flight, control: Control, principal: Principal): Verdict {
  flight.control = control;
  flight.call.principal = principal;
  if (principal.token !== undefined) flight.ports.lastUsed.touch(principal.org, principal.token, flight.ports.clock.nowMs());
  return PASS;
}

function inherit(flight: Flight, principal: Principal): Verdict {
  const control = flight.ports.control.current(principal.org);
  if (!control) return deny('unauthenticated', `Organization "${principal.org}" does not exist any more.`);
  return board(flight, control, principal);
}

/** The gateway reading definitions for an operator. No agent can have this name. */
function itself(org: string): Principal {
  return {
    org,
    agent: 'gateway:definitions',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
    inScope: () => true,
  };
}

/** INVARIANT: only with the conformance profile, only without a token, only from loopback (test/scenario/anonymous.test.ts). */
function anonymousPrincipal(call: Call, org: string | undefined): Principal | undefined {
  if (org === undefined || call.bearerHash !== undefined || !LOOPBACK.has(call.remoteAddress)) return undefined;
  return {
    org,
    agent: 'conformance',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
    inScope: () => true,
  };
}
