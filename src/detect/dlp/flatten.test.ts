// What is left out of a text because it is a picture or an archive, and what is not.
import { expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const BYTES = Buffer.from(Array.from({ length: 900 }, (_, index) => (index * 37 + 1) % 251));
const typesIn = (text: string) => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type }) => type);

it.each([
  ['base64', 'base64'],
  ['base64url', 'base64url'],
] as const)('what stands behind a picture in %s is found', (_name, encoding) => {
  const picture = BYTES.toString(encoding);
  expect(typesIn(picture)).toEqual([]);
  for (const text of [`${picture} alice.miller@corp.com`, `${picture}\nalice.miller@corp.com`, `${picture}=, alice.miller@corp.com`]) {
    expect(typesIn(text)).toEqual(['EMAIL']);
    expect(typesIn(JSON.stringify({ note: `${text}\t` }))).toEqual(['EMAIL']);
  }
});
