// The check of `sallyport doctor` that looks at who could approve: whether enough people are known for the rules that take several.
// Counts people, not operators: docs/decisions/0037. Says nothing where one approval is enough everywhere.
import type { ObjectBody } from '../admin/contract.ts';
import { systemClock } from '../lib/clock.ts';
import type { AdminClient } from './admin-client.ts';
import type { Check } from './doctor-checks.ts';
import { messageOf } from './failure.ts';

const MAX_NAMED = 5;

interface Rule {
  name?: string;
  obligations?: { approvers?: { quorum?: number } };
}

export async function lookAtApprovers(client: AdminClient): Promise<Check[]> {
  const name = 'approvers';
  try {
    const asking = [...quorumsOf((await client.objects('policy')).objects), ...quorumsOf((await client.objects('organization')).objects)];
    if (asking.length === 0) return [];
    const operators = (await client.objects('operator')).objects;
    const people = peopleBehind(operators, (await client.objects('user')).objects);
    const short = asking.filter(({ quorum }) => quorum > people);
    if (short.length === 0) return [{ name, state: 'ok', message: `${people} people are linked to operators who may approve` }];
    const rules = short.slice(0, MAX_NAMED).map(({ rule, quorum }) => `${rule} takes ${quorum}`);
    const message = `${[...rules, ...(short.length > MAX_NAMED ? ['…'] : [])].join(', ')}; ${people === 1 ? '1 person is' : `${people} people are`} linked to operators who may approve`;
    const next = 'Link operators to users (spec.user; `sallyport operator create NAME --user USER`): one person with two operators is one.';
    return [{ name, state: 'warn', message, next }];
  } catch (error) {
    return [{ name, state: 'fail', message: messageOf(error) }];
  }
}

function quorumsOf(objects: readonly ObjectBody[]): { rule: string; quorum: number }[] {
  return objects.flatMap(({ metadata, spec }) => {
    const { rules = [], approvals } = spec as { rules?: Rule[]; approvals?: { approvers?: { quorum?: number } } };
    const all = [
      ...rules.map((rule) => ({ rule: `${metadata.name}/${rule.name ?? '?'}`, quorum: rule.obligations?.approvers?.quorum ?? 1 })),
      { rule: `organization ${metadata.name}`, quorum: approvals?.approvers?.quorum ?? 1 },
    ];
    return all.filter(({ quorum }) => quorum > 1);
  });
}

/** How many users there are to whom an operator is linked that may decide now. */
function peopleBehind(operators: readonly ObjectBody[], users: readonly ObjectBody[]): number {
  const known = new Set(users.map(({ metadata }) => metadata.name));
  const people = new Set<string>();
  for (const { spec } of operators) {
    const { role, user, revokedAt, expiresAt } = spec as { role?: string; user?: string; revokedAt?: string; expiresAt?: string };
    const isOver = revokedAt !== undefined || (expiresAt !== undefined && Date.parse(expiresAt) <= systemClock.nowMs());
    if (user !== undefined && known.has(user) && role !== 'viewer' && !isOver) people.add(user);
  }
  return people.size;
}
