// Names of members that lose what they hold: no member is lost or takes another's place, and many cost no more than one each.
import { expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { atOnce } from '../lib/turn.ts';
import { withPartInSteps } from './part-writer.ts';

function renameAll(count: number): { message: JsonObject; copies: number } {
  const given: JsonObject = { kept: 'as it was' };
  for (let n = 0; n < count; n++) given[`u${n}@ex.org`] = n;
  const before = structuredClone(given);
  const fresh = new WeakSet<object>();
  const seen = new Set<JsonObject>();
  let message = given;
  for (let n = 0; n < count; n++) {
    const name = `u${n}@ex.org`;
    const part = { pointer: `/${name}`, kind: 'text', text: name, path: [name], as: 'name' } as const;
    message = atOnce(withPartInSteps(message, part, '[redacted]', fresh));
    seen.add(message);
  }
  expect(given).toEqual(before);
  return { message, copies: seen.size };
}

it('members whose names become the same keep their values, each under a name of its own', () => {
  const { message } = renameAll(3);
  expect(message).toEqual({ kept: 'as it was', '[redacted]': 0, '[redacted]#2': 1, '[redacted]#3': 2 });
});

it('however many there are, the message is copied once', () => {
  const { message, copies } = renameAll(20_000);
  expect(copies).toBe(1);
  expect(Object.keys(message)).toHaveLength(20_001);
  expect(JSON.stringify(message)).not.toContain('@ex.org');
});
