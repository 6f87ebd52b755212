// What is remembered for one caller, server and tool is said of no other, and there is never more of it than the bound.
import { describe, expect, it } from 'vitest';
import { CallerMemory, MAX_REMEMBERED_CHARS, MAX_REMEMBERED_NAMES } from './caller-memory.ts';

const who = (agent: string): object => ({ agent });

describe('CallerMemory', () => {
  it('answers for the caller, server and tool it was told about', () => {
    const shown = new CallerMemory<boolean>();
    const bot = who('bot');
    shown.keep(bot, 'a', 't', true);
    shown.keep(bot, 'b', 't', false);
    expect([shown.find(bot, 'a', 't'), shown.find(bot, 'b', 't')]).toEqual([true, false]);
    shown.keep(bot, undefined, undefined, true);
    expect([shown.find(bot, undefined, undefined), shown.find(bot, 'a', undefined)]).toEqual([true, undefined]);
    expect([shown.find(bot, 'a', 'u'), shown.find(bot, 'c', 't'), shown.find(who('bot'), 'a', 't')]).toEqual(Array(3).fill(undefined));
  });

  it('forgets all of a caller beyond MAX_REMEMBERED_NAMES, of one server or of many, and nothing of others', () => {
    for (const serverOf of [() => 'a', (i: number) => `s${i}`, (i: number) => `s${i % 7}`]) {
      const shown = new CallerMemory<boolean>();
      const [bot, other] = [who('bot'), who('other')];
      shown.keep(other, 'a', 't', false);
      for (let i = 0; i < MAX_REMEMBERED_NAMES; i++) shown.keep(bot, serverOf(i), `t${i}`, true);
      // What is known already takes no more room.
      for (let i = 0; i < 10; i++) shown.keep(bot, serverOf(0), 't0', true);
      expect(shown.find(bot, serverOf(0), 't0')).toBe(true);
      shown.keep(bot, 'one more', 't', true);
      expect([shown.find(bot, serverOf(0), 't0'), shown.find(bot, 'one more', 't')]).toEqual([undefined, true]);
      expect(shown.find(other, 'a', 't')).toBe(false);
    }
  });

  it('does not remember long names, and says what it was given all the same', () => {
    const shown = new CallerMemory<string>();
    const bot = who('bot');
    const long = 'n'.repeat(MAX_REMEMBERED_CHARS);
    for (const [server, name] of [
      [undefined, `${long}n`],
      [`${long}n`, undefined],
      ['s', long],
    ] as const) {
      expect(shown.keep(bot, server, name, 'value')).toBe('value');
      expect(shown.find(bot, server, name)).toBeUndefined();
    }
    shown.keep(bot, undefined, long, 'kept');
    expect(shown.find(bot, undefined, long)).toBe('kept');
  });

  it('takes names for nothing but names', () => {
    const shown = new CallerMemory<string>();
    const bot = who('bot');
    for (const name of ['__proto__', 'constructor', 'toString', 'undefined', '']) expect(shown.find(bot, name, name)).toBeUndefined();
    shown.keep(bot, undefined, undefined, 'none');
    shown.keep(bot, '__proto__', '__proto__', 'proto');
    for (const name of ['constructor', 'toString', 'undefined', '']) expect(shown.find(bot, name, name)).toBeUndefined();
    expect([shown.find(bot, undefined, undefined), shown.find(bot, '__proto__', '__proto__')]).toEqual(['none', 'proto']);
  });
});
