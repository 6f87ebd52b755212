// What a refused agent is told beside the reason: what would pass, and how to ask for access. A function of what it asked for, of what its lists show,
// and of the organization: never of whether something exists that it may not see.
import type { Decision } from '../call.ts';
import { publicNearMiss } from '../policy/rehearse/near-miss.ts';
import { decideInputOf } from './decide-input.ts';
import type { Flight } from './flight.ts';

/** undefined when there is nothing to say. Only for what rules refused. */
export function hintFor(flight: Flight, decision: Decision): string | undefined {
  const { principal, target } = flight.call;
  if (!principal || !HINTED.has(decision.code)) return undefined;
  const { policies } = flight.control;
  const isShown = target !== undefined && decision.hidden === undefined && !flight.isQuarantined;
  const passes = isShown ? publicNearMiss(policies, decideInputOf(flight, principal)) : undefined;
  const parts = [
    passes === undefined ? undefined : `It would pass with ${passes}.`,
    policies.access && `To ask for access: ${policies.access}`,
  ];
  const hint = parts.filter((part) => part !== undefined && part !== '').join(' ');
  return hint === '' ? undefined : hint;
}

const HINTED: ReadonlySet<string> = new Set(['denied_by_rule', 'no_rule_allows', 'out_of_scope']);
