// Places at a server: order, limits, and what happens to those who stop waiting.
import { describe, expect, it } from 'vitest';
import { Capacity, QUEUE_LIMIT } from './capacity.ts';

const never = new AbortController().signal;

describe('Capacity', () => {
  it('admits first come, first served as places become free', async () => {
    const capacity = new Capacity('s', 1);
    const order: string[] = [];
    await capacity.enter(never, 1_000);
    const one = capacity.enter(never, 1_000).then(() => order.push('one'));
    const two = capacity.enter(never, 1_000).then(() => order.push('two'));
    expect(capacity.tryEnter()).toBe(false);
    capacity.leave();
    await one;
    expect(order).toEqual(['one']);
    capacity.leave();
    await two;
    expect(capacity.inUse).toBe(1);
  });

  it('refuses beyond the queue limit', async () => {
    const capacity = new Capacity('s', 1);
    capacity.tryEnter();
    const waiting = Array.from({ length: QUEUE_LIMIT }, () => capacity.enter(never, 5_000));
    await expect(capacity.enter(never, 5_000)).rejects.toMatchObject({ code: 'upstream_overloaded' });
    for (const one of waiting) {
      capacity.leave();
      await one;
    }
  });

  it('forgets who was aborted or waited too long, and never leaks their place', async () => {
    const capacity = new Capacity('s', 1);
    capacity.tryEnter();
    const abort = new AbortController();
    const aborted = capacity.enter(abort.signal, 5_000);
    const late = capacity.enter(never, 10);
    abort.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    await expect(late).rejects.toMatchObject({ code: 'upstream_overloaded' });
    capacity.leave();
    expect(capacity.inUse).toBe(0);
    expect(capacity.tryEnter()).toBe(true);
  });

  it('admits those who wait when the limit is raised', async () => {
    const capacity = new Capacity('s', 1);
    capacity.tryEnter();
    const waiting = capacity.enter(never, 5_000);
    capacity.setLimit(2);
    await waiting;
    expect(capacity.inUse).toBe(2);
  });
});
