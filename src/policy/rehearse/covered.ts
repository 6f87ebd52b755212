// Rules that can never decide, because an earlier one matches everything they match: what whoever applies a policy wants to know at once.
// Proofs only (cover.ts); says nothing where looking would take too long.
import type { PolicySet } from '../policy-set.ts';
import type { CompiledRule } from '../rule.ts';
import { covers } from './cover.ts';

/** Rules told. */
const MAX_TOLD = 20;
/** Pairs of rules compared when a policy is applied, beyond which earlier rules far away are not looked at. */
const MAX_PAIRS = 500_000;

export interface CoveredRule {
  rule: CompiledRule;
  by: CompiledRule;
}

/** Of the rules that `isAsked` picks, those that an earlier rule takes everything from. */
export function coveredRules(set: PolicySet, isAsked: (rule: CompiledRule) => boolean): CoveredRule[] {
  const asked = set.rules.flatMap((rule, i) => (isAsked(rule) ? [i] : []));
  const reach = Math.max(1, Math.floor(MAX_PAIRS / Math.max(1, asked.length)));
  const found: CoveredRule[] = [];
  for (const i of asked) {
    const rule = set.rules[i];
    const by = rule && set.rules.slice(Math.max(0, i - reach), i).find((one) => covers(one, rule));
    if (rule && by) found.push({ rule, by });
    if (found.length === MAX_TOLD) break;
  }
  return found;
}
