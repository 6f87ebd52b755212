// Many values replaced in one walk: every place of each, the longest that fits, nothing twice, and a step for every part of a long text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../../lib/turn.ts';
import { MIN_REPLACED_CHARS, replaceValues } from './replace-values.ts';

const replace = (text: string, values: [string, string][]): string => atOnce(replaceValues(text, values));

describe('replacing values', () => {
  it('replaces every place, and the longest value that fits', () => {
    expect(
      replace('ann@a.example, then ann@a.example.org; ann@a', [
        ['ann@a.example', '<1>'],
        ['ann@a.example.org', '<2>'],
      ]),
    ).toBe('<1>, then <2>; ann@a');
  });

  it('leaves JSON JSON where a number goes', () => {
    const text = JSON.stringify({ a: [-12345678, 5], b: 12345678, c: 'no. 12345678', d: JSON.stringify({ e: 12345678 }) });
    const replaced = JSON.parse(replace(text, [['12345678', '<1>']])) as { d: string };
    expect({ ...replaced, d: JSON.parse(replaced.d) }).toEqual({ a: ['<1>', 5], b: '<1>', c: 'no. <1>', d: { e: '<1>' } });
  });

  it('does not look at what it put in', () => {
    expect(
      replace('first second', [
        ['first', 'second'],
        ['second', 'third'],
      ]),
    ).toBe('second third');
  });

  it('leaves short values and other texts alone', () => {
    const text = 'nothing here';
    expect(
      replace(text, [
        ['here'.slice(0, MIN_REPLACED_CHARS - 1), 'x'],
        ['absent', 'y'],
      ]),
    ).toBe(text);
    expect(replace('', [['value', 'x']])).toBe('');
  });

  it('says what one replacement after the other says where values have nothing in common', () => {
    const word = fc.stringMatching(/^[a-c]{5,7}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), word, (words, value) => {
        const text = words.join(' ');
        expect(replace(text, [[value, '#']])).toBe(text.replaceAll(value, '#'));
      }),
    );
  });

  it('finds the longest of values that begin alike', () => {
    const piece = fc.stringMatching(/^[ab]{5,9}$/);
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.stringMatching(/^[abc]{0,60}$/), (pieces, text) => {
        const values = [...new Set(pieces)].sort((one, other) => other.length - one.length);
        const naive = values.length === 0 ? text : text.replace(new RegExp(values.join('|'), 'g'), (value) => `<${value.length}>`);
        expect(
          replace(
            text,
            pieces.map((value) => [value, `<${value.length}>`]),
          ),
        ).toBe(naive);
      }),
      { numRuns: 500 },
    );
  });

  it('takes more steps where values may stand at every place', () => {
    const values = Array.from({ length: 235 }, (_, n): [string, string] => [`${'a'.repeat(5 + n)}X`, '#']);
    expect([...replaceValues('a'.repeat(300_000), values)].length).toBeGreaterThan(200);
  });

  it('takes a step for every part of a long text, however many values there are', () => {
    const values = Array.from({ length: 20_000 }, (_, index): [string, string] => [`value-${index}-of-many`, '']);
    const text = 'value-7-of-many and value-19999-of-many, '.repeat(50_000);
    const walk = replaceValues(text, values);
    let steps = 0;
    for (let step = walk.next(); ; step = walk.next()) {
      if (step.done) {
        expect(step.value).toBe(' and , '.repeat(50_000));
        break;
      }
      steps++;
    }
    expect(steps).toBeGreaterThan(text.length / 131_072);
  });
});
