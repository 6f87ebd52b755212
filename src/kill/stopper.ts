// Ends what runs and may run no longer: calls, parked calls, sessions, and whatever else holds something of an agent. Each holder is a StopTarget.
// Never lets one that cannot be ended keep the others running, and never keeps the loop busy for long: many are ended in slices.
import type { Principal } from '../call.ts';
import type { Clock } from '../lib/clock.ts';

/** Longest time that things are ended in one go, milliseconds; then everybody else gets a turn. */
export const SLICE_MS = 4;
/** And at most so many: what follows from an end runs before the next turn, too. */
export const SLICE_ENDS = 64;

/** Something that runs or waits, as the kill switch sees it. */
export interface StopSubject {
  principal: Principal;
  /** undefined for what is not towards one server. */
  server: string | undefined;
  /** Name of the tool at its server. */
  tool?: string | undefined;
  /** A stream without an end of its own: it must not outlive its token. */
  isStanding?: boolean;
}

/** Why this may run no longer; undefined when it may. Asked often: must be cheap and never throw. */
export type Judge = (subject: StopSubject) => Error | undefined;

/** A holder of things that a freeze ends. Approvals that wait become one when there are any. */
export interface StopTarget {
  /** Plural noun, for metrics and drills. */
  readonly what: string;
  /** What ends the bytes of those that stream, before any of them is ended: nothing that follows from an end holds up a byte that must not flow. */
  audible?(org: string, judge: Judge): (() => void)[];
  /** What ends each one that may run no longer; nothing is ended before it is called. Calling one late, or twice, is harmless. */
  doomed(org: string, judge: Judge): (() => void)[];
}

/** How many of each. */
export type StopCounts = Record<string, number>;

export interface StopperOptions {
  clock: Clock;
  /** Called for what could not be ended. */
  report(error: unknown): void;
}

export class Stopper {
  readonly #options: StopperOptions;
  readonly #targets: StopTarget[] = [];

  constructor(options: StopperOptions) {
    this.#options = options;
  }

  add(target: StopTarget): void {
    this.#targets.push(target);
  }

  /** Resolves when all is ended; the first slice before it returns. */
  async stop(org: string, judge: Judge): Promise<StopCounts> {
    await this.#inSlices(this.#audible(org, judge));
    const { counts, ends } = this.#find(org, judge);
    await this.#inSlices(ends);
    return counts;
  }

  /** The same way, at the same pace, without ending anything. */
  async measure(org: string, judge: Judge): Promise<StopCounts> {
    await this.#inSlices(this.#audible(org, judge).map(() => nothing));
    const { counts, ends } = this.#find(org, judge);
    await this.#inSlices(ends.map(() => nothing));
    return counts;
  }

  #audible(org: string, judge: Judge): (() => void)[] {
    return this.#targets.flatMap((target) => {
      try {
        return target.audible?.(org, judge) ?? [];
      } catch (error) {
        this.#options.report(error);
        return [];
      }
    });
  }

  #find(org: string, judge: Judge): { counts: StopCounts; ends: (() => void)[] } {
    const counts: StopCounts = {};
    const ends: (() => void)[] = [];
    for (const target of this.#targets) {
      try {
        const found = target.doomed(org, judge);
        counts[target.what] = found.length;
        for (const end of found) ends.push(end);
      } catch (error) {
        this.#options.report(error);
      }
    }
    return { counts, ends };
  }

  /** INVARIANT: others get a turn after a few ends or a little time, however many are ended (stopper.test.ts, "5,000 calls"). */
  async #inSlices(ends: readonly (() => void)[]): Promise<void> {
    const { clock, report } = this.#options;
    for (let at = 0; at < ends.length; ) {
      const beganMs = clock.monotonicMs();
      const last = Math.min(ends.length, at + SLICE_ENDS);
      do {
        try {
          ends[at++]?.();
        } catch (error) {
          report(error);
        }
      } while (at < last && clock.monotonicMs() - beganMs < SLICE_MS);
      if (at < ends.length) await nextTurn();
    }
  }
}

const nothing = (): void => undefined;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
