// Role objects → allow rules of the one evaluator, one per grant, for whoever has the role. Pure.
// Never makes a rule that denies, and none that could match a principal without the role.
import { compileGlob } from '../lib/glob.ts';
import type { RoleGrant, StoredObject } from '../object/kinds.ts';
import { type CompiledRule, compileRule } from './rule.ts';

/** Begins the id of every rule that a role makes: `role/<name>/<place of the grant, from 1>`. No policy rule has two slashes. */
export const ROLE_PREFIX = 'role/';

/** By name of the role, then by place of the grant. `position` is that of the first; a role without members makes rules that match nobody. */
export function roleRules(roles: readonly StoredObject<'role'>[], position: number): CompiledRule[] {
  const rules: CompiledRule[] = [];
  for (const { metadata, spec } of [...roles].sort(byName)) {
    const holders = [compileGlob(metadata.name)];
    for (const [place, grant] of spec.grants.entries()) {
      const rule = { name: String(place + 1), match: selectorsOf(grant), effect: 'allow' as const };
      rules.push({ ...compileRule(ROLE_PREFIX + metadata.name, rule, position + rules.length), role: holders });
    }
  }
  return rules;
}

/** Only what a grant may select by; a stored object with more is refused before it gets here, and would widen nothing. */
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
