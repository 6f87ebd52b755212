// Standing grants as an explanation shows them: which are about the agent, the server and the tool, which answer the hold, and why the others do not.
// Reads only, by the objects it is given; uses are counted elsewhere and not asked here.
import { standingProblem } from '../approval/standing.ts';
import { standingPeople } from '../auth/person.ts';
import type { Decision } from '../call.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { DecideInput } from '../policy/decide-input.ts';
import { compileGrants, type GrantMiss } from '../policy/standing-grant.ts';

export interface StandingShown {
  grant: string;
  answers: boolean;
  why: string;
}

const MISSES: Readonly<Record<Exclude<GrantMiss, 'another_call'>, string>> = {
  another_rule: 'it is not about what this rule holds',
  another_definition: 'it is bound to another definition of the tool',
  not_yet: 'it has not begun',
  ended: 'it has ended',
  condition: 'its condition does not hold',
  condition_failed: 'its condition could not be evaluated',
};
const PROBLEMS = {
  rule_forbids: 'the rule lets no standing grant answer it',
  too_few_people: 'too few of the people who stand for it may approve such a call',
} as const;

/** Empty for a decision that holds nothing. `definition`: hash of the tool's; undefined when it is not known. */
export function standingShown(
  view: ControlView,
  input: DecideInput,
  decision: Pick<Decision, 'effect' | 'rule' | 'obligations'>,
  definition: string | undefined,
): StandingShown[] {
  if (decision.effect !== 'hold') return [];
  const { principal, nowMs = 0 } = input;
  const [policy = '', rule = ''] = decision.rule.split('/');
  const isOfPolicy = view.get('policy', policy)?.spec.rules.some(({ name }) => name === rule) === true;
  const approvers = decision.obligations?.approvers ?? view.organization()?.spec.approvals?.approvers;
  const asked = { requester: { ...principal, inScope: undefined }, owner: view.agent(principal.agent)?.spec.owner };
  return compileGrants(view.all())
    .of(principal.agent)
    .flatMap((grant) => {
      const miss = grant.miss({ input, rule: decision.rule, isOfPolicy, definition, nowMs });
      if (miss === 'another_call') return [];
      const problem = standingProblem(approvers, asked, standingPeople(view, grant.spec.votes ?? [], nowMs));
      const why = miss ? MISSES[miss] : problem ? PROBLEMS[problem] : 'it answers the hold, as long as it has a use left';
      return [{ grant: grant.name, answers: !miss && !problem, why }];
    });
}
