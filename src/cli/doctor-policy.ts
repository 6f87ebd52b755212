// What `sallyport doctor` says of policies: whether this version would still take those that are in force.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

export async function lookAtPolicies(client: AdminClient): Promise<Check> {
  const name = 'policies';
  try {
    const { problems } = await client.policyProblems();
    const [first] = problems;
    if (!first) return { name, state: 'ok', message: 'this version takes those that are in force' };
    const { policy, where, message } = first;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more places)` : '';
    return {
      name,
      state: 'fail',
      message: `policy/${policy}, ${where}: ${message}${more}. What the rule looks at is denied where it cannot be judged`,
      next: `sallyport get policy ${policy} -o yaml > ${policy}.yaml, mend it, sallyport apply -f ${policy}.yaml: that names every place.`,
    };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}
