// What texts weigh: words little, figures and keys much, dates and words of forms next to nothing.
import { expect, it } from 'vitest';
import { weigh } from './weight.ts';

it.each([
  ['the day of the day', 'plum anchor'],
  ['2026-11-29 10:00', 'ann@acme.co'],
  ['id name email status', 'Ines Okafor'],
  ['2026', '4072.50'],
  ['100000', '483920'],
])('%j says less than %j', (less, more) => {
  expect(weigh(less).bits).toBeLessThan(weigh(more).bits);
});

it('a word twice is a word once; keys and figures are hard, words are not', () => {
  expect(weigh('anchor anchor anchor')).toEqual(weigh('anchor'));
  expect(weigh('anchor velour').hard).toBe(0);
  expect(weigh('4155550142').hard).toBeGreaterThan(30);
  expect(weigh('xK9pQ2vL8w').hard).toBeGreaterThan(30);
  expect(weigh('RtYuIoPaSdFg').hard).toBeGreaterThan(30);
});

it.each(['Kind regards', 'Thank you for your message, I will come back to you', 'I hope you had a good weekend', 'Please find attached'])(
  '%j is said in every letter',
  (courtesy) => {
    expect(weigh(courtesy).bits).toBeLessThan(10);
  },
);

it('the longest text costs no more than its first part', () => {
  expect(weigh(`${'x '.repeat(2048)}483920`)).toEqual(weigh('x '.repeat(2048)));
});
