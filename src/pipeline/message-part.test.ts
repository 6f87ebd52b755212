// Texts of a message put back in their places: the message that came stays as it was, and many places cost no copy of the whole each.
import { expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { atOnce } from '../lib/turn.ts';
import { partsOf, toolAnswer } from './message-part.ts';
import { withPartInSteps } from './part-writer.ts';

function blocksOf(count: number): JsonObject {
  return { content: Array.from({ length: count }, (_, n) => ({ type: 'text', text: `text ${n}` })), isError: false };
}

function upperCased(message: JsonObject, see: (next: JsonObject) => void = () => undefined): JsonObject {
  const fresh = new WeakSet<object>();
  let next = message;
  for (const part of partsOf(message, toolAnswer)) {
    next = atOnce(withPartInSteps(next, part, part.text.toUpperCase(), fresh));
    see(next);
  }
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

it('many texts cost one copy of the list that holds them, not one each', () => {
  const message = blocksOf(8_000);
  const copies = new Set<unknown>();
  upperCased(message, (next) => copies.add(next).add(next.content));
  expect(copies.size).toBe(2);
  expect(copies.has(message.content)).toBe(false);
});
