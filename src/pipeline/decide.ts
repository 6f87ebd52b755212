// Row: the one decision. Ordered rules, first match wins, no match denies. What the gateway does for itself (reading definitions) is named as such.
// Nothing rewrites the call after this row.
import type { Decision } from '../call.ts';
import { namedCapability } from '../mcp/method-kind.ts';
import type { Flight, Row } from './flight.ts';
import { deny, PASS } from './flight.ts';

export const DISCOVERY_RULE = 'builtin/discovery';

export const decide: Row = {
  name: 'decide',
  run(flight) {
    const decision = judge(flight);
    flight.call.decision = decision;
    if (decision.effect === 'allow') return PASS;
    return deny(decision.code === 'allowed' ? 'internal' : decision.code, decision.reason, decision.rule);
  },
};

function judge(flight: Flight): Decision {
  const { call, control } = flight;
  if (call.origin === 'gateway')
    return {
      effect: 'allow',
      rule: DISCOVERY_RULE,
      code: 'allowed',
      reason: 'the gateway reads the definitions of this server',
      trace: [],
      revision: control.revision,
    };
  const { principal, target, surface } = call;
  if (!principal)
    return {
      effect: 'deny',
      rule: 'builtin/identity',
      code: 'unauthenticated',
      reason: 'no principal',
      trace: [],
      revision: control.revision,
    };
  const named = namedCapability(call.method, call.params);
  const asked = {
    principal,
    kind: call.kind,
    method: call.method,
    server: target?.server ?? (surface.type === 'server' ? surface.server : undefined),
    capability:
      target?.capability ??
      (named === undefined || named === 'missing' || named.kind === 'task' ? undefined : { kind: named.kind, name: named.name }),
  };
  // A name that leads nowhere gets the default refusal, word for word what an existing but forbidden one gets.
  const leadsNowhere = !target && (surface.type === 'server' || asked.capability !== undefined);
  return leadsNowhere ? control.policies.refuse(asked) : control.policies.decide(asked);
}
