// How work grows with what it is given, where nothing but time tells: a regular expression or a grammar does not say how many steps it takes. CPU time
// of this thread is compared with CPU time of this thread, never with a number of milliseconds, and the least of several runs counts.

/** Above what linear work shows on any machine, well below quadratic work. */
export const NEAR_LINEAR = 1.6;
/** Rounds before it is believed that the work grows so much: what others do on the machine spoils some, work that grows too fast shows in all. */
const ROUNDS = 5;
const FEW_RUNS = 3;
/** What takes less is taken for this, milliseconds: so little cannot be told apart. */
const LEAST_MS = 2;

/**
 * The power of the size that the cost grows with: 0 when it does not, 1 for linear work, 2 for quadratic. Ends with the first round that shows less than
 * `enough`. `prepare` is not part of the cost, what it returns is; `many` is several times `few`, so that the powers lie far apart.
 */
export function growthOf(prepare: (size: number) => () => void, few: number, many: number, enough = NEAR_LINEAR): number {
  const [little, much] = [prepare(few), prepare(many)];
  little();
  let [littleMs, muchMs, growth] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS && growth >= enough; round++) {
    for (let run = 0; run < FEW_RUNS; run++) littleMs = Math.min(littleMs, cpuMsOf(little));
    muchMs = Math.min(muchMs, cpuMsOf(much));
    growth = Math.log(Math.max(LEAST_MS, muchMs) / Math.max(LEAST_MS, littleMs)) / Math.log(many / few);
  }
  return growth;
}

function cpuMsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
