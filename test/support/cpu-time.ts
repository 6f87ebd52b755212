// What a piece of work costs, as CPU time of this thread: what others on the machine use does not count. For comparing one cost with another.

/** Milliseconds. */
export function cpuMsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
