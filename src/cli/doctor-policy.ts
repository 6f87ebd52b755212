// What `sallyport doctor` says of policies and the conditions of standing grants: whether those that are in force would still be taken.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

export async function lookAtPolicies(client: AdminClient): Promise<Check> {
  const name = 'policies';
  try {
    const { problems } = await client.policyProblems();
    const [first] = problems;
    if (!first) return { name, state: 'ok', message: 'those that are in force would be taken' };
    const { policy, grant, where, message } = first;
    const [kind, object] = grant === undefined ? ['policy', policy ?? ''] : ['grant', grant];
    const meanwhile =
      grant === undefined
        ? 'What the rule looks at is denied where it cannot be judged'
        : 'Where its condition cannot be judged it answers no call, and people are asked';
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more places)` : '';
    return {
      name,
      state: 'fail',
      message: `${kind}/${object}, ${where}: ${message}${more}. ${meanwhile}`,
      next: `sallyport get ${kind} ${object} -o yaml > ${object}.yaml, mend it, sallyport apply -f ${object}.yaml: that names every place.`,
    };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}
