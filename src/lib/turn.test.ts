// Long work in turns: however much of it there is, others get their turn, and all of it comes to its end.
import { expect, it } from 'vitest';
import { MAX_STEPS, stepByStep } from './turn.ts';

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
