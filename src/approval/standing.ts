// May a standing grant answer this hold: do the people who stand for it satisfy the rule that holds the call? Pure.
// INVARIANT: a grant allows no more than its people could have approved one by one, and never their own calls
// (test/scenario/standing-grant.test.ts).
import type { Approvers } from '../call.ts';
import { isOwn, isReviewer, type Reviewer, type Ticket } from './ticket.ts';

/** Why a grant does not answer a hold although it is about the call; undefined: it does. */
export type StandingProblem = 'rule_forbids' | 'too_few_people';

/** `people`: who stands for it, as they are now; who left is not among them. */
export function standingProblem(
  approvers: Approvers | undefined,
  asked: Pick<Ticket, 'requester' | 'owner'>,
  people: readonly Reviewer[],
): StandingProblem | undefined {
  if (approvers?.standing === false || approvers?.passkey) return 'rule_forbids';
  return standingVotes(approvers, asked, people) >= (approvers?.quorum ?? 1) ? undefined : 'too_few_people';
}

/** Different people among them who could approve this call. */
export function standingVotes(
  approvers: Approvers | undefined,
  asked: Pick<Ticket, 'requester' | 'owner'>,
  people: readonly Reviewer[],
): number {
  const counted: Reviewer[] = [];
  for (const person of people) {
    if (isOwn(asked, person) || !isReviewer(approvers, person)) continue;
    // As with votes on a ticket: whose it is cannot be told.
    if ((approvers?.quorum ?? 1) > 1 && person.user === undefined) continue;
    const isSame = counted.some(({ operator, user }) => operator === person.operator || (user !== undefined && user === person.user));
    if (!isSame) counted.push(person);
  }
  return counted.length;
}
