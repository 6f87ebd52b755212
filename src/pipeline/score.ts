// Row: how risky is this call? Six signals from what the rows before found and from the history of this agent and tool; nothing is waited for.
// Scores tools/call only; does nothing in an organization without risk profile and without rules that ask for facts.
import type { Call } from '../call.ts';
import { isObject } from '../lib/json.ts';
import { toolOverride } from '../object/tool-override.ts';
import { type Amounts, amountsOf } from '../risk/amounts.ts';
import { factsOf } from '../risk/facts.ts';
import type { RiskInput } from '../risk/signal.ts';
import type { Flight, Row } from './flight.ts';
import { PASS } from './flight.ts';

export const score: Row = {
  name: 'score',
  idle: ({ control }) => !control.risk && !control.policies.needsFacts,
  run(flight) {
    const { call, control, ports } = flight;
    const { principal, target } = call;
    const needsFacts = control.policies.needsFacts;
    if (call.method !== 'tools/call' || !principal || target?.capability?.kind !== 'tool') return PASS;
    const history = ports.histories.of(control.org);
    const given = call.params?.arguments;
    const amounts = amountsOf(isObject(given) ? given : undefined);
    flight.amounts = amounts;
    const input = inputOf(call, amounts, ports.clock.nowMs());
    if (history && input) call.risk = control.risk?.score(input, history);
    if (needsFacts && input) call.facts = factsOf(history, input);
    return PASS;
  },
};

function inputOf(call: Call, amounts: Amounts, nowMs: number): RiskInput | undefined {
  const { principal, target, intent, findings } = call;
  if (!principal || !target?.capability) return undefined;
  return {
    nowMs,
    agent: principal.agent,
    environment: principal.environment,
    server: target.server,
    tool: target.capability.name,
    intent,
    findings,
    amounts,
    serverRisk: target.spec.risk,
    toolRisk: toolOverride(target.spec, target.capability.name)?.risk,
    serverEnvironment: target.spec.environment,
  };
}

/** The call was decided: it becomes history. Only calls on tools, only real ones, once. */
export function rememberCall(flight: Flight, seq: number, effect: 'allow' | 'deny' | 'hold'): void {
  const { call, control, ports } = flight;
  const { principal, target } = call;
  if (call.method !== 'tools/call' || call.origin !== 'agent' || !principal || target?.capability?.kind !== 'tool') {
    ports.histories.passOver(control.org, seq);
    return;
  }
  ports.histories.observe(control.org, seq, {
    timeMs: ports.clock.nowMs(),
    agent: principal.agent,
    server: target.server,
    tool: target.capability.name,
    effect,
    amounts: flight.amounts ?? NO_AMOUNTS,
  });
}

const NO_AMOUNTS: Amounts = new Map();
