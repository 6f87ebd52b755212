// A text written in steps has the bytes that it has when it is written in one go, wherever the steps end.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { atOnce } from './turn.ts';
import { piecesOf, utf8InSteps } from './utf8.ts';

const units = fc.constantFrom('a', 'é', '€', '\ud83d', '\ude00', '\ud83d\ude00', '\0', '"');
const texts = fc.array(units, { maxLength: 40 }).map((parts) => parts.join(''));

it('has the same bytes whatever the steps', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 9 }), fc.nat(5), (text, step, head) => {
      const made = atOnce(utf8InSteps(text, head, step));
      expect(made.subarray(head).equals(Buffer.from(text, 'utf8'))).toBe(true);
      expect([...piecesOf(text, step)].join('')).toBe(text);
    }),
  );
});
