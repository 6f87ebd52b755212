// Addresses with a login in them, also where one begins in the middle of another.
import { expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const found = (text: string) => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type }) => type);

it('a megabyte of addresses in one piece is read like any other', () => {
  const text = 'https://a1@'.repeat(200_000);
  expect(found(`see postgres://app:h7Gk29sLq@db.example.com/app ${text}`)).toEqual(['DB_CONNECTION']);
  expect(found(`${text} postgres://app:h7Gk29sLq@db.example.com/app`)).toEqual(['DB_CONNECTION']);
});
