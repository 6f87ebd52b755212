// The table of flights: ids rise and are unique, whoever stands for long keeps its place, nothing grows with what has ended.
import { expect, it } from 'vitest';
import { Flight } from './flight.ts';
import { FlightTable } from './flight-table.ts';

function flight(id: number): Flight {
  return new Flight({
    id,
    method: 'tools/call',
    text: '{}',
    peer: undefined,
    client: undefined,
    token: undefined,
    timeoutMs: 1000,
    nowMs: 0,
    headers: undefined,
  });
}

it('finds what is in flight by its id, and nothing else', () => {
  const table = new FlightTable();
  const first = flight(table.mint());
  table.add(first);
  expect(first.id).toBe(1);
  expect(table.get(1)).toBe(first);
  for (const stranger of [0, -1, 17, 33, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER]) expect(table.get(stranger)).toBeUndefined();
  table.delete(first);
  table.delete(first);
  expect(table.get(1)).toBeUndefined();
  expect(table.size).toBe(0);
});

it('never uses an id twice while one stands for long and thousands pass', () => {
  const table = new FlightTable();
  const standing = flight(table.mint());
  table.add(standing);
  let last = standing.id;
  for (let n = 0; n < 5000; n++) {
    const passing = flight(table.mint());
    table.add(passing);
    expect(passing.id).toBeGreaterThan(last);
    last = passing.id;
    expect(table.get(passing.id)).toBe(passing);
    table.delete(passing);
  }
  expect(table.get(standing.id)).toBe(standing);
  expect(last).toBeLessThan(6000);
});

it('grows with what is in flight', () => {
  const table = new FlightTable();
  const held = Array.from({ length: 1000 }, () => {
    const one = flight(table.mint());
    table.add(one);
    return one;
  });
  expect(table.size).toBe(1000);
  for (const one of held) expect(table.get(one.id)).toBe(one);
  expect(table.newest(({ id }) => id % 2 === 1)?.id).toBe(999);
  expect(table.values()).toHaveLength(1000);
});
