// Canaries are found in any encoding and layout, by name, and short values are no canaries.
import { expect, it } from 'vitest';
import { canaryTest, MIN_CANARY_CHARS } from './canary.ts';

const VALUE = 'plum-4821-anchor-7730';
const test = canaryTest([{ name: 'billing', value: VALUE }]);

function look(...texts: string[]): string | undefined {
  const work = test?.(texts);
  for (let step = work?.next(); step; step = work?.next()) if (step.done) return step.value;
  return undefined;
}

it.each([
  ['as it is', VALUE],
  ['inside', `see x${VALUE}y`],
  ['without its marks', 'PLUM4821anchor7730'],
  ['spaced', [...VALUE].join(' ')],
  ['base64', Buffer.from(`key ${VALUE}`).toString('base64')],
  ['hex', Buffer.from(VALUE).toString('hex')],
  ['backwards', [...VALUE].reverse().join('')],
  ['rot13', VALUE.replace(/[a-z]/g, (c) => String.fromCharCode(((c.charCodeAt(0) - 84) % 26) + 97))],
  ['URL', encodeURIComponent(encodeURIComponent(VALUE))],
  ['far behind', `${'word '.repeat(60_000)}${VALUE}`],
])('%s', (_name, text) => {
  expect(look('nothing here', text)).toBe('billing');
});

it('is found wherever a cut falls, and a long text is looked at in many steps', () => {
  for (let at = 32_700; at < 32_790; at += 24)
    expect(look(`${'x y '.repeat(at / 4)}${Buffer.from(VALUE).toString('base64')} z`)).toBe('billing');
  let steps = 0;
  for (const _step of test?.(['word '.repeat(80_000)]) ?? []) steps++;
  expect(steps).toBeGreaterThan(10);
});

it('is not found in what is something else, and a short value is none', () => {
  expect(look('plum 4821 anchors', 'plum-4821-anchor-773')).toBeUndefined();
  expect(canaryTest([{ name: 'short', value: 'a'.repeat(MIN_CANARY_CHARS - 1) }])).toBeUndefined();
  expect(canaryTest([{ name: 'enough', value: 'abcdefghij'.slice(0, MIN_CANARY_CHARS) }])).toBeDefined();
});
