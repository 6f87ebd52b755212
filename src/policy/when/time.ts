// Times, spans and time zones of conditions. What can be read in two ways is an error: a day that there is not, an hour 24, an empty span. What a
// clock shows depends on the zone that is asked for alone, never on the zone of this machine or on its clock being put forward.
import { type CelFunc, CelScalar, celFunc, celMethod, objectType } from '@bufbuild/cel';
import { create, type MessageShape } from '@bufbuild/protobuf';
import { DurationSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { charge } from './budget.ts';

/** Zones whose clock is kept ready. */
const MAX_CLOCKS = 64;
/** Characters of a time, a span, a zone. */
const MAX_CHARS = 64;
/** Steps: a text that is read as a time or span, what a clock shows, a clock that is made. */
const READ_STEPS = 5;
const CLOCK_STEPS = 100;

const { INT, STRING } = CelScalar;
const TIMESTAMP = objectType(TimestampSchema);
const DURATION = objectType(DurationSchema);
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ...{ ns: 1n, us: 1_000n, µs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n },
  ...{ m: 60_000_000_000n, h: 3_600_000_000_000n },
};
const SECOND_NANOS = 1_000_000_000n;

/** What a clock on a wall shows. `month` and `weekday` begin with 0, as in CEL; `date` with 1. */
interface Wall {
  year: number;
  month: number;
  date: number;
  weekday: number;
  hours: number;
  minutes: number;
}

export function timeFunctions(): CelFunc[] {
  return [
    celFunc('timestamp', [STRING], TIMESTAMP, readTime),
    celFunc('duration', [STRING], DURATION, readSpan),
    ...shown('getFullYear', ({ year }) => year),
    ...shown('getMonth', ({ month }) => month),
    ...shown('getDate', ({ date }) => date),
    ...shown('getDayOfWeek', ({ weekday }) => weekday),
    ...shown('getHours', ({ hours }) => hours),
    ...shown('getMinutes', ({ minutes }) => minutes),
  ];
}

/** What is wrong with a text that is written out where a time, a span or a zone belongs; undefined: nothing. */
export function unreadable(what: 'timestamp' | 'duration' | 'zone', text: string): string | undefined {
  try {
    if (what === 'timestamp') readTime(text);
    else if (what === 'duration') readSpan(text);
    else wallAt(0, text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function readTime(text: string): MessageShape<typeof TimestampSchema> {
  charge(READ_STEPS);
  const found =
    text.length > MAX_CHARS
      ? null
      : /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))$/.exec(text);
  if (!found) throw new Error('the text is no time of RFC 3339');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that there is not is one of another month.
  const isThere = year > 0 && date.getUTCMonth() === month - 1 && hour < 24 && minute < 60 && second < 60;
  if (!isThere) throw new Error('the text names a time that there is not');
  const offset = (found[8] === '-' ? -60 : 60) * (Number(found[9] ?? 0) * 60 + Number(found[10] ?? 0));
  const seconds = BigInt(date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset);
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) throw new Error('the text names a time that there is not');
  return create(TimestampSchema, { seconds, nanos: Number((found[7] ?? '').padEnd(9, '0')) });
}

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const FIRST_SECOND = -62_135_596_800n;
const LAST_SECOND = 253_402_300_799n;

function readSpan(text: string): MessageShape<typeof DurationSchema> {
  charge(READ_STEPS);
  const form = /^([+-]?)(0|(?:(?:\d{1,19}(?:\.\d{1,9})?)(?:ns|us|µs|ms|s|m|h))+)$/;
  const found = text.length > MAX_CHARS ? null : form.exec(text);
  if (!found) throw new Error('the text is no span such as 1h30m');
  let nanos = 0n;
  for (const [, whole = '0', part = '', unit = ''] of (found[2] ?? '').matchAll(/(\d+)(?:\.(\d+))?([a-zµ]+)/g)) {
    const each = UNIT_NANOS[unit] ?? 0n;
    nanos += BigInt(whole) * each + (BigInt(part.padEnd(9, '0')) * each) / SECOND_NANOS;
  }
  if (nanos > MAX_NANOS) throw new Error('the text is a span that is too long');
  const signed = found[1] === '-' ? -nanos : nanos;
  return create(DurationSchema, { seconds: signed / SECOND_NANOS, nanos: Number(signed % SECOND_NANOS) });
}

const MAX_NANOS = 2n ** 63n - 1n;

function shown(name: string, member: (wall: Wall) => number): CelFunc[] {
  return [
    celMethod(name, TIMESTAMP, [], INT, function () {
      return BigInt(member(wallAt(msOf(this), 'UTC')));
    }),
    celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
      return BigInt(member(wallAt(msOf(this), zone)));
    }),
  ];
}

function msOf({ message }: { message: { seconds: bigint; nanos: number } }): number {
  return Number(message.seconds) * 1000 + Math.floor(message.nanos / 1_000_000);
}

function wallAt(timeMs: number, zone: string): Wall {
  charge(READ_STEPS);
  const offset = zone.length > MAX_CHARS ? null : /^([+-]?)(0\d|1[0-4]):([0-5]\d)$/.exec(zone);
  if (zone === 'UTC' || offset) {
    const shiftMs = offset ? (offset[1] === '-' ? -60_000 : 60_000) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
    const date = new Date(timeMs + shiftMs);
    return {
      ...{ year: date.getUTCFullYear(), month: date.getUTCMonth(), date: date.getUTCDate(), weekday: date.getUTCDay() },
      ...{ hours: date.getUTCHours(), minutes: date.getUTCMinutes() },
    };
  }
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of clockOf(zone).formatToParts(timeMs)) parts[type] = value;
  return {
    ...{ year: Number(parts.year), month: Number(parts.month) - 1, date: Number(parts.day), weekday: DAYS.indexOf(parts.weekday ?? '') },
    ...{ hours: Number(parts.hour), minutes: Number(parts.minute) },
  };
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  charge(CLOCK_STEPS);
  // Offsets that are no names have one form, which is read above.
  if (zone.length > MAX_CHARS || !/^[A-Za-z]/.test(zone)) throw new Error('the text is no time zone');
  let clock: Intl.DateTimeFormat;
  try {
    const shows = { year: 'numeric', month: 'numeric', day: 'numeric', weekday: 'short', hour: 'numeric', minute: 'numeric' } as const;
    clock = new Intl.DateTimeFormat('en-US', { ...shows, timeZone: zone, hourCycle: 'h23' });
  } catch {
    throw new Error('the text is no time zone');
  }
  if (clocks.size >= MAX_CLOCKS) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}
