// What limits promise, whatever is called when: never more than the maximum in any window, nothing below zero, nothing held for ever.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ProcessRates, paceOf } from './gcra.ts';
import { Places } from './places.ts';
import { bucketAt, type Window } from './window.ts';

const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2_000 })), {
  minLength: 1,
  maxLength: 300,
});

function mostInAnyWindow(timesMs: readonly number[], windowMs: number, units: readonly number[] = timesMs.map(() => 1)): number {
  let most = 0;
  for (const [from, startMs] of timesMs.entries()) {
    let sum = 0;
    for (let i = from; i < timesMs.length && (timesMs[i] ?? 0) < startMs + windowMs; i++) sum += units[i] ?? 0;
    most = Math.max(most, sum);
  }
  return most;
}

it('a rate never admits more than max in any window, whatever the burst', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 100, max: 3_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      gaps,
      (max, windowMs, share, steps) => {
        const burst = Math.max(1, Math.round(share * max));
        const pace = paceOf({ max, windowMs, burst });
        let nowMs = 0;
        const rates = new ProcessRates(() => nowMs);
        const admitted: number[] = [];
        for (const stepMs of steps) {
          nowMs += stepMs;
          if (!rates.take('acme', [{ key: 'k', pace }])) admitted.push(nowMs);
        }
        expect(mostInAnyWindow(admitted, windowMs)).toBeLessThanOrEqual(max);
      },
    ),
    { numRuns: 300 },
  );
});

it('a rate that is kept to is never refused: max − burst + 1 evenly in each window', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 100, max: 5_000 }), (max, windowMs) => {
      const pace = paceOf({ max, windowMs });
      let nowMs = 0;
      const rates = new ProcessRates(() => nowMs);
      for (let i = 0; i < 200; i++) {
        expect(rates.take('acme', [{ key: 'k', pace }])).toBeUndefined();
        nowMs += pace.emissionUs / 1000;
      }
    }),
  );
});

/** The arithmetic of the stores, over one map. */
function countIn(window: Window, max: number) {
  const buckets = new Map<number, number>();
  return (nowMs: number, units: number): boolean => {
    const { bucketMs, afterMs } = bucketAt(window, nowMs);
    let used = 0;
    for (const [startMs, count] of buckets) if (startMs > afterMs) used += count;
    if (used + units > max) return false;
    buckets.set(bucketMs, (buckets.get(bucketMs) ?? 0) + units);
    return true;
  };
}

it('a quota over any window never admits more than max in any window, also of sums', () => {
  const steps = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 3_000 }), units: fc.integer({ min: 0, max: 8 }) }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1_000, max: 100_000 }), steps, (max, windowMs, calls) => {
      const reserve = countIn({ type: 'sliding', windowMs }, max);
      let nowMs = 1_700_000_000_123;
      const times: number[] = [];
      const units: number[] = [];
      for (const call of calls) {
        nowMs += call.afterMs;
        if (!reserve(nowMs, call.units)) continue;
        times.push(nowMs);
        units.push(call.units);
      }
      expect(mostInAnyWindow(times, windowMs, units)).toBeLessThanOrEqual(max);
    }),
    { numRuns: 300 },
  );
});

it('a fixed window never holds more than max, even when the clock goes back', () => {
  const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 300 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1_000, max: 10_000 }), steps, (max, windowMs, moves) => {
      const window = { type: 'fixed', windowMs } as const;
      const reserve = countIn(window, max);
      const held = new Map<number, number>();
      let nowMs = 1_700_000_000_000;
      for (const moveMs of moves) {
        nowMs += moveMs;
        if (!reserve(nowMs, 1)) continue;
        const { bucketMs } = bucketAt(window, nowMs);
        held.set(bucketMs, (held.get(bucketMs) ?? 0) + 1);
      }
      for (const count of held.values()) expect(count).toBeLessThanOrEqual(max);
    }),
  );
});

it('the counts of all organizations share one bound, and those that are idle make room, each its own', () => {
  const step = fc.record({
    org: fc.constantFrom('a', 'b', '__proto__'),
    keys: fc.uniqueArray(fc.nat(4), { minLength: 1 }),
    gapMs: fc.nat(900),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), fc.integer({ min: 3, max: 8 }), (steps, max) => {
      const pace = paceOf({ max: 3, windowMs: 1_000 });
      let nowMs = 0;
      const rates = new ProcessRates(() => nowMs, max);
      /** The same, with no bound. */
      const unbound = new ProcessRates(() => nowMs);
      const busy = new Map<string, number>();
      for (const { org, keys, gapMs } of steps) {
        nowMs += gapMs;
        const items = keys.map((key) => ({ key: `k${key}`, pace }));
        const isNear = busyAt(busy, nowMs) + items.length > max;
        const refused = rates.take(org, items);
        if (refused === undefined || !isNear) expect(refused).toEqual(unbound.take(org, items));
        if (refused) continue;
        for (const [index, { key }] of items.entries()) busy.set(`${org} ${key}`, nowMs + (unbound.ahead(org, items)[index] ?? 0) / 1000);
        expect(busyAt(busy, nowMs)).toBeLessThanOrEqual(max);
        expect(rates.ahead(org, items)).toEqual(unbound.ahead(org, items));
      }
    }),
  );
});

function busyAt(busy: ReadonlyMap<string, number>, nowMs: number): number {
  return [...busy.values()].filter((untilMs) => untilMs > nowMs).length;
}

it('places are never below zero, never above max, and all free when everything has ended', () => {
  const step = fc.record({ keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1 }), release: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 4 }), (steps, max) => {
      const places = new Places();
      const held: (() => void)[] = [];
      for (const { keys, release } of steps) {
        const taken = places.take(keys.map((key) => ({ key, max })));
        if (typeof taken === 'function') held.push(taken);
        // Some are given back more than once.
        held[release]?.();
        for (const key of ['a', 'b', 'c']) {
          expect(places.inUse(key)).toBeGreaterThanOrEqual(0);
          expect(places.inUse(key)).toBeLessThanOrEqual(max);
        }
      }
      for (const give of held) give();
      expect(places.size).toBe(0);
    }),
  );
});

beforeAll(() => fc.configureGlobal({ interruptAfterTimeLimit: 20_000 }));
afterAll(() => fc.resetConfigureGlobal());
