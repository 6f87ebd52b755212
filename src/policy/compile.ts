// Policies of one organization, compiled for one control revision. Order: by tier, then `order`, then policy name, then place in the list.
import type { Kind, PolicyRule, StoredObject } from '../object/kinds.ts';
import { createPolicySet, type PolicySet } from './policy-set.ts';
import { type CompiledRule, compileRule, type Tier } from './rule.ts';
import { RuleIndex } from './rule-index.ts';
import { compileTags } from './tags.ts';

export type { PolicySet } from './policy-set.ts';

/** In the order in which they are asked. */
export const TIER_ORDER: readonly Tier[] = ['guardrail', 'team', 'agent', 'grant', 'default'];

/** Rules that do not stand in a policy object: what roles grant. */
export interface Granted {
  name: string;
  rules: readonly PolicyRule[];
}

export interface PolicyFailure {
  /** `policy/rule`; undefined when it was no rule that failed. */
  rule: string | undefined;
  /** For the operator; holds no argument values. */
  message: string;
}

export interface CompileOptions {
  /** Stand between the agents' own policies and the organization's defaults, in the order given. */
  grants?: readonly Granted[];
  /** Hears what was thrown during a decision (the decision is a denial then). */
  onError?: (failure: PolicyFailure) => void;
}

/** Takes any objects and looks at policies, and at the tags of servers. Throws only on a document that is no policy (the schema keeps those out). */
export function compilePolicies(objects: readonly StoredObject[], revision: number, options: CompileOptions = {}): PolicySet {
  const rules = orderedRules(objects, options.grants);
  return createPolicySet({
    index: new RuleIndex(rules),
    rules,
    tags: compileTags(objects),
    access: accessOf(objects),
    revision,
    onError: options.onError ?? (() => {}),
  });
}

export function orderedRules(objects: readonly StoredObject[], grants: readonly Granted[] = []): CompiledRule[] {
  const policies = objects.filter((object) => isKind(object, 'policy'));
  policies.sort((a, b) => a.spec.order - b.spec.order || compareText(a.metadata.name, b.metadata.name));
  const rules: CompiledRule[] = [];
  for (const tier of TIER_ORDER) {
    if (tier === 'grant')
      for (const grant of grants) for (const rule of grant.rules) rules.push(compileRule({ policy: grant.name, tier }, rule, rules.length));
    for (const { metadata, spec } of policies) {
      if ((spec.tier ?? 'default') !== tier) continue;
      const owner = { policy: metadata.name, tier, team: spec.team, agent: spec.agent };
      for (const rule of spec.rules) rules.push(compileRule(owner, rule, rules.length));
    }
  }
  return rules;
}

/** What the organization says about asking for access, else the first policy that says something to everybody. */
function accessOf(objects: readonly StoredObject[]): string | undefined {
  const policies = objects.filter((object) => isKind(object, 'policy')).filter(({ spec }) => !spec.team && !spec.agent);
  policies.sort((a, b) => a.spec.order - b.spec.order || compareText(a.metadata.name, b.metadata.name));
  return policies.find(({ spec }) => spec.access !== undefined)?.spec.access;
}

/** By code unit, so that the order is the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
