// Policies and roles of one organization, compiled for one control revision. Order: by `order`, then policy name, then place in the list; what
// roles grant stands before the policies of the default order, so that a policy that is put in front can still deny it.
import { compileGlob } from '../lib/glob.ts';
import type { Kind, StoredObject } from '../object/kinds.ts';
import { createPolicySet, type PolicySet } from './policy-set.ts';
import { roleGrants } from './role-rule.ts';
import { type CompiledRule, compileRule } from './rule.ts';
import { RuleIndex } from './rule-index.ts';

export type { PolicySet } from './policy-set.ts';

/**
 * Takes any objects and looks at policies and roles alone. `onError` hears what was thrown during a decision (the decision is a denial then). Throws only on a document that is no policy (the schema keeps those out).
 */
export function compilePolicies(
  objects: readonly StoredObject[],
  revision: number,
  onError: (error: unknown) => void = () => {},
): PolicySet {
  const rules = orderedRules(objects);
  return createPolicySet(new RuleIndex(rules), rules.length, revision, onError);
}

export function orderedRules(objects: readonly StoredObject[]): CompiledRule[] {
  const policies = objects.filter((object) => isKind(object, 'policy'));
  policies.sort((a, b) => a.spec.order - b.spec.order || compareText(a.metadata.name, b.metadata.name));
  const rules: CompiledRule[] = [];
  const add = (policy: StoredObject<'policy'>): void => {
    for (const rule of policy.spec.rules) rules.push(compileRule(policy.metadata.name, rule, rules.length));
  };
  for (const policy of policies) if (policy.spec.order < DEFAULT_ORDER) add(policy);
  for (const { name, rules: granted } of roleGrants(objects.filter((object) => isKind(object, 'role')))) {
    for (const { match, ...rule } of granted)
      rules.push({ ...compileRule(name, { ...rule, match }, rules.length), role: match.role.map((role) => compileGlob(role)) });
  }
  for (const policy of policies) if (policy.spec.order >= DEFAULT_ORDER) add(policy);
  return rules;
}

/** Of a policy that names none. */
const DEFAULT_ORDER = 1000;

/** By code unit, so that the order is the same everywhere. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
