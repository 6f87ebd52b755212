// What a template of URIs becomes with some of its values: as RFC 6570 says, and readable where a value is not known.
import { expect, it } from 'vitest';
import { expandedTemplate, MAX_TEMPLATE_CHARS, MAX_URI_CHARS } from './uri-expansion.ts';

it.each([
  ['note://{scope}/{id}', { scope: 'a' }, 'note://a/{id}'],
  ['note://{scope}/{id}', { scope: 'a', id: 'b c/d' }, 'note://a/b%20c%2Fd'],
  ['note://{+scope}/{id}', { scope: 'a/b' }, 'note://a/b/{id}'],
  ['note://{scope}{/id,part}', { scope: 'a', part: '1' }, 'note://a/{id}/1'],
  ['note://{scope}{?id,q}{&more}', { scope: 'a', id: '1' }, 'note://a?id=1&q={q}&more={more}'],
  ['note://x{;id}{.type}{#part}', { id: '1', type: 'md', part: 'a/b' }, 'note://x;id=1.md#a/b'],
  ['note://{scope*}/{id:3}', { scope: 'a', id: '1' }, 'note://a/1'],
  ['note://{a,b}', { a: '1', b: '2' }, 'note://1,2'],
  // Nothing of it is known: it stands as it is written.
  ['note://x{/id}', {}, 'note://x{/id}'],
  ['note://x{/id}', { id: 7 }, 'note://x{/id}'],
  ['note://x/{constructor}', {}, 'note://x/{constructor}'],
  ['note://{id}', { id: '\ud800' }, 'note://%EF%BF%BD'],
])('%s with %j is %s', (template, values, expected) => {
  expect(expandedTemplate(template, values)).toBe(expected);
});

it('nothing is made that is longer than what is looked at, however often a value stands in it', () => {
  expect(expandedTemplate(`${'a'.repeat(MAX_TEMPLATE_CHARS)}{id}`, { id: '1' })).toBeUndefined();
  const often = `note://${'{+x}'.repeat(500)}`;
  expect(expandedTemplate(often, { x: 'ab' })).toHaveLength('note://'.length + 1_000);
  // Gigabytes, if it were put in.
  expect(expandedTemplate(often, { x: 'a'.repeat(8_000_000) })).toBeUndefined();
  expect(expandedTemplate('note://{x}', { x: '\u4e00'.repeat(MAX_URI_CHARS / 9) })).toBeUndefined();
});
