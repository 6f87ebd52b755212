// A window of time in a rule: weekdays and hours as the clock on the wall shows them in a time zone. Pure; the time is handed in.
import type { PolicyRule } from '../object/kinds.ts';

type Window = NonNullable<PolicyRule['match']['time']>;

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/** `nowMs` in, inside or not out. A window that runs over midnight belongs to the day on which it begins. */
export function compileWindow({ weekdays, from, to, zone }: Window): (nowMs: number) => boolean {
  const days = new Set(weekdays ?? DAYS);
  const [start, end] = [minutesOf(from ?? '00:00'), to === undefined ? DAY_MINUTES : minutesOf(to)];
  const wall = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const holds = (nowMs: number): boolean => {
    const { day, minute } = read(wall, nowMs);
    const [today, yesterday] = [DAYS[day], DAYS[(day + 6) % 7]];
    if (start < end) return minute >= start && minute < end && today !== undefined && days.has(today);
    const begun = minute >= start && today !== undefined && days.has(today);
    return begun || (minute < end && yesterday !== undefined && days.has(yesterday));
  };
  // Clocks on walls show minutes: within one the answer is the same, and formatting costs microseconds.
  let minuteSeen = Number.NaN;
  let answer = false;
  return (nowMs) => {
    const minute = Math.floor(nowMs / MINUTE_MS);
    if (minute !== minuteSeen) {
      answer = holds(nowMs);
      minuteSeen = minute;
    }
    return answer;
  };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

function read(wall: Intl.DateTimeFormat, nowMs: number): { day: number; minute: number } {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of wall.formatToParts(nowMs)) parts[type] = value;
  const day = DAYS.findIndex((name) => parts.weekday?.toLowerCase().startsWith(name));
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}
