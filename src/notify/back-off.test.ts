// Pauses between attempts: doubling, bounded, and never all alike.
import { expect, it } from 'vitest';
import { pauseMs } from './back-off.ts';

const plan = { firstMs: 1_000, longestMs: 60_000 };

it('doubles from the first pause to the longest, half of it left to chance', () => {
  const whole = [1, 2, 3, 4, 7, 100, 10_000].map((attempts) => pauseMs(attempts, plan, 1));
  expect(whole).toEqual([1_000, 2_000, 4_000, 8_000, 60_000, 60_000, 60_000]);
  expect([1, 2, 3].map((attempts) => pauseMs(attempts, plan, 0))).toEqual([500, 1_000, 2_000]);
  expect(pauseMs(0, plan, 0.5)).toBe(750);
});
