// Row: the one decision. Ordered rules, first match wins, no match denies. What the gateway does for itself (reading definitions) is named as such.
// Nothing rewrites the call after this row. What rules cannot allow (a frozen server, a method nobody named) is refused after them, so that it
// says nothing to whoever the rules refuse anyway.
import type { Decision } from '../call.ts';
import { decideInputOf } from './decide-input.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { isForwardable } from './forwardable.ts';
import { frozenVerdict } from './freeze.ts';
import { hintFor } from './refusal-hint.ts';
import { unknownTool } from './unknown-tool.ts';

export const DISCOVERY_RULE = 'builtin/discovery';

export const decide: Row = {
  name: 'decide',
  run(flight) {
    const decision = heldIfAsked(judge(flight), flight);
    flight.call.decision = decision;
    // A hold is for `approve`; what no rule can allow, no approval can either.
    if (decision.effect !== 'deny') return despiteRules(flight);
    if (decision.hidden?.asAbsent && flight.call.method === 'tools/call') return unknownTool(flight.call.target?.capability?.name ?? '');
    return deny(
      decision.code === 'allowed' ? 'internal' : decision.code,
      decision.reason,
      decision.shownRule ?? decision.rule,
      hintFor(flight, decision),
    );
  },
};

/** What rules allow may still carry something that a person must see first. */
function heldIfAsked(decision: Decision, { heldBy }: Flight): Decision {
  if (heldBy === undefined || decision.effect !== 'allow') return decision;
  return { ...decision, effect: 'hold', code: 'approval_required', rule: heldBy.rule, reason: heldBy.reason };
}

/** INVARIANT: no rule lets a call pass a freeze, nor a method that nobody named (test/scenario/attack-bypass.test.ts). */
function despiteRules(flight: Flight): Verdict {
  const { call } = flight;
  const { target, surface, kind, local } = call;
  const server = target?.server ?? (surface.type === 'server' ? surface.server : undefined);
  if (server !== undefined && !(kind === 'meta' && local)) {
    const verdict = frozenVerdict(flight, server, target?.capability);
    if (verdict !== PASS) return verdict;
  }
  if (!target || isForwardable(call, target.spec)) return PASS;
  return deny('method_not_allowed', `Method not found: ${call.method.slice(0, 128)}.`, 'builtin/method');
}

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
  const asked = decideInputOf(flight, principal);
  // A name that leads nowhere gets the default refusal, word for word what an existing but forbidden one gets.
  const leadsNowhere = flight.isQuarantined || (!target && (surface.type === 'server' || asked.capability !== undefined));
  if (leadsNowhere) return control.policies.refuse(asked);
  return control.policies.decide(asked);
}
