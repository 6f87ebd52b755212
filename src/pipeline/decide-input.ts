// From a call to what its decision is made from. Hands over references, copies nothing: this runs on every call.
import type { Call, Principal } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { namedCapability } from '../mcp/method-kind.ts';
import type { DecideInput } from '../policy/decide-input.ts';
import type { Flight } from './flight.ts';

export function decideInputOf(flight: Flight, principal: Principal): DecideInput {
  const { call, ports } = flight;
  const { target, surface } = call;
  return {
    principal,
    kind: call.kind,
    method: call.method,
    server: target?.server ?? (surface.type === 'server' ? surface.server : undefined),
    capability: target?.capability ?? namedBy(call),
    args: argumentsOf(call),
    definition: target?.definition?.value,
    intent: call.intent,
    findings: call.findings,
    risk: call.risk?.score,
    flow: flowOf(call),
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

/** What a completion is asked for counts as an argument, together with those that stand already. */
function argumentsOf({ method, params }: Call): JsonObject | undefined {
  if (!params) return undefined;
  if (method !== 'completion/complete') return isObject(params.arguments) ? params.arguments : undefined;
  const { argument, context } = params;
  const given = isObject(context) && isObject(context.arguments) ? context.arguments : {};
  if (!isObject(argument) || typeof argument.name !== 'string' || argument.value === undefined) return given;
  return Object.fromEntries([...Object.entries(given), [argument.name, argument.value]]);
}

const FLOW = 'flow.';
const NO_FLOW: readonly string[] = Object.freeze([]);

/** Labels of data that flows into the call are findings of type `flow.<label>`. */
function flowOf({ findings }: Call): readonly string[] {
  if (findings.length === 0) return NO_FLOW;
  return findings.filter(({ type }) => type.startsWith(FLOW)).map(({ type }) => type.slice(FLOW.length));
}
