// Long work in turns: what is quick is done at once, the rest a few milliseconds at a time, so that nobody else waits for it.
import type { Clock } from '../../lib/clock.ts';

/** One turn of work, milliseconds. */
const TURN_MS = 6;

/** `work` yields where it may be interrupted. Resolves with what it returns. */
export function inTurns<T>(work: Generator<void, T, void>, clock: Pick<Clock, 'monotonicMs'>): T | Promise<T> {
  const first = turn(work, clock);
  if (first.done) return first.value;
  return new Promise((resolve, reject) => {
    const next = (): void => {
      try {
        const step = turn(work, clock);
        if (step.done) resolve(step.value);
        else setImmediate(next);
      } catch (error) {
        reject(error);
      }
    };
    setImmediate(next);
  });
}

function turn<T>(work: Generator<void, T, void>, clock: Pick<Clock, 'monotonicMs'>): IteratorResult<void, T> {
  const until = clock.monotonicMs() + TURN_MS;
  for (;;) {
    const step = work.next();
    if (step.done || clock.monotonicMs() >= until) return step;
  }
}
