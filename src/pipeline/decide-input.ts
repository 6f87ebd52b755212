// From a call to what its decision is made from. Hands over references, copies nothing: this runs on every call.
import type { Call, Principal } from '../call.ts';
import { namedCapability } from '../mcp/method-kind.ts';
import { argumentsIn, completingIn, type DecideInput, flowLabels } from '../policy/decide-input.ts';
import type { Flight } from './flight.ts';

export function decideInputOf(flight: Flight, principal: Principal): DecideInput {
  const { call, ports } = flight;
  const { target, surface } = call;
  const capability = target?.capability ?? namedBy(call);
  return {
    principal,
    kind: call.kind,
    method: call.method,
    server: target?.server ?? (surface.type === 'server' ? surface.server : undefined),
    capability,
    args: argumentsIn(call.method, call.params),
    completing: completingIn(call.method, capability, call.params),
    definition: target?.definition?.value,
    intent: call.intent,
    findings: call.findings,
    risk: call.risk?.score,
    flow: flowLabels(call.findings),
    facts: call.facts,
    nowMs: ports.clock.nowMs(),
    source: call.remoteAddress,
  };
}

/** The same question about something else this call leads to: one of several servers, or what is heard on its stream. */
export function alsoAsked(
  flight: Pick<Flight, 'call' | 'ports'>,
  asked: Pick<DecideInput, 'principal' | 'kind' | 'method' | 'server' | 'capability'>,
): DecideInput {
  return { ...asked, nowMs: flight.ports.clock.nowMs(), source: flight.call.remoteAddress };
}

function namedBy(call: Call): DecideInput['capability'] {
  const named = namedCapability(call.method, call.params);
  return named === undefined || named === 'missing' || named.kind === 'task' ? undefined : { kind: named.kind, name: named.name };
}
