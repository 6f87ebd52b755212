// Deadlines on one timer: never early, once, and forgotten when deleted.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import { WATCHDOG_TICK_MS, Watchdog, type Watched } from './watchdog.ts';

function entry(deadlineMs: number, log: number[]): Watched {
  const watched = { deadlineMs, expire: () => void log.push(watched.deadlineMs) };
  return watched;
}

describe('Watchdog', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const pass = (clock: ManualClock, ms: number) => {
    clock.advance(ms);
    vi.advanceTimersByTime(Math.max(ms, WATCHDOG_TICK_MS));
  };

  it('expires each entry once, when its time has come', () => {
    const clock = new ManualClock(0);
    const watchdog = new Watchdog(clock);
    const log: number[] = [];
    for (const deadlineMs of [150, 300, Number.POSITIVE_INFINITY]) watchdog.add(entry(deadlineMs, log));
    pass(clock, 100);
    expect(log).toEqual([]);
    pass(clock, 100);
    expect(log).toEqual([150]);
    pass(clock, 1_000);
    expect(log).toEqual([150, 300]);
    expect(watchdog.size).toBe(1);
  });

  it('follows a deadline that moves, and forgets what is deleted', () => {
    const clock = new ManualClock(0);
    const watchdog = new Watchdog(clock);
    const log: number[] = [];
    const [moved, deleted] = [entry(100, log), entry(100, log)];
    watchdog.add(moved);
    watchdog.add(deleted);
    moved.deadlineMs = 500;
    watchdog.delete(deleted);
    pass(clock, 400);
    expect(log).toEqual([]);
    pass(clock, 200);
    expect(log).toEqual([500]);
  });

  it('holds no timer when there is nothing to watch', () => {
    const clock = new ManualClock(0);
    const watchdog = new Watchdog(clock);
    const one = entry(100, []);
    watchdog.add(one);
    watchdog.delete(one);
    pass(clock, 1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
