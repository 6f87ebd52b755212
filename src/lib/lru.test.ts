// Bounded, and what was used last stays longest: compared with a plain list.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newId } from './id.ts';
import { Lru } from './lru.ts';

describe('Lru', () => {
  it('keeps what a plain list in order of use keeps', () => {
    const key = fc.integer({ min: 0, max: 5 });
    const step = fc.oneof(
      fc.record({ do: fc.constant('get'), key }),
      fc.record({ do: fc.constant('set'), key }),
      fc.record({ do: fc.constant('delete'), key }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lru = new Lru<number, number>(3);
        let plain: number[] = [];
        for (const { do: action, key: k } of steps) {
          const had = plain.includes(k);
          if (action === 'get') expect(lru.get(k)).toBe(had ? k : undefined);
          else if (action === 'set') lru.set(k, k);
          else expect(lru.delete(k)).toBe(had);
          if (action === 'set' || (action === 'get' && had)) plain = [...plain.filter((other) => other !== k), k].slice(-3);
          else if (action === 'delete') plain = plain.filter((other) => other !== k);
          expect(lru.size).toBe(plain.length);
          expect([...lru.values()]).toEqual(plain);
        }
      }),
    );
  });

  it('keeps a value that is nothing, and starts anew when it is emptied', () => {
    const lru = new Lru<string, undefined | number>(2);
    lru.set('a', undefined);
    lru.set('b', 1);
    lru.get('a');
    lru.set('c', 2);
    expect([...lru.values()]).toEqual([undefined, 2]);
    lru.clear();
    expect([lru.size, [...lru.values()], lru.delete('a')]).toEqual([0, [], false]);
    for (const key of ['d', 'e', 'f']) lru.set(key, 3);
    expect(lru.size).toBe(2);
  });

  it('says what it forgets', () => {
    const gone: string[] = [];
    const lru = new Lru<string, number>(1, (name) => gone.push(name));
    lru.set('a', 1);
    lru.set('b', 2);
    expect(gone).toEqual(['a']);
  });
});

describe('newId', () => {
  it('sorts by time and never repeats', () => {
    const ids = Array.from({ length: 2000 }, (_, at) => newId('call', 1_700_000_000_000 + at));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 5000 }, () => newId('call', 0))).size).toBe(5000);
    expect(ids[0]).toMatch(/^call_[0-9a-hjkmnp-tv-z]{26}$/);
  });
});
