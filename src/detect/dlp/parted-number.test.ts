// Numbers whose digits are parted by something else than a space: found where they prove themselves, and columns of numbers left alone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const found = (text: string): string[] =>
  scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

const SIGNS = ['\t', '\n', '\r\n', ', ', ',', ';', ' | ', '_', ' - '];

describe.each(SIGNS)('parted by %j', (sign) => {
  const parted = (...groups: string[]): string => groups.join(sign);

  it('a card that a label names, and what stands behind it stays', () => {
    const card = parted('4111', '1111', '1111', '1111');
    expect(found(`Card: ${card} is his`)).toEqual([`CREDIT_CARD ${card}`]);
    expect(found(`His card number:\n${card}\nand no more`)).toEqual([`CREDIT_CARD ${card}`]);
  });

  it('a number of social security that a label names', () => {
    const ssn = parted('536', '22', '8745');
    expect(found(`SSN: ${ssn} is his`)).toEqual([`US_SSN ${ssn}`]);
  });

  it('an IBAN, named or not', () => {
    const iban = parted('DE89', '3704', '0044', '0532', '0130', '00');
    expect(found(`to ${iban} please`)).toEqual([`IBAN ${iban}`]);
    const british = parted('GB29', 'NWBK', '6016', '1331', '9268', '19');
    expect(found(british)).toEqual([`IBAN ${british}`]);
  });
});

it.each([
  ['4111\n1111\n1111\n1111'],
  ['4111\t1111\t1111\t1111'],
  ['4111 1111,1111-1111'],
  ['3782\n822463\n10005'],
  ['4111\t1111 1111\n1111'],
])('%j is a card by itself', (text) => {
  expect(found(text)).toEqual([`CREDIT_CARD ${text}`]);
});

it('a card in groups that nobody writes, and a number with two signs, where a label names them', () => {
  expect(found('card 411 1111 11111 1111')).toEqual(['CREDIT_CARD 411 1111 11111 1111']);
  expect(found('Card: 4\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1')).toHaveLength(1);
  expect(found('SSN 536-22 8745')).toEqual(['US_SSN 536-22 8745']);
});

describe('numbers that stand beside each other are none', () => {
  it.each([
    ['a row of a table', 'q1\tq2\tq3\tq4\n4111\t1111\t1111\t1111'],
    ['a row that goes on', '7\t4111\t1111\t1111\t1111'],
    ['cells of two rows', '4111,1111\n1111,1111'],
    ['a list', 'Ports 4111, 1111, 1111, 1111 are open.'],
    ['a column', '4111\n1111\n1111\n1111\n2210'],
    ['paragraphs', '4111\n\n1111\n\n1111\n\n1111'],
    ['last digits', 'Cards ending in 4111, 1111, 1111, 1111'],
    ['members of JSON', JSON.stringify({ won: '4111', lost: '1111', drawn: '1111', left: '1111' })],
    ['numbers of JSON', '[[4111,1111,1111,1111]]'],
    ['three numbers', '536\t22\t8745'],
    ['a sentence', 'At 20, 15 of them went to see the others in the town'],
  ])('%s', (_what, text) => {
    expect(found(text)).toEqual([]);
  });

  const cell = fc.integer({ min: 0, max: 99_999_999 }).map(String);
  const table = (sign: string) =>
    fc
      .array(fc.array(cell, { minLength: 5, maxLength: 7 }), { minLength: 2, maxLength: 8 })
      .map((rows) => rows.map((row) => row.join(sign)).join('\n'));

  it.each(['\t', ',', ', ', ';', ' | '])('tables of any numbers, parted by %j', (sign) => {
    fc.assert(
      fc.property(table(sign), (text) => {
        expect(found(text).filter((one) => /^(?:CREDIT_CARD|US_SSN|IBAN)/.test(one) && /[\t\n,;|]/.test(one))).toEqual([]);
      }),
    );
  });
});
