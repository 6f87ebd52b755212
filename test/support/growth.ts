// How work grows with what it is given, where nothing but time tells: a regular expression or a grammar does not say how many steps it takes. CPU time
// of this thread is compared with CPU time of this thread, never with a number of milliseconds, and the least of several runs counts.

/** Above what linear work shows on any machine, well below quadratic work. */
export const NEAR_LINEAR = 1.6;
/** Rounds before it is believed that the work grows so much: what others do on the machine spoils some, work that grows too fast shows in all. */
const ROUNDS = 5;
/** What takes less is taken for this, milliseconds: so little cannot be told apart. */
const LEAST_MS = 20;

/**
 * The power of the size that the cost grows with: 1 for linear work, 2 for quadratic. Little is done as often as makes much of it, so that linear work
 * costs the same twice. Ends with the first round that shows less than NEAR_LINEAR. `prepare` is no part of the cost, what it returns is; `many` is
 * several times `few`, so that the powers lie far apart.
 */
export function growthOf(prepare: (size: number) => () => void, few: number, many: number): number {
  const times = Math.round(many / few);
  const [little, much] = [prepare(few), prepare(many)];
  little();
  let [littleMs, muchMs, growth] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS && growth >= NEAR_LINEAR; round++) {
    littleMs = Math.min(littleMs, cpuMsOf(little, times));
    muchMs = Math.min(muchMs, cpuMsOf(much, 1));
    growth = 1 + Math.log(Math.max(LEAST_MS, muchMs) / Math.max(LEAST_MS, littleMs)) / Math.log(times);
  }
  return growth;
}

function cpuMsOf(work: () => void, times: number): number {
  const before = process.threadCpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
