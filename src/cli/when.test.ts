// Points in time, numbers, tables and kinds as people type them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindNames } from '../object/kinds.ts';
import { readKind } from './kind-name.ts';
import { printable, textTable } from './text-table.ts';
import { readNumber, readSince, readWhen } from './when.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 5, 0, 0);

describe('readWhen', () => {
  it.each([
    ['90s', '2026-11-21T05:01:30.000Z'],
    ['15m', '2026-11-21T05:15:00.000Z'],
    ['24h', '2026-11-22T05:00:00.000Z'],
    ['30d', '2026-12-21T05:00:00.000Z'],
    ['2w', '2026-12-05T05:00:00.000Z'],
    ['2027-01-31T00:00:00Z', '2027-01-31T00:00:00.000Z'],
    ['2027-01-31T01:00+01:00', '2027-01-31T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => expect(readWhen(text, '--until', NOW_MS)).toBe(instant));

  it.each([
    '',
    'soon',
    '30',
    '-1d',
    '1.5h',
    '0s',
    '1y',
    '2027-01-31',
    '2027-01-31T00:00:00',
    '2027-13-01T00:00:00Z',
    '2020-01-01T00:00:00Z',
    '999999999w',
  ])('%j is refused with the flag and an example', (text) =>
    expect(() => readWhen(text, '--until', NOW_MS)).toThrow(/--until.*(24h|2030)/),
  );

  it('never throws anything but a usage error, and never gives a point that is over', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          return Date.parse(readWhen(text, '--until', NOW_MS)) > NOW_MS;
        } catch (error) {
          return (error as { code?: string }).code === 'usage';
        }
      }),
    );
  });
});

describe('readSince', () => {
  it.each([
    ['24h', '2026-11-20T05:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T09:00:00+01:00', '2026-11-01T08:00:00.000Z'],
  ])('%s is %s', (text, instant) => expect(readSince(text, '--since', NOW_MS)).toBe(instant));

  it.each(['', '2026-13-01', '2026-11-1', '2026-11-01T00:00:00', 'yesterday', '2026-12-01'])(
    '%j is refused with the flag and an example',
    (text) => expect(() => readSince(text, '--since', NOW_MS)).toThrow(/--since.*30d/),
  );
});

it('numbers: whole, from the least one, or a usage error', () => {
  expect([readNumber(undefined, '--to', 1), readNumber('1', '--to', 1)]).toEqual([undefined, 1]);
  for (const text of ['0', '-1', '1.5', '1e3', ' 1', 'x', '9'.repeat(16)]) expect(() => readNumber(text, '--to', 1), text).toThrow('--to');
});

it('kinds: singular, plural, any case', () => {
  for (const kind of kindNames) expect(readKind(kind)).toBe(kind);
  expect(['Policies', 'servers', 'SECRET'].map(readKind)).toEqual(['policy', 'server', 'secret']);
  expect(() => readKind('polcies')).toThrow('Did you mean');
  expect(() => readKind('constructor')).toThrow('Kinds are');
});

it('printable text has no character that steers a terminal, and a table one line per row', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(printable(a)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(textTable(['A', 'B'], [[a, b]]).split('\n')).toHaveLength(2);
    }),
  );
  expect(printable('plain ünïcode 漢字 😀')).toBe('plain ünïcode 漢字 😀');
  expect(printable('a\u001b[31mb\u202ec')).toBe('a\\u{1b}[31mb\\u{202e}c');
});
