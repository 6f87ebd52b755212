// Times in conditions: what can be read in two ways is an error, clocks show what their zone shows whatever the zone of this machine is, and
// neither costs more than its steps.
import { execFileSync } from 'node:child_process';
import { celEnv, parse, plan } from '@bufbuild/cel';
import { afterEach, describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import { openBudget } from './budget.ts';
import { checkWhen } from './check.ts';
import { ConditionFailed, compileCondition } from './condition.ts';
import { scopeOf } from './scope.ts';
import { parseWhen } from './syntax.ts';
import { timeFunctions } from './time.ts';

const IDS = [
  'timestamp(string)',
  'duration(string)',
  'google.protobuf.Timestamp.getFullYear()',
  'google.protobuf.Timestamp.getFullYear(string)',
  'google.protobuf.Timestamp.getMonth()',
  'google.protobuf.Timestamp.getMonth(string)',
  'google.protobuf.Timestamp.getDate()',
  'google.protobuf.Timestamp.getDate(string)',
  'google.protobuf.Timestamp.getDayOfWeek()',
  'google.protobuf.Timestamp.getDayOfWeek(string)',
  'google.protobuf.Timestamp.getHours()',
  'google.protobuf.Timestamp.getHours(string)',
  'google.protobuf.Timestamp.getMinutes()',
  'google.protobuf.Timestamp.getMinutes(string)',
];

const holds = (source: string, args: JsonObject = {}, now = '2026-01-05T09:30:00Z'): boolean | string => {
  try {
    return compileCondition(source).holds((variable) => (variable === 'args' ? args : variable === 'now' ? Date.parse(now) : undefined));
  } catch (error) {
    if (error instanceof ConditionFailed) return error.message;
    throw error;
  }
};

describe('a time in a text', () => {
  test.each([
    ['2026-01-05T09:29:59Z', true],
    ['2026-01-05T09:30:00Z', false],
    ['2026-01-05T10:29:59.999999999+01:00', true],
    ['2026-01-05T00:00:00-23:59', false],
    ['2026-01-05T09:29:59.5Z', true],
    ['2024-02-29T00:00:00Z', true],
    ['0001-01-01T00:00:00Z', true],
    ['9999-12-31T23:59:59.999999999Z', false],
  ])('%s is before nine thirty: %s', (t, expected) => {
    expect(holds('timestamp(args.t) < now', { t })).toBe(expected);
  });

  test.each([
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-06-30T23:59:60Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    // Of the first year where it is written, and of none where it is meant.
    '0000-12-31T23:59:59-23:59',
    '2026-04-31T00:00:00Z',
    '9999-12-31T23:59:59-00:01',
  ])('%s is a time that there is not', (t) => {
    expect(holds('timestamp(args.t) < now', { t })).toBe('the text names a time that there is not');
  });

  test.each([
    '2026-1-1',
    '2026-01-01',
    '2026-01-01T00:00:00',
    '2026-01-01t00:00:00z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00.1234567891Z',
    '2026-01-01T00:00:00Z\n',
    '10000-01-01T00:00:00Z',
    '٢٠٢٦-01-01T00:00:00Z',
    '',
    '2'.repeat(100_000),
  ])('%j is none', (t) => {
    expect(holds('timestamp(args.t) < now', { t })).toBe('the text is no time of RFC 3339');
  });

  test('counts the digits behind its second from the left', () => {
    expect(holds('timestamp(args.t) - now == duration("500ms")', { t: '2026-01-05T09:30:00.5Z' })).toBe(true);
    expect(holds('timestamp(args.t) - now == duration("5ns")', { t: '2026-01-05T09:30:00.000000005Z' })).toBe(true);
  });

  test('calculates with spans, and does not leave what can be told', () => {
    expect(holds('timestamp(args.t) - now == duration("10m")', { t: '2026-01-05T09:40:00Z' })).toBe(true);
    expect(holds('now + duration("1h30m") == timestamp(args.t)', { t: '2026-01-05T11:00:00Z' })).toBe(true);
    expect(holds('timestamp(args.t) + duration("1h") > now', { t: '9999-12-31T23:59:59Z' })).toBe('it could not be evaluated');
  });
});

describe('a span in a text', () => {
  test.each([
    ['1h59m59.999999999s', true],
    ['2h', false],
    ['120m', false],
    ['7199s', true],
    ['7200000ms', false],
    ['-3h', true],
    ['+1.5h', true],
    ['0', true],
    ['1ns', true],
    ['1us', true],
    ['1µs', true],
  ])('%s is less than two hours: %s', (d, expected) => {
    expect(holds('duration(args.d) < duration("2h")', { d })).toBe(expected);
  });

  test('is exact to the nanosecond', () => {
    expect(holds('duration(args.d) == duration("1.000000001s")', { d: '1s1ns' })).toBe(true);
    expect(holds('duration(args.d) == duration("-1.5s")', { d: '-1s500ms' })).toBe(true);
  });

  test.each(['', '1', 'h', '1d', '1 h', '.5s', '1.s', '1e3s', '--1h', '1h30', 'Infinitys', '0x1s', '1h\n', '٣s', '1s'.repeat(50_000)])(
    '%j is none',
    (d) => {
      expect(holds('duration(args.d) < duration("2h")', { d })).toBe('the text is no span such as 1h30m');
    },
  );

  test('that nobody could count is none', () => {
    expect(holds('duration(args.d) > duration("2h")', { d: '9223372036854775807ns' })).toBe(true);
    expect(holds('duration(args.d) > duration("2h")', { d: '9223372036854775808ns' })).toBe('the text is a span that is too long');
    expect(holds('duration(args.d) > duration("2h")', { d: '9999999999999999999h' })).toBe('the text is a span that is too long');
  });
});

describe('what a clock shows', () => {
  const shown = (zone: string, now: string): string =>
    ['FullYear', 'Month', 'Date', 'DayOfWeek', 'Hours', 'Minutes']
      .map((part) => {
        for (let value = 0; value < 2100; value++) if (holds(`now.get${part}(args.zone) == ${value}`, { zone }, now) === true) return value;
        return holds(`now.get${part}(args.zone) == 0`, { zone }, now);
      })
      .join(' ');

  test.each([
    ['UTC', '2026-03-29T02:30:00Z', '2026 2 29 0 2 30'],
    // Berlin goes from 01:59 to 03:00, and in autumn shows the hour from two to three twice.
    ['Europe/Berlin', '2026-03-29T00:59:59Z', '2026 2 29 0 1 59'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026 2 29 0 3 0'],
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026 9 25 0 2 30'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026 9 25 0 2 30'],
    ['Europe/Berlin', '2026-10-25T02:00:00Z', '2026 9 25 0 3 0'],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '2026 9 4 0 2 30'],
    ['Pacific/Apia', '2026-01-01T00:00:00Z', '2026 0 1 4 13 0'],
    ['America/New_York', '2026-01-01T04:59:59Z', '2025 11 31 3 23 59'],
    ['+05:30', '2026-12-31T18:30:00Z', '2027 0 1 5 0 0'],
    // A zone needs no sign to be east.
    ['05:30', '2026-12-31T18:30:00Z', '2027 0 1 5 0 0'],
    ['-14:00', '2026-01-01T13:59:00Z', '2025 11 31 3 23 59'],
  ])('in %s at %s: %s', (zone, now, expected) => {
    expect(shown(zone, now)).toBe(expected);
  });

  test('without a zone is UTC', () => {
    expect(holds('now.getHours() == 9 && now.getMinutes() == 30 && now.getDayOfWeek() == 1')).toBe(true);
  });

  test.each(['Nowhere/X', 'x+01:00', '+01:00x', '+25:00', '+14:60', '+1', '', ' UTC', 'z'.repeat(100_000)])('%j is no zone', (zone) => {
    expect(holds('now.getHours(args.zone) >= 0', { zone })).toBe('the text is no time zone');
  });

  test('is the same wherever this machine stands, also in an hour that its own clock leaves out', () => {
    const source = `
      import { compileCondition } from ${JSON.stringify(new URL('./condition.ts', import.meta.url).href)};
      const at = Date.parse('2026-03-29T02:30:00Z');
      process.stdout.write(String(compileCondition('now.getHours() == 2 && now.getHours("UTC") == 2 && now.getHours("+01:00") == 3').holds(() => at)));`;
    for (const TZ of ['Europe/Berlin', 'UTC', 'America/New_York'])
      expect(execFileSync(process.execPath, ['--input-type=module', '-e', source], { env: { ...process.env, TZ } }).toString(), TZ).toBe(
        'true',
      );
  });
});

describe('the functions, made anew', () => {
  const zoned = ['getFullYear', 'getMonth', 'getDate', 'getDayOfWeek', 'getHours', 'getMinutes'];

  test('are those of times and spans, with a zone and without', () => {
    expect(timeFunctions().map(({ id }) => id)).toEqual(IDS);
  });

  test.each(zoned.map((name, i) => [name, [2026, 11, 31, 4, 23, 45][i], [2027, 0, 1, 5, 0, 45][i]] as const))(
    '%s shows %s, and %s an hour further east',
    (name, utc, east) => {
      const env = celEnv({ funcs: timeFunctions() });
      openBudget();
      const shown = (source: string) => plan(env, parse(source))({});
      expect(shown(`timestamp('2026-12-31T23:45:00Z').${name}()`)).toBe(BigInt(utc ?? 0));
      expect(shown(`timestamp('2026-12-31T23:45:00Z').${name}('+01:00')`)).toBe(BigInt(east ?? 0));
    },
  );
});

describe('what is written out', () => {
  const problems = (source: string): string[] =>
    checkWhen(parseWhen(source).root, scopeOf(undefined)).problems.map(({ message, offset }) => `${offset} ${message}`);

  test('is read when the policy is applied', () => {
    expect(problems('now.getHours("Europe/Berln") > 8')).toEqual(['13 the text is no time zone: "Europe/Berln"']);
    expect(problems('now < timestamp("2026-02-30T00:00:00Z")')).toEqual([
      '16 the text names a time that there is not: "2026-02-30T00:00:00Z"',
    ]);
    expect(problems('duration(args.d) < duration("1 day")')).toEqual(['28 the text is no span such as 1h30m: "1 day"']);
    expect(problems('now.getHours("Europe/Berlin") > 8 && now < timestamp("2026-02-28T00:00:00Z") + duration("1h")')).toEqual([]);
    expect(problems('now.getHours(principal.labels.zone) > 8')).toEqual([]);
  });
});

describe('a clock', () => {
  const long: Json[] = [];
  afterEach(() => long.splice(0));

  test('costs its steps: as many zones as an agent likes are no way to keep the gateway busy', () => {
    for (let i = 0; i < 4_000; i++) long.push(`Nowhere/${i}`);
    expect(holds('args.l.exists(zone, now.getHours(zone) < 0)', { l: long })).toContain('steps');
    expect(holds('args.l.all(x, now.getHours("Europe/Berlin") >= 0)', { l: long.slice(0, 1_000) })).toBe(true);
  });
});
