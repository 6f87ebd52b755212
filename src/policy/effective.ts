// The final list: the rules that can apply to one caller, in the order in which they are asked. For people; never on the path of a call.
import type { PolicyRule } from '../object/kinds.ts';
import type { Who } from './decide-input.ts';
import { type CompiledRule, failedPrincipalMatcher, matchesAny, type Tier } from './rule.ts';

export interface EffectiveRule {
  tier: Tier;
  /** `policy/rule`. */
  rule: string;
  effect: PolicyRule['effect'];
  match: PolicyRule['match'];
  when?: string | undefined;
  obligations?: PolicyRule['obligations'];
  reason?: string | undefined;
}

/** Without `who`, the rules of everybody; with `server`, those that can be about it. */
export function effectiveRules(rules: readonly CompiledRule[], who: Who | undefined, server: string | undefined): EffectiveRule[] {
  return rules
    .filter((rule) => who === undefined || failedPrincipalMatcher(rule, who) === undefined)
    .filter((rule) => server === undefined || !rule.server || matchesAny(rule.server, server))
    .map(({ tier, id, effect, source: { match, when, obligations, reason } }) => ({
      tier,
      rule: id,
      effect,
      match,
      when,
      obligations,
      reason,
    }));
}
