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
  [[{ id: '59100646' }, { id: '33689785' }]],
  [{ ids: ['59100646', '33689785'] }],
  [{ ports: ['4111', '1111', '1111', '1111'] }],
  [{ zips: ['37828', '22463', '10005'] }],
  [{ zip1: '37828', zip2: '22463', zip3: '10005' }],
])('%j are names of things, though together they pass the check of a card', (value) => {
  expect(found(value)).toBe(0);
});
