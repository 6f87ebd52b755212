// The roster: places are used again, leaving twice does nothing, and nobody who left is met.
import { expect, it } from 'vitest';
import { Roster } from './roster.ts';

it('uses places again, so that it is never larger than its fullest moment', () => {
  const roster = new Roster<{ n: number }>();
  const members = Array.from({ length: 1000 }, (_, n) => ({ n }));
  const seats = new Set<number>();
  for (const member of members) {
    const seat = roster.enter(member);
    seats.add(seat);
    expect(roster.size).toBe(1);
    expect(roster.leave(seat, member)).toBe(true);
  }
  expect(seats).toEqual(new Set([0]));
  expect(roster.size).toBe(0);
});

it('lets nobody leave for somebody else', () => {
  const roster = new Roster<{ n: number }>();
  const [first, second] = [{ n: 1 }, { n: 2 }];
  const seat = roster.enter(first);
  expect(roster.leave(seat, first)).toBe(true);
  expect(roster.enter(second)).toBe(seat);
  expect(roster.leave(seat, first)).toBe(false);
  expect([...roster]).toEqual([second]);
  expect(roster.leave(99, second)).toBe(false);
});

it('can be left while it is read', () => {
  const roster = new Roster<{ n: number }>();
  const members = [{ n: 1 }, { n: 2 }, { n: 3 }];
  const seats = members.map((member) => roster.enter(member));
  const met: number[] = [];
  for (const member of roster) {
    met.push(member.n);
    for (const [at, other] of members.entries()) roster.leave(seats[at] as number, other);
  }
  expect(met).toEqual([1]);
  expect(roster.size).toBe(0);
  roster.enter({ n: 4 });
  roster.clear();
  expect([...roster]).toEqual([]);
});
