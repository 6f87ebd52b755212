// Values in pieces: one value that was cut is found, several that stand beside each other are left alone.
import { expect, test } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const found = (value: unknown): number => scanText(JSON.stringify(value), { wanted: EVERYTHING, patterns: [] }).length;

test.each([
  [['4111', '1111', '1111', '1111'], 4],
  [[{ piece: '41111111' }, { piece: '11111111' }], 2],
  [[{ card_id: '41111111' }, { card_id: '11111111' }], 2],
  [{ part1: '4111', part2: '1111', part3: '1111', part4: '1111' }, 4],
])('%j is one number in pieces', (value, count) => {
  expect(found(value)).toBe(count);
});

test.each([
  [{ card: [4111, 1111, 1111, 1111] }, 4],
  [{ cardNumber: [5105, 1051, 510, 5100] }, 4],
  [[4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 16],
  [{ digits: [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4] }, 16],
  [{ ssn: ['536', '22', '8741'] }, 3],
  [{ ssn: [536, 2, 8741] }, 3],
  [{ ssn: [5, 3, 6, 2, 2, 8, 7, 4, 1] }, 9],
  [{ cpf: ['529', '982', '247', '25'] }, 4],
])('%j is one number, a few digits an element', (value, count) => {
  expect(found(value)).toBe(count);
});

test.each([
  [{ prices: [4111, 1111, 1111, 1111] }],
  [{ values: [4111, 1111, 1111, 1111] }],
  [{ counts: [4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] }],
  [{ values: [4, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 7] }],
  [{ values: [4, 1, 1, 1.5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] }],
  [{ values: [536, 22, 8741] }],
  [{ cpf: ['529', '982', '247', '26'] }],
])('%j is a list of numbers', (value) => {
  expect(found(value)).toBe(0);
});

test.each([
  [[{ id: '59100646' }, { id: '33689785' }]],
  [{ ids: ['59100646', '33689785'] }],
  [{ ports: ['4111', '1111', '1111', '1111'] }],
  [{ zips: ['37828', '22463', '10005'] }],
  [{ zip1: '37828', zip2: '22463', zip3: '10005' }],
])('%j are names of things, though together they pass the check of a card', (value) => {
  expect(found(value)).toBe(0);
});

const KEY = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

test.each([
  [['Paid with card 4111 1111', '1111 1111 in May'], 2],
  [{ lines: ['To DE89 3704 0044', '0532 0130 00, please'] }, 2],
  [{ notes: [`use ${KEY.slice(0, 15)}`, `${KEY.slice(15)} for it`] }, 2],
  [
    {
      content: [
        { type: 'text', text: 'It is 4111 1111' },
        { type: 'text', text: '1111 1111, he said' },
      ],
    },
    2,
  ],
])('%j holds one value, parted over texts of a list', (value, count) => {
  expect(found(value)).toBe(count);
});

test.each([
  [['Row 4512 of 1208', '3391 and 7740', '2210 more']],
  [{ visits: ['2026 11 02', '2026 11 03', '2026 11 04', '2026 11 05'] }],
  [{ a: 'Paid with card 4111 1111', b: 'no', c: '1111 1111 in May' }],
])('%j holds none', (value) => {
  expect(found(value)).toBe(0);
});

test('the name of a list may be a megabyte long', () => {
  const name = `${'data'.repeat(400_000)}\n`;
  expect(found({ [name]: ['41', '11'], part1: '4111', part2: '1111', part3: '1111', part4: '1111' })).toBe(4);
});
