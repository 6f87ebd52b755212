// A call that no rule holds (any more), and that was made on an approval a while ago: it gets what that came to, and is not run a second time.
// INVARIANT: while that answer is kept, or may still come, the identical call does not run, whatever rules say by then (test/scenario/used-answer.test.ts).
import { LEASE_MS } from '../approval/deliveries.ts';
import { bindingOf } from '../approval/ticket.ts';
import type { Lately } from '../approval/used-book.ts';
import type { Decision } from '../call.ts';
import { askedCallOf } from './asking.ts';
import type { Flight, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { endedAnswer, keepMsOf } from './kept-answer.ts';
import { isAsked } from './withheld-answer.ts';

/** Certainly no such call: nobody has to look. */
export function isNoneUsed(flight: Flight): boolean {
  const { call, control, ports, used } = flight;
  // Judged again after it used a grant: it is this very call.
  if (used !== undefined || !isAsked(flight)) return true;
  const lately = latelyOf(flight);
  return lately === undefined || ports.usedGrants.isNone(control.org, call.principal?.agent ?? '', lately);
}

/** `named`: the ticket it says it comes back for. */
export async function usedAnswer(flight: Flight, decision: Decision, named: string | undefined): Promise<Verdict> {
  const { control, ports, call, used } = flight;
  const { org } = control;
  if (used !== undefined || !isAsked(flight)) return PASS;
  const binding = bindingOf(org, askedCallOf(flight));
  const lately = latelyOf(flight);
  const isThere = lately !== undefined && (await ports.usedGrants.mayHave(org, call.principal?.agent ?? '', lately, binding));
  if (!isThere && named === undefined) return PASS;
  const newest = await ports.approvals.newest(org, binding);
  const isOwn = newest?.state === 'consumed';
  const ended = isOwn ? await endedAnswer(flight, { ...decision, rule: newest.rule, reason: newest.reason }, binding) : undefined;
  if (ended) return ended;
  const asked = named === undefined ? undefined : await ports.approvals.find(org, named);
  if (asked?.state !== 'consumed' || asked.binding !== binding) return PASS;
  return deny('approval_required', `${asked.reason} ${named} was used and its answer is not kept any more.`, asked.rule, ANEW);
}

const ANEW = 'Make the call without naming a ticket to have it made once more.';

/** How far back a used grant matters: as long as a call may take, and its answer is kept then. undefined: no answers are kept. */
function latelyOf(flight: Flight): Lately | undefined {
  const { control, ports } = flight;
  const keepMs = keepMsOf(flight);
  if (keepMs === 0) return undefined;
  return { revision: control.revision, sinceMs: ports.clock.nowMs() - keepMs - ports.settings.callTimeoutMs - LEASE_MS };
}
