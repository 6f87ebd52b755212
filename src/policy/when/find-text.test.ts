// What a text holds is what `includes` says, and finding out costs no more than the lengths of both texts.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { growthOf, NEAR_LINEAR } from '../../../test/support/growth.ts';
import { holdsText, SHORT_CHARS } from './find-text.ts';

const few = (minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom('a', 'b', '\ud83d', '\ude00'), { minLength, maxLength }).map((units) => units.join(''));

test('it says what the engine says', () => {
  fc.assert(
    fc.property(
      few(1, 4),
      few(0, 3),
      fc.integer({ min: 1, max: 3 * SHORT_CHARS }),
      fc.nat(),
      few(0, 200),
      (unit, odd, times, from, around) => {
        // Texts that repeat themselves, with something odd in them, and parts of those.
        const part = unit.repeat(times) + odd + unit.repeat(times);
        const whole = around + part.slice(from % part.length) + part + around;
        for (const [one, other] of [
          [whole, part],
          [part, whole],
          [around + part.slice(1) + around, part],
          [whole, `${part}b`],
        ] as const)
          expect(holdsText(one, other)).toBe(one.includes(other));
      },
    ),
  );
  expect(holdsText('', '')).toBe(true);
  expect(holdsText('a', '')).toBe(true);
});

test('ten times as much text costs ten times as much, however alike it is', () => {
  const look = (chars: number) => {
    const half = 'a'.repeat(chars / 4);
    const [whole, part] = ['a'.repeat(chars), `${half}b${half}`];
    return () => {
      if (holdsText(whole, part)) throw new Error('it is not in there');
    };
  };
  expect(growthOf(look, 20_000, 200_000)).toBeLessThan(NEAR_LINEAR);
});
