// The table of grams: what was added is found, the first reading stays, forgetting forgets and nothing else.
import { expect, it } from 'vitest';
import { GramTable } from './gram-table.ts';

it('finds what was added, through growth, and keeps the first reading', () => {
  const table = new GramTable();
  for (let n = 1; n <= 5_000; n++) expect(table.add(n, n * 7, n % 100, n, false)).toBe(true);
  expect(table.size).toBe(5_000);
  expect(table.add(17, 119, 3, 99, false)).toBe(false);
  const place = table.find(17, 119);
  expect([table.sourceAt(place), table.positionAt(place)]).toEqual([17, 17]);
  expect(table.add(17, 119, 3, 99, true)).toBe(true);
  expect([table.sourceAt(place), table.positionAt(place), table.size]).toEqual([3, 99, 5_000]);
  expect(table.find(17, 120)).toBe(-1);
});

it('is seen once, whatever its source', () => {
  const table = new GramTable();
  table.add(5, 6, 32_767, 1, false);
  const place = table.find(5, 6);
  expect([table.see(place), table.see(place), table.sourceAt(place)]).toEqual([true, false, 32_767]);
});

it('forgets the grams of sources that are not wanted any more', () => {
  const table = new GramTable();
  for (let n = 1; n <= 3_000; n++) table.add(n, n, n % 3, n, false);
  table.keep((source) => source === 1);
  expect(table.size).toBe(1_000);
  expect(table.find(1, 1)).toBeGreaterThanOrEqual(0);
  expect(table.find(2, 2)).toBe(-1);
});
