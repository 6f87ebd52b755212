// Shapes that are near to what is left out, and are found.
import { expect, it } from 'vitest';
import { EVERYTHING, scanText } from './scan.ts';

const findsIn = (text: string) =>
  scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);

it.each([
  ['a box, however it is shortened', 'Send it to PO. Box 123, Springfield, IL 62701', ['ADDRESS PO. Box 123, Springfield, IL 62701']],
  ['the number of a person in capitals', 'Employee SMITH 123-45-6789 starts today', ['US_SSN 123-45-6789']],
  ['the same behind a colon', 'on file for JOHN: 123-45-6789', ['US_SSN 123-45-6789']],
  ['the number of a part', 'Bearing (SKF 100-20-3000)', []],
  ['the id of an appointment', 'BEGIN:VEVENT\nUID:e-17@calendar.example.org\n', []],
  [
    'an address that only says it were one',
    `BEGIN:VEVENT\n${'.\n'.repeat(4_000)}UID:ann.lee@calendar.example.org\n`,
    ['EMAIL ann.lee@calendar.example.org'],
  ],
  ['a person who is a reference', '{"references": "ann.lee@corp.example.org"}', ['EMAIL ann.lee@corp.example.org']],
  ['the ids of a message', 'Message-ID: <c4f7a1@mail.example.org>\nReferences: 8812.77@mail.example.org\n', []],
])('%s', (_what, text, finds) => {
  expect(findsIn(text)).toEqual(finds);
});
