// What a bounded memory keeps: at least the newest, never more than twice as many.
import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

describe('a memory of what is recent', () => {
  it('keeps at least its newest entries, and no more than twice as many', () => {
    const recent = new Recent<number, string>(10);
    for (let key = 0; key < 1_000; key++) {
      recent.set(key, `value ${key}`);
      const kept = Array.from({ length: key + 1 }, (_, at) => at).filter((at) => recent.get(at) !== undefined);
      expect(kept.length).toBeLessThanOrEqual(20);
      const newest = Array.from({ length: Math.min(10, key + 1) }, (_, at) => key - Math.min(10, key + 1) + 1 + at);
      expect(kept.slice(-10)).toEqual(newest);
      expect(kept.every((at) => recent.get(at) === `value ${at}`)).toBe(true);
    }
  });

  it('takes the last value of a key, and forgets one that is taken out', () => {
    const recent = new Recent<string, number>(2);
    for (const key of ['a', 'b', 'c']) recent.set(key, 1);
    recent.set('a', 2);
    expect(recent.get('a')).toBe(2);
    recent.delete('a');
    expect(recent.get('a')).toBeUndefined();
    expect(recent.get('c')).toBe(1);
    recent.clear();
    expect(recent.get('c')).toBeUndefined();
  });
});
