// How long the event loop is held at a time, as CPU time of this thread in each turn: what others on the machine use does not count.

/** Begins to measure; the function that it gives ends it and tells the CPU time of every turn, milliseconds. */
export function measureTurns(): () => number[] {
  const used: number[] = [];
  let isGoing = true;
  let last = cpuMs();
  const turn = (): void => {
    const now = cpuMs();
    used.push(now - last);
    last = now;
    if (isGoing) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isGoing = false;
    return used;
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
