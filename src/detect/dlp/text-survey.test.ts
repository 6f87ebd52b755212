// What a text is said not to have is not in it: detectors are left out on the word of this.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SIGN } from './text-sign.ts';
import { surveyOf } from './text-survey.ts';

const PATTERNS: readonly (readonly [bit: number, pattern: RegExp])[] = [
  [SIGN.at, /@/],
  [SIGN.colon, /:/],
  [SIGN.equals, /=/],
  [SIGN.dash, /-/],
  [SIGN.part, /[,\n-]/],
  [SIGN.bracket, /[[({<]/],
  [SIGN.capital, /[A-Z]/],
  [SIGN.wide, /[\u0080-\uffff]/],
  [SIGN.eastern, /[\u3040-\u9fff\uac00-\ud7af]/],
];

it('says what stands in a text, and how many digits', () => {
  const text = fc.array(fc.oneof(fc.constantFrom(...'@:=-,\n[({<AZaz09 é京'), fc.string({ maxLength: 3 })), { maxLength: 12 });
  fc.assert(
    fc.property(
      text.map((parts) => parts.join('')),
      (given) => {
        const { signs, numbers } = surveyOf(given);
        const { bits, digits } = signs;
        for (const [bit, pattern] of PATTERNS) expect((bits & bit) !== 0, `${pattern}`).toBe(pattern.test(given));
        expect(numbers).toEqual([...given.matchAll(/[0-9]+/g)].flatMap(({ index, 0: run }) => [index, index + run.length]));
        expect(digits).toBe(given.match(/[0-9]/g)?.length ?? 0);
      },
    ),
  );
});
