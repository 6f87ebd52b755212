// Role objects → rules of the one evaluator: for each grant one that allows it to whoever has the role. Pure.
// Never makes a rule that denies, and none that could match a principal without the role.
import type { RoleGrant, StoredObject } from '../object/kinds.ts';

/** Begins the id of every rule that a role makes: `role/<name>/<place of the grant, from 1>`. No policy rule has two slashes. */
export const ROLE_PREFIX = 'role/';

export interface GrantRule {
  name: string;
  match: RoleGrant & { role: string[] };
  effect: 'allow';
}

export interface GrantedByRole {
  /** `role/<name>` */
  name: string;
  rules: readonly GrantRule[];
}

/** By name of the role, then by place of the grant. */
export function roleGrants(roles: readonly StoredObject<'role'>[]): GrantedByRole[] {
  return [...roles].sort(byName).map(({ metadata, spec }) => ({
    name: ROLE_PREFIX + metadata.name,
    rules: spec.grants.map((grant, place) => ({
      name: String(place + 1),
      match: { ...selectorsOf(grant), role: [metadata.name] },
      effect: 'allow' as const,
    })),
  }));
}

/** Only what a grant may select by: nothing else that stands in it could narrow the rule unseen, or name another role. */
function selectorsOf({ server, tool, prompt, resource, method }: RoleGrant): RoleGrant {
  return {
    ...(server && { server }),
    ...(tool && { tool }),
    ...(prompt && { prompt }),
    ...(resource && { resource }),
    ...(method && { method }),
  };
}

function byName(a: StoredObject<'role'>, b: StoredObject<'role'>): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
