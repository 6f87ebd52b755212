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

it.each([
  ['behind a mark of a note', '[1] 4111 1111 1111 1111'],
  ['behind a document', '{"a":"b"} 4111 1111 1111 1111'],
  ['below a document', '{"a":"b"}\n4111 1111 1111 1111 is the card'],
  ['in what only begins like a list', '[4111 1111 1111 1111]'],
  ['in what only begins like a document', '{"card": 4111 1111 1111 1111}'],
  ['in a key of full width', JSON.stringify({ '４１１１１１１１１１１１１１１１': true })],
  ['in an escaped key', '{"\\u0034111-1111-1111-1111": true}'],
  ['put together of quoted halves', JSON.stringify({ note: 'it is "4111 1111" + " 1111 1111"' })],
  ['put together in a document in a document', JSON.stringify({ a: JSON.stringify({ note: 'it is "4111 1111" + " 1111 1111"' }) })],
])('a card %s is found', (_where, text) => {
  expect(typesIn(text)).toEqual(['CREDIT_CARD']);
});

it.each(['[1] 123-45-6789', '[2, 123-45-6789]', '{} 123-45-6789 is hers'])('so is what is no number in %s', (text) => {
  expect(typesIn(text)).toEqual(['US_SSN']);
});
