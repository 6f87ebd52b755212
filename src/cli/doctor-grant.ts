// The check of `sallyport doctor` that looks at standing grants: which are overdue for a look, and for which nobody stands any more.
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

const MAX_NAMED = 5;

export async function lookAtGrants(client: AdminClient): Promise<Check> {
  const name = 'standing grants';
  try {
    const { grants } = await client.grants();
    const living = grants.filter(({ state }) => state === 'in_force' || state === 'not_yet');
    const overdue = living.filter(({ reviewOverdue }) => reviewOverdue);
    const orphaned = living.filter(({ votes }) => !votes.some(({ stands }) => stands));
    const over = grants.length - living.length;
    const parts = [`${living.length} in force or to come`, ...(over > 0 ? [`${over} over`] : [])];
    if (overdue.length === 0 && orphaned.length === 0) return { name, state: 'ok', message: parts.join(', ') };
    if (overdue.length > 0) parts.push(`${overdue.length} overdue for a look (${namesOf(overdue)})`);
    if (orphaned.length > 0) parts.push(`${orphaned.length} for which nobody stands any more (${namesOf(orphaned)})`);
    const next = 'See `sallyport approval grant list`; then `sallyport approval grant revoke NAME`, or apply it with a later reviewAt.';
    return { name, state: 'warn', message: parts.join(', '), next };
  } catch (error) {
    return { name, state: 'fail', message: messageOf(error) };
  }
}

function namesOf(grants: readonly { name: string }[]): string {
  return [...grants.slice(0, MAX_NAMED).map((grant) => grant.name), ...(grants.length > MAX_NAMED ? ['…'] : [])].join(', ');
}
