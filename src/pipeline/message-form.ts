// Forms that a server asks a person to fill in (elicitation): what they say is read, what they are filled with, and what can be chosen: a choice comes back as
// it is, so nothing stands in for one.
import type { Json } from '../lib/json.ts';
import { GIVEN, listOf, NUMBER, named, objectOf, type Place, pointerOf, type Reader, recordOf, TEXT, word } from './part-reader.ts';

const TYPE = listOf(word('object string number integer boolean array null'));
const choice: Place = new Map<string, Reader>([
  ['const', GIVEN],
  ['title', TEXT],
  ['description', TEXT],
]);
/** Read under the name of its field: `pin` says what 4711 is. Where a form takes not every text, what may not stay is left out. */
const FILLED: Reader = {
  read: (value, path, parts, parent) => {
    const isFree = typeof value === 'string' && !BOUNDS.some((name) => Object.hasOwn(parent, name));
    const under: Json = { [String(path.at(-2))]: value };
    parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value: under, as: isFree ? 'value' : 'left-out' });
  },
};
const BOUNDS = ['format', 'enum', 'oneOf', 'anyOf', 'const', 'pattern', 'minLength', 'maxLength'];
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
      false,
    ),
  ],
  ['required', listOf(TEXT)],
  ['additionalProperties', NUMBER],
]);
