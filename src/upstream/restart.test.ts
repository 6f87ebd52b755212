// The waits between attempts: their growth, their jitter, when they are forgotten, what an early caller is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import { Backoff, MAX_WAIT_MS, STABLE_MS } from './restart.ts';

const fixed = (byte: number) => ({ bytes: (count: number) => new Uint8Array(count).fill(byte) });

describe('waits between attempts', () => {
  it('grow from half a second to a minute and are forgotten after a stable run', () => {
    const clock = new ManualClock();
    const backoff = new Backoff({ clock, random: fixed(255) });
    const waits: number[] = [];
    expect(backoff.nextDelayMs()).toBe(0);
    for (let i = 0; i < 10; i++) {
      backoff.failed();
      waits.push(backoff.nextDelayMs());
      clock.advance(backoff.nextDelayMs());
      backoff.succeeded();
      clock.advance(STABLE_MS - 1);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000]);
    backoff.succeeded();
    clock.advance(STABLE_MS);
    backoff.failed();
    expect(backoff.nextDelayMs()).toBe(500);
    expect(backoff.failures).toBe(1);
  });

  it('stay between half and full, whatever the random bytes and however many failures', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer({ min: 1, max: 2000 }), (byte, failures) => {
        const clock = new ManualClock();
        const backoff = new Backoff({ clock, random: fixed(byte) });
        for (let i = 0; i < failures; i++) backoff.failed();
        const fullMs = Math.min(MAX_WAIT_MS, 500 * 2 ** (failures - 1));
        expect(backoff.nextDelayMs()).toBeGreaterThanOrEqual(fullMs / 2);
        expect(backoff.nextDelayMs()).toBeLessThanOrEqual(fullMs);
      }),
    );
  });

  it('refuse early attempts with the time of the next one, and keep the details out of the message', () => {
    const clock = new ManualClock();
    const backoff = new Backoff({ clock, random: fixed(0) });
    expect(backoff.refusal('x')).toBeUndefined();
    backoff.failed();
    backoff.failed();
    const refusal = backoff.refusal(`exited; its last lines: password is hunter2${'!'.repeat(10_000)}`);
    expect(refusal?.code).toBe('upstream_unavailable');
    expect(refusal?.message).toBe('the server failed 2 times in a row; the next attempt is at 2026-01-01T00:00:00.500Z');
    expect(refusal?.detail?.length).toBe(4096);
    clock.advance(500);
    expect(backoff.refusal('x')).toBeUndefined();
  });
});
