// Windows of quotas as buckets in time. A call is counted in the bucket of its moment; a quota has room while the buckets that still count
// hold less than its maximum. Never counts a bucket for less time than the window lasts.

/** Buckets a window of any start is cut into: the precision with which the past is forgotten. */
export const SLIDING_BUCKETS = 60;

export type Window =
  | { type: 'sliding'; windowMs: number }
  | { type: 'fixed'; windowMs: number }
  | { type: 'calendar'; unit: 'hour' | 'day' | 'week' | 'month'; timeZone: string };

export interface Bucket {
  /** Start of the bucket that a call at this moment is counted in. */
  bucketMs: number;
  /** Buckets that start after this still count. */
  afterMs: number;
  /** From then on this bucket counts for nothing. */
  untilMs: number;
  /** When room comes at the earliest, given the start of the oldest bucket that counts. */
  roomMs(oldestMs: number): number;
}

/** INVARIANT: whatever the start, no window of `windowMs` holds more than the maximum (limit.property.test.ts). */
export function bucketAt(window: Window, nowMs: number): Bucket {
  if (window.type === 'calendar') {
    const { startMs, endMs } = calendarSpan(window.unit, window.timeZone, nowMs);
    return whole(startMs, endMs);
  }
  const { windowMs } = window;
  if (window.type === 'fixed') {
    const startMs = Math.floor(nowMs / windowMs) * windowMs;
    return whole(startMs, startMs + windowMs);
  }
  const stepMs = Math.ceil(windowMs / SLIDING_BUCKETS);
  const bucketMs = Math.floor(nowMs / stepMs) * stepMs;
  return {
    bucketMs,
    afterMs: nowMs - windowMs - stepMs,
    untilMs: bucketMs + stepMs + windowMs,
    roomMs: (oldestMs) => oldestMs + stepMs + windowMs,
  };
}

/** Later buckets count too: after the clock was put back, what was used stays used. */
function whole(startMs: number, endMs: number): Bucket {
  return { bucketMs: startMs, afterMs: startMs - 1, untilMs: endMs, roomMs: () => endMs };
}

interface Span {
  startMs: number;
  endMs: number;
}

const spans = new Map<string, Span>();
/** Spans remembered: one for each time zone and unit in use. */
const MAX_SPANS = 256;

function calendarSpan(unit: 'hour' | 'day' | 'week' | 'month', timeZone: string, nowMs: number): Span {
  const key = `${unit} ${timeZone}`;
  const known = spans.get(key);
  if (known && nowMs >= known.startMs && nowMs < known.endMs) return known;
  const local = localTime(timeZone, nowMs);
  const [from, to] = borders(unit, local);
  const span = { startMs: instantOf(timeZone, from), endMs: instantOf(timeZone, to) };
  if (spans.size >= MAX_SPANS) spans.clear();
  spans.set(key, span);
  return span;
}

/** First moments of this span and of the next, as wall-clock times written in UTC. */
function borders(unit: 'hour' | 'day' | 'week' | 'month', localMs: number): [number, number] {
  const date = new Date(localMs);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'month') return [Date.UTC(year, month), Date.UTC(year, month + 1)];
  if (unit === 'day') return [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)];
  if (unit === 'week') {
    const monday = day - ((date.getUTCDay() + 6) % 7);
    return [Date.UTC(year, month, monday), Date.UTC(year, month, monday + 7)];
  }
  const hour = Date.UTC(year, month, day, date.getUTCHours());
  return [hour, hour + 3_600_000];
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows there, written as if it were UTC. */
function localTime(timeZone: string, timeMs: number): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The first instant at which the wall there shows this time or, where it was skipped, a later one. */
function instantOf(timeZone: string, localMs: number): number {
  let guess = localMs;
  for (let round = 0; round < 3; round++) guess += localMs - localTime(timeZone, guess);
  // Where the clock was put back the same time comes twice: the earlier one.
  for (const backMs of [3_600_000, 1_800_000, 7_200_000]) if (localTime(timeZone, guess - backMs) >= localMs) return guess - backMs;
  return guess;
}
