// Texts of a message put back in their places: the message that came stays as it was, and many places cost no copy of the whole each.
import { expect, it } from 'vitest';
import { cpuMsOf } from '../../test/support/cpu-time.ts';
import type { JsonObject } from '../lib/json.ts';
import { atOnce } from '../lib/turn.ts';
import { partsOf, toolAnswer } from './message-part.ts';
import { withPartInSteps } from './part-writer.ts';

function blocksOf(count: number): JsonObject {
  return { content: Array.from({ length: count }, (_, n) => ({ type: 'text', text: `text ${n}` })), isError: false };
}

function upperCased(message: JsonObject): JsonObject {
  const fresh = new WeakSet<object>();
  let next = message;
  for (const part of partsOf(message, toolAnswer)) next = atOnce(withPartInSteps(next, part, part.text.toUpperCase(), fresh));
  return next;
}

it('every text is replaced, nothing else is, and what came is not changed', () => {
  const message = { ...blocksOf(50), _meta: {} };
  const before = structuredClone(message);
  const after = upperCased(message);
  expect(message).toEqual(before);
  expect(after.content).toEqual(Array.from({ length: 50 }, (_, n) => ({ type: 'text', text: `TEXT ${n}` })));
  expect(after.isError).toBe(false);
  expect(after._meta).toBe(message._meta);
});

it('a member named __proto__ is a member like any other', () => {
  const message = JSON.parse('{"content":[{"type":"resource","resource":{"uri":"x:y","text":"one"},"__proto__":{"a":1}}]}') as JsonObject;
  const after = upperCased(message);
  expect(JSON.stringify(after)).toBe('{"content":[{"type":"resource","resource":{"uri":"x:y","text":"ONE"},"__PROTO__":{"A":1}}]}');
  expect(({} as JsonObject).A).toBeUndefined();
});

it('eight times the texts cost no sixty-four times the work', { timeout: 120_000 }, () => {
  const [few, many] = [blocksOf(8_000), blocksOf(64_000)];
  upperCased(few);
  const least = (message: JsonObject): number => Math.min(...[1, 2, 3, 4, 5].map(() => cpuMsOf(() => upperCased(message))));
  expect(least(many)).toBeLessThan(40 * Math.max(least(few), 1));
});
