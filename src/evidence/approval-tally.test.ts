// What is told of the decisions of a period, and that the memory for it has a bound.
import { expect, it } from 'vitest';
import { ApprovalTally, MAX_FOLLOWED } from './approval-tally.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

it('knows of the newest tickets how long a vote took and whether its reviewer had looked, and no more of those that are twice as old', () => {
  const tally = new ApprovalTally();
  let seq = 0;
  const say = (what: string, ticket: number, second: number): void =>
    tally.take(++seq, { what, ticket: `t${ticket}`, time: at(second), by: 'ann' });
  const count = 2 * MAX_FOLLOWED + 2;
  for (let ticket = 0; ticket < count; ticket++) say('requested', ticket, 0);
  say('read', count - 1, 1);
  say('approved', count - 1, 2);
  say('refused', count - MAX_FOLLOWED, 10);
  say('granted', 0, 20);
  expect(tally.votes()).toBe(3);
  expect(tally.whats.total()).toBe(count + 4);
  // The oldest one was forgotten: nothing is claimed of it.
  expect(tally.medianMs()).toBe(2_000);
  expect([tally.quick.count, tally.unread.count]).toEqual([1, 1]);
});

it('knows which votes no user stands behind', () => {
  const tally = new ApprovalTally();
  tally.take(1, { what: 'requested', ticket: 't', time: at(0) });
  tally.take(2, { what: 'approved', ticket: 't', time: at(1), by: 'ann', user: 'ada' });
  tally.take(3, { what: 'granted', ticket: 't', time: at(1), by: 'robot' });
  expect([tally.votes(), tally.unlinked.count]).toEqual([2, 1]);
});
