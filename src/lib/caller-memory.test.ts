// What is remembered for one caller, server and tool is said of no other, and there is never more of it than the bound.
import { describe, expect, it } from 'vitest';
import { CallerMemory, MAX_REMEMBERED_NAMES } from './caller-memory.ts';

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

  it('keeps no more than MAX_REMEMBERED_NAMES of a server', () => {
    const shown = new CallerMemory<boolean>();
    const bot = who('bot');
    for (let i = 0; i < MAX_REMEMBERED_NAMES; i++) shown.keep(bot, 'a', `t${i}`, true);
    expect(shown.find(bot, 'a', 't0')).toBe(true);
    shown.keep(bot, 'a', 'one more', true);
    expect([shown.find(bot, 'a', 't0'), shown.find(bot, 'a', 'one more')]).toEqual([undefined, true]);
  });

  it('keeps no more than MAX_REMEMBERED_NAMES servers', () => {
    const shown = new CallerMemory<boolean>();
    const bot = who('bot');
    for (let i = 0; i < MAX_REMEMBERED_NAMES; i++) shown.keep(bot, `s${i}`, 't', true);
    expect(shown.find(bot, 's0', 't')).toBe(true);
    shown.keep(bot, 'one more', 't', true);
    expect([shown.find(bot, 's0', 't'), shown.find(bot, 'one more', 't')]).toEqual([undefined, true]);
  });
});
