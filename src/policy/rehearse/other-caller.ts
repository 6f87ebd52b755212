// A request of another caller: one of whom a matcher does not hold. Pure; never changes the request it was given.
import type { DecideInput } from '../decide-input.ts';
import { type CompiledRule, type Matcher, matchesAny } from '../rule.ts';

/** Nobody is called so. */
const ANOTHER = ['any-other', 'someone-else'];

/** Callers of whom the matcher does not hold; empty when it is not about callers, or holds of everybody. */
export function otherCallers(rule: CompiledRule, matcher: Matcher, input: DecideInput): DecideInput[] {
  const { principal } = input;
  const who = (changes: Partial<DecideInput['principal']>): DecideInput => ({ ...input, principal: { ...principal, ...changes } });
  switch (matcher) {
    case 'agent':
      return another(rule.agent).map((agent) => who({ agent }));
    case 'class':
      return rule.class ? [undefined, ...another(rule.class)].map((agentClass) => who({ agentClass })) : [];
    case 'user':
    case 'environment':
      return rule[matcher] ? [undefined, ...another(rule[matcher])].map((name) => who({ [matcher]: name })) : [];
    case 'team':
      return rule.team ? [who({ teams: principal.teams.filter((team) => !matchesAny(rule.team ?? [], team)) })] : [];
    case 'role':
      return rule.role ? [who({ roles: principal.roles.filter((role) => !matchesAny(rule.role ?? [], role)) })] : [];
    case 'tier':
      if (rule.ofAgent !== undefined) return ANOTHER.slice(0, 1).map((agent) => who({ agent }));
      return rule.ofTeam === undefined ? [] : [withMember(input, 'teams', rule.ofTeam, false)];
    default:
      return [];
  }
}

function another(globs: CompiledRule['agent']): string[] {
  return globs ? ANOTHER.filter((name) => !matchesAny(globs, name)).slice(0, 1) : [];
}

/** The same of a caller who is, or is not, in this team or role. */
export function withMember(input: DecideInput, set: 'roles' | 'teams', name: string, has: boolean): DecideInput {
  const { principal } = input;
  if (principal[set].includes(name) === has) return input;
  const others = principal[set].filter((one) => one !== name);
  return { ...input, principal: { ...principal, [set]: has ? [...others, name] : others } };
}
