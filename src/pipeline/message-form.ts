// Forms that a server asks a person to fill in (elicitation): what they say is read, what they are filled with, and what can be chosen: a choice comes back as
// it is, and so does the name of a field, so nothing stands in for one.
import { FILLED, GIVEN, listOf, NUMBER, named, objectOf, type Place, type Reader, recordOf, TEXT, word } from './part-reader.ts';

const TYPE = listOf(word('object string number integer boolean array null'));
const choice: Place = new Map<string, Reader>([
  ['const', GIVEN],
  ['title', TEXT],
  ['description', TEXT],
]);
const field: Place = new Map<string, Reader>([
  ['type', TYPE],
  ['title', TEXT],
  ['description', TEXT],
  ['format', word('email uri date date-time')],
  ['default', FILLED],
  ['enum', listOf(GIVEN)],
  ['enumNames', listOf(TEXT)],
  ['const', GIVEN],
  ['oneOf', listOf(objectOf(() => choice))],
  ['anyOf', listOf(objectOf(() => choice))],
  ['items', objectOf(() => field)],
  ...named(NUMBER, 'minLength maxLength minimum maximum minItems maxItems'),
]);
export const form: Place = new Map<string, Reader>([
  ['type', TYPE],
  [
    'properties',
    recordOf(
      objectOf(() => field),
      'given',
    ),
  ],
  ['required', listOf(TEXT)],
  ['additionalProperties', NUMBER],
]);
