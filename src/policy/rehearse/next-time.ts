// The next time at which something comes out as wanted: looked for in steps through a week, and at the minutes at which windows begin and end, so that
// one that is shorter than a step is found as well. Pure; bounded.
import type { DecideInput } from '../decide-input.ts';
import type { CompiledRule } from '../rule.ts';
import type { Node } from '../when/syntax.ts';
import { partsOf } from './node-part.ts';

/** Steps a time is looked for in, and how many of them: a week and a day. */
const TIME_STEP_MS = 1_800_000;
export const TIME_STEPS = 384;
const MINUTE_MS = 60_000;
/** All clocks of today differ by so many minutes, or a multiple. */
const QUARTER = 15;
/** Minutes of a quarter of an hour, and points in time, that a condition names and that are looked at. */
const MAX_MARKS = 4;
/** A point in time for requests that have none: a Monday. */
export const SOME_TIME_MS = Date.UTC(2026, 0, 5, 12);

/** Where something may begin or end. */
export interface TimeMarks {
  /** Minutes past a quarter of an hour, as any clock shows them: 0 to 14. */
  readonly minutes: readonly number[];
  /** Points in time, milliseconds. */
  readonly moments: readonly number[];
}

const NO_MARKS: TimeMarks = Object.freeze({ minutes: [], moments: [] });

/** The first request from its own time on that is wanted; empty when none is found. */
export function atTime(input: DecideInput, wanted: (nowMs: number) => boolean, marks: TimeMarks = NO_MARKS): DecideInput[] {
  const fromMs = input.nowMs ?? SOME_TIME_MS;
  if (wanted(fromMs)) return [{ ...input, nowMs: fromMs }];
  let before = fromMs;
  for (const nowMs of momentsFrom(fromMs, marks)) {
    if (wanted(nowMs)) return [{ ...input, nowMs: firstMinute(before, nowMs, wanted) }];
    before = nowMs;
  }
  return [];
}

/** Of the matcher `time` of a rule. */
export function marksOfWindow(rule: CompiledRule): TimeMarks {
  const { from, to } = rule.source.match.time ?? {};
  const minutes = [from, to].flatMap((time) => (time === undefined ? [] : [Number(time.slice(-2)) % QUARTER]));
  return { minutes: [...new Set(minutes)].sort(upwards), moments: [] };
}

/** Of a condition: minutes that it compares with, the one after each, and the points in time it names. */
export function marksOfCondition(root: Node): TimeMarks {
  const parts = partsOf(root);
  const asksMinutes = parts.some((part) => part.type === 'call' && part.name === 'getMinutes');
  const minutes = new Set<number>();
  const moments = new Set<number>();
  for (const part of parts) {
    if (part.type !== 'literal') continue;
    const { value } = part;
    if (typeof value === 'string') {
      const ms = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
      if (Number.isFinite(ms)) for (const one of [ms, ms + 1]) moments.add(one);
    } else if (asksMinutes && (typeof value === 'number' || typeof value === 'bigint')) {
      const minute = Number(value);
      if (minute >= 0 && minute < 60) for (const one of [minute, minute + 1]) minutes.add(one % QUARTER);
    }
  }
  return { minutes: [...minutes].slice(0, MAX_MARKS).sort(upwards), moments: [...moments].slice(0, MAX_MARKS).sort(upwards) };
}

/** Upwards, without the first. */
function* momentsFrom(fromMs: number, { minutes, moments }: TimeMarks): Generator<number> {
  let last = fromMs;
  for (let step = 1; step < TIME_STEPS; step++) {
    const untilMs = fromMs + step * TIME_STEP_MS;
    const named = moments.filter((ms) => ms > last && ms < untilMs);
    yield* [...named, ...marked(last, untilMs, minutes)].sort(upwards);
    yield untilMs;
    last = untilMs;
  }
  yield* moments.filter((ms) => ms > last);
}

/** Between the two, on the minute. */
function marked(afterMs: number, untilMs: number, minutes: readonly number[]): number[] {
  if (minutes.length === 0) return [];
  const quarterMs = QUARTER * MINUTE_MS;
  const found: number[] = [];
  for (let at = Math.floor(afterMs / quarterMs) * quarterMs; at < untilMs; at += quarterMs)
    for (const minute of minutes) found.push(at + minute * MINUTE_MS);
  return found.filter((ms) => ms > afterMs && ms < untilMs);
}

/** Of the minutes since the last that is not wanted; the one that was found where there is none. */
function firstMinute(beforeMs: number, foundMs: number, wanted: (nowMs: number) => boolean): number {
  let [before, found] = [beforeMs, foundMs];
  while (found - before > MINUTE_MS) {
    const middle = Math.floor((before + found) / 2 / MINUTE_MS) * MINUTE_MS;
    if (middle <= before) break;
    if (wanted(middle)) found = middle;
    else before = middle;
  }
  return found;
}

function upwards(one: number, other: number): number {
  return one - other;
}
