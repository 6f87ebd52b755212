// Rules that can never decide, because an earlier one matches everything they match: what whoever applies a policy wants to know at once.
// Proofs only (cover.ts); says nothing where looking would take too long.
import type { PolicySet } from '../policy-set.ts';
import type { CompiledRule } from '../rule.ts';
import { covers } from './cover.ts';

/** Rules told. */
const MAX_TOLD = 20;
/** Names and patterns compared when a policy is applied, beyond which earlier rules far away are not looked at: a tenth of a second, in which no call is served. */
const MAX_COMPARISONS = 1_000_000;
/** Of the names of a later rule, so many more are rarely compared with all of an earlier one: most pairs differ in the first. */
const RARELY = 16;

export interface CoveredRule {
  rule: CompiledRule;
  by: CompiledRule;
}

/** Of the rules that `isAsked` picks, those that an earlier rule takes everything from. */
export function coveredRules(set: PolicySet, isAsked: (rule: CompiledRule) => boolean): CoveredRule[] {
  const sizes = set.rules.map(sizeOf);
  const asked = set.rules.flatMap((rule, i) => (isAsked(rule) ? [i] : []));
  const found: CoveredRule[] = [];
  for (const i of asked) {
    const rule = set.rules[i];
    const by = rule && set.rules.slice(nearest(sizes, i, MAX_COMPARISONS / asked.length), i).find((one) => covers(one, rule));
    if (rule && by) found.push({ rule, by });
    if (found.length === MAX_TOLD) break;
  }
  return found;
}

/** The first of the rules before this one that may be looked at; the one right before it always is. */
function nearest(sizes: readonly number[], index: number, comparisons: number): number {
  const own = sizes[index] ?? 0;
  let [first, left] = [index, comparisons];
  while (first > 0 && (left > 0 || first === index)) {
    first--;
    left -= 1 + (sizes[first] ?? 0) * (1 + own / RARELY);
  }
  return first;
}

function sizeOf(rule: CompiledRule): number {
  let size = 0;
  for (const part of Object.values(rule)) if (Array.isArray(part)) size += part.length;
  return size;
}
