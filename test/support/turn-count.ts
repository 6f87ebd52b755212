// How much is done in one turn of the event loop at most, told by a number that only grows: what others wait for, however fast the machine is.

/** Begins to count; the function that it gives ends it and tells by how much the number grew in the turn in which it grew most. */
export function countPerTurn(done: () => number): () => number {
  let most = 0;
  let last = done();
  const look = (): void => {
    const now = done();
    most = Math.max(most, now - last);
    last = now;
  };
  const turn = (): void => {
    look();
    looking = setImmediate(turn);
  };
  let looking = setImmediate(turn);
  return () => {
    clearImmediate(looking);
    look();
    return most;
  };
}
