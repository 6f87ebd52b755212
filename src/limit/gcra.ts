// Rates: the generic cell rate algorithm over whole microseconds, for the calls of one process. Never admits more than `max` in any window.
import type { RateItem, RateRefusal, RateStore } from './port.ts';

/** Counts kept at once. Those that are idle are forgotten first; when none is, the call is refused. */
export const MAX_RATE_KEYS = 100_000;

export interface Pace {
  /** Time that each call takes up, microseconds. */
  emissionUs: number;
  /** How far ahead of its time a call may be. */
  toleranceUs: number;
}

/**
 * INVARIANT: with `burst` at once and one each emission interval after that, no window of `windowMs`, wherever it starts, holds more than `max`
 * (limit.property.test.ts). Sustained, that is max − burst + 1 in each window.
 */
export function paceOf({ max, windowMs, burst }: { max: number; windowMs: number; burst?: number | undefined }): Pace {
  const atOnce = burst ?? Math.ceil(max / 2);
  const emissionUs = Math.ceil((windowMs * 1000) / (max - atOnce + 1));
  return { emissionUs, toleranceUs: emissionUs * (atOnce - 1) };
}

/** How many calls of this pace could come now. */
export function roomOf({ emissionUs, toleranceUs }: Pace, aheadUs: number): number {
  return Math.max(0, Math.floor((toleranceUs - aheadUs) / emissionUs) + 1);
}

/** Until one more call of this pace could come, when none comes meanwhile, milliseconds; 0: now. */
export function waitMsOf({ toleranceUs }: Pace, aheadUs: number): number {
  return Math.max(0, Math.ceil((aheadUs - toleranceUs) / 1000));
}

/** All or none of the items are taken. */
export class ProcessRates implements RateStore {
  /** By organization and key: the time at which a count is back to nothing, microseconds on the monotonic clock. */
  readonly #tats = new Map<string, Map<string, number>>();
  #size = 0;
  readonly #max: number;
  readonly #monotonicMs: () => number;
  #latestUs = 0;

  constructor(monotonicMs: () => number, max = MAX_RATE_KEYS) {
    this.#monotonicMs = monotonicMs;
    this.#max = max;
  }

  take(org: string, items: readonly RateItem[]): RateRefusal | undefined {
    const nowUs = this.#nowUs();
    const known = this.#tats.get(org);
    for (let index = 0; index < items.length; index++) {
      const { key, pace } = items[index] as RateItem;
      const aheadUs = (known?.get(key) ?? 0) - nowUs;
      if (aheadUs > pace.toleranceUs) return { index, retryAfterMs: Math.ceil((aheadUs - pace.toleranceUs) / 1000) };
    }
    if (!this.#hasRoom(items.length, nowUs)) return { index: 0, retryAfterMs: 1_000 };
    const tats = this.#tats.get(org) ?? new Map<string, number>();
    this.#tats.set(org, tats);
    for (const { key, pace } of items) {
      const tatUs = tats.get(key);
      if (tatUs === undefined) this.#size++;
      tats.set(key, Math.max(tatUs ?? 0, nowUs) + pace.emissionUs);
    }
    return undefined;
  }

  ahead(org: string, items: readonly RateItem[]): number[] {
    const nowUs = this.#nowUs();
    const tats = this.#tats.get(org);
    return items.map(({ key }) => Math.max(0, (tats?.get(key) ?? 0) - nowUs));
  }

  /** Never goes back, whatever the clock does. */
  #nowUs(): number {
    this.#latestUs = Math.max(this.#latestUs, Math.floor(this.#monotonicMs() * 1000));
    return this.#latestUs;
  }

  #hasRoom(more: number, nowUs: number): boolean {
    if (this.#size + more <= this.#max) return true;
    for (const [org, tats] of this.#tats) {
      for (const [key, tatUs] of tats) if (tatUs <= nowUs && tats.delete(key)) this.#size--;
      if (tats.size === 0) this.#tats.delete(org);
    }
    return this.#size + more <= this.#max;
  }
}
