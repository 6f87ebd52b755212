// What is usual, by itself: values, ranges, lists, too little to say, and the bounds.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { MAX_DISTINCT, MAX_LEAVES, MIN_EARLIER_CALLS, UsualValues } from './usual.ts';

function sent(calls: readonly JsonObject[]): UsualValues {
  const usual = new UsualValues();
  for (const call of calls) usual.add(call);
  return usual;
}
const marks = (usual: UsualValues, args: JsonObject) =>
  Object.fromEntries(usual.compare(args).values.map(({ path, mark }) => [path, mark]));
const REFUNDS: JsonObject[] = [10, 20, 30, 40, 50, 60].map((amount, i) => ({ amount, to: [i % 2 ? 'ada' : 'bob'], note: `n ${i}` }));

describe('against earlier calls', () => {
  it('tells a new value from a usual one, a number beyond the range, and a place that was never there', () => {
    const usual = sent(REFUNDS);
    expect(marks(usual, { amount: 35, to: ['ada', 'eve'], note: 'n 1' })).toEqual({
      '/amount': 'usual',
      '/to/0': 'usual',
      '/to/1': 'new_value',
      '/note': 'usual',
    });
    expect(marks(usual, { amount: 61, force: true })).toEqual({ '/amount': 'above', '/force': 'new_place' });
    expect(marks(usual, { amount: 9 })).toEqual({ '/amount': 'below' });
    expect(usual.compare({ amount: 9 }).absent.map(({ path }) => path)).toEqual(['/to/*', '/note']);
    expect(usual.compare({ amount: 9 }).values[0]).toMatchObject({ range: { min: 10, median: 40, max: 60 }, calls: 6 });
  });

  it('names who receives, by the name of the place, and what they usually are', () => {
    const [, to] = sent(REFUNDS).compare({ amount: 1, to: ['eve'] }).values;
    expect(to).toMatchObject({ recipient: true, mark: 'new_value', seen: 0, calls: 6, distinct: 2 });
    expect(to?.values).toEqual([
      { value: 'bob', count: 3 },
      { value: 'ada', count: 3 },
    ]);
  });

  it('text and number of the same look are two values; order of members plays no part', () => {
    const usual = sent(Array.from({ length: 6 }, () => ({ id: '1', of: {}, list: [] as string[] })));
    expect(marks(usual, { id: 1, of: {}, list: [] })).toEqual({ '/id': 'new_value', '/of': 'usual', '/list': 'usual' });
  });

  it(`with fewer than ${MIN_EARLIER_CALLS} says nothing`, () => {
    const few = sent(REFUNDS.slice(0, MIN_EARLIER_CALLS - 1)).compare({ amount: 9_000, to: ['eve'] });
    expect(few).toMatchObject({ isEnough: false, absent: [] });
    expect(few.values.map(({ mark }) => mark)).toEqual([undefined, undefined]);
    expect(sent(REFUNDS.slice(0, MIN_EARLIER_CALLS)).compare({ amount: 9_000 }).values[0]?.mark).toBe('above');
  });
});

describe('bounds', () => {
  it(`remembers ${MAX_DISTINCT} values of a place and calls none new beyond that`, () => {
    const calls = (n: number) => sent(Array.from({ length: n }, (_, i) => ({ id: `x${i}` })));
    expect(calls(MAX_DISTINCT).compare({ id: 'y' }).values[0]).toMatchObject({ mark: 'new_value', isMany: false });
    expect(calls(MAX_DISTINCT + 1).compare({ id: 'y' }).values[0]).toMatchObject({ mark: undefined, isMany: true });
  });

  it(`compares ${MAX_LEAVES} values and counts the rest`, () => {
    const list = Array.from({ length: MAX_LEAVES + 3 }, (_, i) => i);
    expect(sent([]).compare({ list })).toMatchObject({ notCompared: 3, values: { length: MAX_LEAVES } });
  });

  it('compares long texts whole and shows their beginning', () => {
    const long = 'a'.repeat(10_000);
    const usual = sent(Array.from({ length: 6 }, () => ({ text: long })));
    expect(usual.compare({ text: long }).values[0]).toMatchObject({ mark: 'usual', value: expect.stringContaining('10000 characters') });
    expect(marks(usual, { text: `${long}b` })).toEqual({ '/text': 'new_value' });
  });

  it('is not led astray by names such as __proto__', () => {
    const odd = JSON.parse('{"__proto__":{"to":"x"},"constructor":1}') as JsonObject;
    const usual = sent(Array.from({ length: 6 }, () => odd));
    expect(marks(usual, odd)).toEqual({ '/__proto__/to': 'usual', '/constructor': 'usual' });
  });
});
