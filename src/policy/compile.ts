// Policies and roles of one organization, compiled for one control revision. Order: by tier, then `order`, then policy name, then place in the
// list; what roles grant stands between the agents' own policies and the organization's defaults.
import type { Kind, StoredObject } from '../object/kinds.ts';
import { createPolicySet, type PolicyParts, type PolicySet } from './policy-set.ts';
import { roleGrants } from './role-rule.ts';
import { type CompiledRule, compileRule, type Tier } from './rule.ts';
import { RuleIndex } from './rule-index.ts';
import { compileTags } from './tags.ts';

export type { PolicySet } from './policy-set.ts';

/** In the order in which they are asked. */
export const TIER_ORDER: readonly Tier[] = ['guardrail', 'team', 'agent', 'grant', 'default'];

export interface PolicyFailure {
  /** `policy/rule`; undefined when it was no rule that failed. */
  rule: string | undefined;
  /** For the operator; holds no argument values. */
  message: string;
}

export interface CompileOptions {
  /** Hears what was thrown during a decision (the decision is a denial then). */
  onError?: (failure: PolicyFailure) => void;
  bands?: Bands | undefined;
}

/** Which band of which risk profile a score on a server falls in; undefined when it needs nothing. */
export type Bands = (server: string, score: number) => { profile: string; band: 'hold' | 'deny' } | undefined;

/**
 * Takes any objects and looks at policies, at roles, and at the tags of servers. Policies of mode shadow do not decide; where there are some, the set
 * has another one beside it in which they do. Throws only on a document that is no policy (the schema keeps those out).
 */
export function compilePolicies(objects: readonly StoredObject[], revision: number, options: CompileOptions = {}): PolicySet {
  const { onError = () => {}, bands } = options;
  const shadows = objects.filter((object): object is StoredObject & StoredObject<'policy'> => isKind(object, 'policy') && isShadow(object));
  if (shadows.length === 0) return setOf(objects, revision, { onError, bands, shadow: undefined });
  const replaced = new Set(shadows.flatMap(({ spec }) => spec.replaces ?? []));
  const live = objects.filter((object) => !(isKind(object, 'policy') && isShadow(object)));
  const kept = live.filter((object) => !(isKind(object, 'policy') && replaced.has(object.metadata.name)));
  const enforced = shadows.map(({ spec: { mode: _, ...spec }, ...object }) => ({ ...object, spec }) as StoredObject);
  const shadow = setOf([...kept, ...enforced], revision, { onError: () => {}, bands, shadow: undefined });
  return setOf(live, revision, { onError, bands, shadow });
}

function setOf(objects: readonly StoredObject[], revision: number, also: Pick<PolicyParts, 'onError' | 'bands' | 'shadow'>): PolicySet {
  const rules = orderedRules(objects);
  return createPolicySet({ index: new RuleIndex(rules), rules, tags: compileTags(objects), access: accessOf(objects), revision, ...also });
}

function isShadow({ spec }: StoredObject<'policy'>): boolean {
  return spec.mode === 'shadow';
}

export function orderedRules(objects: readonly StoredObject[]): CompiledRule[] {
  const policies = objects.filter((object) => isKind(object, 'policy')).filter((policy) => !isShadow(policy));
  policies.sort(byOrder);
  const rules: CompiledRule[] = [];
  for (const tier of TIER_ORDER) {
    if (tier === 'grant') addGrants(rules, objects);
    for (const { metadata, spec } of policies) {
      if ((spec.tier ?? 'default') !== tier) continue;
      const owner = { policy: metadata.name, tier, team: spec.team, agent: spec.agent };
      for (const rule of spec.rules) rules.push(compileRule(owner, rule, rules.length));
    }
  }
  return rules;
}

/** The first policy for everybody that says something; else whom the organization names. */
function accessOf(objects: readonly StoredObject[]): string | undefined {
  const policies = objects.filter((object) => isKind(object, 'policy')).filter(({ spec }) => !spec.team && !spec.agent);
  policies.sort(byOrder);
  const said = policies.find(({ spec }) => spec.access !== undefined)?.spec.access;
  const contact = objects.find((object) => isKind(object, 'organization'))?.spec.contact;
  return said ?? (contact === undefined ? undefined : `ask ${contact}`);
}

function byOrder(a: StoredObject<'policy'>, b: StoredObject<'policy'>): number {
  // Names by code unit, so that the order is the same everywhere.
  return a.spec.order - b.spec.order || (a.metadata.name < b.metadata.name ? -1 : 1);
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}

function addGrants(rules: CompiledRule[], objects: readonly StoredObject[]): void {
  for (const { name, rules: granted } of roleGrants(objects.filter((object) => isKind(object, 'role'))))
    for (const rule of granted) rules.push(compileRule({ policy: name, tier: 'grant' }, rule, rules.length));
}
