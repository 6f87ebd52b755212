// Stand-ins of the same shape keep nothing of the value but its length, its case and its signs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitted, MASK, partlyMasked, shaped } from './mask.ts';

const BOTH = (value: string) => [shaped('PASSWORD', value), fitted(value)];

describe('a stand-in', () => {
  it.each([
    ['digits of full width', '４１１１ １１１１ １１１１ １１１１', ['0000 0000 0000 0000', '1111 1111 1111 1111']],
    ['Arabic digits', '٤١١١-١١١١', ['0000-0000', '1111-1111']],
    ['a name in a script with marks', 'प्रिया', ['xxxxxx', 'xxxxxx']],
    ['a day with letters behind it', '1980-01-01Secret!', ['0000-00-00Xxxxxx!', '1111-11-11Xxxxxx!']],
    ['a day and digits on two lines', '1980-01-01 42\n43', ['0000-00-00 00\n00', '1111-11-11 11\n11']],
    ['a day', '1980-07-31', ['1900-01-01', '1900-01-01']],
    ['a moment', '1980-07-31T12:34:56.789Z', ['1900-01-01T00:00:00.000Z', '1900-01-01T00:00:00.000Z']],
  ])('of %s', (_what, value, stands) => {
    expect(BOTH(value)).toEqual(stands);
  });

  it('holds no letter and no digit of any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
        for (const made of BOTH(value)) expect(made.match(/[\p{L}\p{M}\p{N}]/gu)?.join('') ?? '').toMatch(/^[Xx01]*$/);
      }),
    );
  });
});

it.each([
  ['John "Johnny" Doe', 'J.J.D.'],
  ['\\ann ]lee[', 'a.l.'],
  ['"', '.'],
  ['Žofie 陳 3rd', 'Ž.陳.3.'],
])('the initials of %s fit into JSON and into a mask', (name, initials) => {
  const made = partlyMasked('PERSON', name, 'pii.person');
  expect(made).toBe(`[redacted:pii.person:${initials}]`);
  expect(made.match(MASK)).toEqual([made]);
});
