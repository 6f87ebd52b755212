// When somebody is active: calls by hour of the week (UTC), and the last hour by minute. Fixed size, whatever happens.
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MINUTES = 60;
export const HOURS_OF_WEEK = 168;
/** Calls after which the hours of the week fade by half, so that habits may change. */
const FADE_AT = 20_000;

export interface ActivityState {
  hours: number[];
  total: number;
  minutes: number[];
  /** Minute since the epoch that the last place in `minutes` stands for. */
  minute: number;
}

export class Activity {
  readonly #hours: Uint32Array;
  readonly #minutes: Uint32Array;
  #total: number;
  #minute: number;

  constructor(state?: ActivityState) {
    this.#hours = Uint32Array.from({ length: HOURS_OF_WEEK }, (_, hour) => state?.hours[hour] ?? 0);
    this.#minutes = Uint32Array.from({ length: MINUTES }, (_, minute) => state?.minutes[minute] ?? 0);
    this.#total = state?.total ?? 0;
    this.#minute = state?.minute ?? 0;
  }

  add(timeMs: number): void {
    const minute = Math.floor(timeMs / MINUTE_MS);
    if (minute > this.#minute) this.#moveTo(minute);
    // An older minute (a clock set back, a log read late) still counts where it belongs, or not at all.
    if (this.#minute - minute < MINUTES) this.#minutes[minute % MINUTES] = (this.#minutes[minute % MINUTES] ?? 0) + 1;
    const hour = hourOfWeek(timeMs);
    this.#hours[hour] = (this.#hours[hour] ?? 0) + 1;
    if (++this.#total >= FADE_AT) this.#fade();
  }

  get total(): number {
    return this.#total;
  }

  lastMinute(nowMs: number): number {
    return this.#since(nowMs, 1);
  }

  lastHour(nowMs: number): number {
    return this.#since(nowMs, MINUTES);
  }

  /** Share of all calls that were made in this hour of the week or the ones beside it, 0–1; undefined when there were none. */
  shareAround(timeMs: number): number | undefined {
    if (this.#total === 0) return undefined;
    const hour = hourOfWeek(timeMs);
    let near = 0;
    for (const by of [-1, 0, 1]) near += this.#hours[(hour + by + HOURS_OF_WEEK) % HOURS_OF_WEEK] ?? 0;
    return near / this.#total;
  }

  state(): ActivityState {
    return { hours: [...this.#hours], total: this.#total, minutes: [...this.#minutes], minute: this.#minute };
  }

  #since(nowMs: number, minutes: number): number {
    if (this.#total === 0) return 0;
    const now = Math.floor(nowMs / MINUTE_MS);
    const last = Math.min(now, this.#minute);
    const first = Math.max(0, now - minutes + 1, this.#minute - MINUTES + 1);
    const counts = this.#minutes;
    let sum = 0;
    for (let minute = first, place = first % MINUTES; minute <= last; minute++) {
      sum += counts[place] as number;
      if (++place === MINUTES) place = 0;
    }
    return sum;
  }

  #moveTo(minute: number): void {
    const steps = Math.min(MINUTES, minute - this.#minute);
    for (let step = 0; step < steps; step++) this.#minutes[(minute - step) % MINUTES] = 0;
    this.#minute = minute;
  }

  #fade(): void {
    this.#total = 0;
    for (let hour = 0; hour < HOURS_OF_WEEK; hour++) {
      this.#hours[hour] = (this.#hours[hour] ?? 0) >> 1;
      this.#total += this.#hours[hour] ?? 0;
    }
  }
}

/** 0 is the hour from Thursday midnight UTC on, where the epoch began. */
function hourOfWeek(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS) % HOURS_OF_WEEK;
}
