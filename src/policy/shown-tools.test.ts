// What is remembered for one caller, server and tool is said of no other, and there is never more of it than the bound.
import { describe, expect, it } from 'vitest';
import type { Who } from './decide-input.ts';
import { MAX_SHOWN_TOOLS, ShownTools } from './shown-tools.ts';

const who = (agent: string): Who => ({
  ...{ org: 'home', agent, agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
  ...{ user: undefined, token: undefined },
});

describe('ShownTools', () => {
  it('answers for the caller, server and tool it was told about', () => {
    const shown = new ShownTools();
    const bot = who('bot');
    shown.keep(bot, 'a', 't', true);
    shown.keep(bot, 'b', 't', false);
    expect([shown.find(bot, 'a', 't'), shown.find(bot, 'b', 't')]).toEqual([true, false]);
    expect([shown.find(bot, 'a', 'u'), shown.find(bot, 'c', 't'), shown.find(who('bot'), 'a', 't')]).toEqual(Array(3).fill(undefined));
  });

  it('keeps no more than MAX_SHOWN_TOOLS of a server', () => {
    const shown = new ShownTools();
    const bot = who('bot');
    for (let i = 0; i < MAX_SHOWN_TOOLS; i++) shown.keep(bot, 'a', `t${i}`, true);
    expect(shown.find(bot, 'a', 't0')).toBe(true);
    shown.keep(bot, 'a', 'one more', true);
    expect([shown.find(bot, 'a', 't0'), shown.find(bot, 'a', 'one more')]).toEqual([undefined, true]);
  });

  it('keeps no more than MAX_SHOWN_TOOLS servers', () => {
    const shown = new ShownTools();
    const bot = who('bot');
    for (let i = 0; i < MAX_SHOWN_TOOLS; i++) shown.keep(bot, `s${i}`, 't', true);
    expect(shown.find(bot, 's0', 't')).toBe(true);
    shown.keep(bot, 'one more', 't', true);
    expect([shown.find(bot, 's0', 't'), shown.find(bot, 'one more', 't')]).toEqual([undefined, true]);
  });
});
