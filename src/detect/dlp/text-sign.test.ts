// What a text is said not to have is not in it: detectors are left out on the word of this.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SIGN, signsOf } from './text-sign.ts';

const PATTERNS: readonly (readonly [bit: number, pattern: RegExp])[] = [
  [SIGN.at, /@/],
  [SIGN.colon, /:/],
  [SIGN.equals, /=/],
  [SIGN.dash, /-/],
  [SIGN.part, /[,\n-]/],
  [SIGN.bracket, /[[({<]/],
  [SIGN.capital, /[A-Z]/],
  [SIGN.wide, /[\u0080-\uffff]/],
];

it('says what stands in a text, and how many digits', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...'@:=-,\n[({<AZaz09 é京'), fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(
      text.map((parts) => parts.join('')),
      (given) => {
        const { bits, digits } = signsOf(given);
        for (const [bit, pattern] of PATTERNS) expect((bits & bit) !== 0, `${pattern}`).toBe(pattern.test(given));
        expect(digits).toBe(given.match(/[0-9]/g)?.length ?? 0);
      },
    ),
  );
});
