// Pauses between attempts: twice as long each time, up to a longest, with half of each pause left to chance so that receivers are not met by a
// wave of everything that failed at once. Pure.

export interface BackOff {
  firstMs: number;
  longestMs: number;
}

/** After `attempts` attempts that failed; `chance` is from 0 up to 1. */
export function pauseMs(attempts: number, { firstMs, longestMs }: BackOff, chance: number): number {
  const whole = Math.min(longestMs, firstMs * 2 ** Math.min(Math.max(attempts, 1) - 1, 40));
  return Math.round(whole / 2 + (whole / 2) * chance);
}
