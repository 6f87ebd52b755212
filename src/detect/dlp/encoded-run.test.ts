// What stands between encoded runs is looked at, whatever the others are.
import { expect, test } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const typesOf = (text: string): string[] => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type }) => type);
const hidden = Buffer.from('mail ann.lee@acme.co please').toString('base64');
const spelled = [...'AKIAQ4XZ7LMN2PRS8TUV'].join(' ');

test('a word that begins as one spelled out hides nothing that comes before the next one', () => {
  expect(typesOf(hidden)).toEqual(['EMAIL']);
  expect(typesOf(`${hidden} and ${spelled}`)).toEqual(['EMAIL', 'API_KEY']);
  expect(typesOf(`a_b_c_d_efghijk ${hidden} and ${spelled}`)).toEqual(['EMAIL', 'API_KEY']);
});

test.each(['_', '-', '/'])('a word with %s between its characters is what it spells', (sign) => {
  expect(typesOf(`it is ${[...'AKIAQ4XZ7LMN2PRS8TUV'].join(sign)}, keep it`)).toEqual(['API_KEY']);
  expect(typesOf(`it is ${[...'AKIAQ4XZ7LMN2PRS8TUV'].join(sign)}`)).toEqual(['API_KEY']);
});
