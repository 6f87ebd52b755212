// One endpoint that fails: left alone after several failures in a row, tried with one message when it has rested, and its neighbours go on.
import { expect, it, vi } from 'vitest';
import { systemClock } from '../lib/clock.ts';
import { EndpointBreaker, FAILURES_TO_REST } from './endpoint-breaker.ts';
import type { SendResult } from './send.ts';

const sent: SendResult = { type: 'sent' };
const failed: SendResult = { type: 'failed', error: 'no' };
/** Rests for minutes. */
const SLOW = { firstMs: 60_000, longestMs: 600_000 };

async function fail(breaker: EndpointBreaker, times: number): Promise<void> {
  for (let n = 0; n < times; n++) expect(await breaker.run(async () => failed)).toEqual(failed);
}

it('sends nothing to an endpoint that failed so often in a row, and goes on with every other', async () => {
  const [breaker, other] = [new EndpointBreaker(systemClock, SLOW), new EndpointBreaker(systemClock, SLOW)];
  await fail(breaker, FAILURES_TO_REST - 1);
  expect([breaker.isResting, breaker.room(10)]).toEqual([false, 10]);
  await fail(breaker, 1);
  expect([breaker.isResting, breaker.room(10)]).toEqual([true, 0]);
  const send = vi.fn(async () => sent);
  expect(await breaker.run(send)).toBeUndefined();
  expect(send).not.toHaveBeenCalled();
  expect([await other.run(send), other.room(10)]).toEqual([sent, 10]);
});

it('counts failures in a row only', async () => {
  const breaker = new EndpointBreaker(systemClock, SLOW);
  for (let round = 0; round < 3; round++) {
    await fail(breaker, FAILURES_TO_REST - 1);
    expect(await breaker.run(async () => sent)).toEqual(sent);
  }
  expect(breaker.isResting).toBe(false);
});

it('is tried with one message after its rest: a good one ends the rest, a bad one begins another', async () => {
  const breaker = new EndpointBreaker(systemClock, { firstMs: 1, longestMs: 600_000 });
  await fail(breaker, FAILURES_TO_REST);
  for (const trial of [failed, sent]) {
    await vi.waitFor(() => expect(breaker.room(10)).toBe(1), { timeout: 60_000, interval: 2 });
    expect(await breaker.run(async () => trial)).toEqual(trial);
    expect(breaker.isResting).toBe(trial === failed);
  }
  expect(breaker.room(10)).toBe(10);
});
