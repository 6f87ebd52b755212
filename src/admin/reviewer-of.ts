// Who an operator is when it decides about held calls: by the objects in force now.
import type { Reviewer } from '../approval/ticket.ts';
import { personOf } from '../auth/person.ts';
import type { AdminContext } from './context.ts';
import type { Operator } from './operator.ts';

export async function reviewerOf(context: AdminContext, { name }: Pick<Operator, 'name'>): Promise<Reviewer> {
  return personOf(await context.view(), name, context.clock.nowMs());
}
