// Long work in turns, so that nobody else waits for it: what is quick is done at once, the rest a little at a time. `work` yields where it may be
// interrupted.
import type { Clock } from './clock.ts';

/** One turn of work, milliseconds. */
const TURN_MS = 6;
/** Steps of all long work together in one turn of the event loop: fewer, when those that look at the clock took a turn's time. */
export const MAX_STEPS = 4;

/** As much as fits into a turn by the clock. Resolves with what the work returns. */
export function inTurns<T>(work: Generator<void, T, void>, clock: Pick<Clock, 'monotonicMs'>): T | Promise<T> {
  const first = turn(work, clock);
  if (first.done) return first.value;
  return later(() => turn(work, clock));
}

/** One step a turn: for work whose steps are bounded by the amount of data they look at. */
export function stepByStep<T>(work: Generator<void, T, void>): Promise<T> {
  return later(() => work.next());
}

/** All of it now: for work that is known to be little. */
export function atOnce<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

function later<T>(step: () => IteratorResult<void, T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const isOver = (): boolean => {
      try {
        const done = step();
        if (done.done) resolve(done.value);
        return done.done === true;
      } catch (error) {
        reject(error);
        return true;
      }
    };
    underWay.push(isOver);
    if (underWay.length === 1) setImmediate(goOn);
  });
}

/** All long work of this process, whoever is next first. Each says whether it is over. */
const underWay: (() => boolean)[] = [];

/** What work with a clock has used of this turn of the event loop, milliseconds. */
let spentMs = 0;

/** One turn of the event loop: however much is under way, others wait for no more of it (turn.test.ts). */
function goOn(): void {
  spentMs = 0;
  for (let left = Math.min(MAX_STEPS, underWay.length); left > 0 && spentMs < TURN_MS; left--) {
    const next = underWay[0] as () => boolean;
    const isOver = next();
    underWay.shift();
    if (!isOver) underWay.push(next);
  }
  if (underWay.length > 0) setImmediate(goOn);
}

function turn<T>(work: Generator<void, T, void>, clock: Pick<Clock, 'monotonicMs'>): IteratorResult<void, T> {
  const first = work.next();
  if (first.done) return first;
  const from = clock.monotonicMs();
  for (;;) {
    const step = work.next();
    const usedMs = clock.monotonicMs() - from;
    if (!step.done && usedMs < TURN_MS) continue;
    spentMs += usedMs;
    return step;
  }
}
