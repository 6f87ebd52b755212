// Long work in turns: however much of it there is, others get their turn, and all of it comes to its end.
import { expect, it } from 'vitest';
import { inTurns, MAX_STEPS, stepByStep } from './turn.ts';

it('much work at once takes no more of a turn than little, goes on side by side, and ends', async () => {
  let steps = 0;
  let most = 0;
  function* work(name: number): Generator<void, number, void> {
    for (let step = 0; step < 10; step++) {
      steps++;
      yield;
    }
    if (name === 7) throw new Error('seven');
    return name;
  }
  let isOver = false;
  let seen = 0;
  const look = (): void => {
    most = Math.max(most, steps - seen);
    seen = steps;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  const ends = await Promise.allSettled(Array.from({ length: 50 }, (_, name) => stepByStep(work(name))));
  isOver = true;
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(MAX_STEPS);
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : 'failed'))).toEqual(
    Array.from({ length: 50 }, (_, name) => (name === 7 ? 'failed' : name)),
  );
});

it('work that begins while other work takes its step is done as well', async () => {
  const inner: Promise<string>[] = [];
  function* one(): Generator<void, string, void> {
    yield;
    return 'one';
  }
  function* other(): Generator<void, string, void> {
    inner.push(stepByStep(one()));
    yield;
    return 'other';
  }
  expect(await stepByStep(other())).toBe('other');
  expect(await Promise.all(inner)).toEqual(['one']);
});

it('work that uses up a turn by the clock is alone in it', async () => {
  let nowMs = 0;
  let begun = 0;
  let most = 0;
  let seen = 0;
  let isOver = false;
  function* work(): Generator<void, void, void> {
    for (let step = 0; step < 6; step++) {
      begun++;
      nowMs += 100;
      yield;
    }
  }
  const clock = { monotonicMs: (): number => nowMs };
  const all = Promise.all(Array.from({ length: 8 }, () => inTurns(work(), clock)));
  seen = begun;
  const look = (): void => {
    most = Math.max(most, begun - seen);
    seen = begun;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await all;
  isOver = true;
  expect(begun).toBe(8 * 6);
  // One piece of work takes two steps before it looks at the clock.
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2);
});
