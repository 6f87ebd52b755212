// Freezes and the calls they end.
import { describe, expect, test } from 'vitest';
import { growthOf, NEAR_LINEAR } from '../../test/support/growth.ts';
import type { Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { FreezeSpec, StoredObject } from '../object/kinds.ts';
import { compileFreezes } from './freeze-index.ts';
import { InFlight } from './inflight.ts';
import type { Judge } from './stopper.ts';

const NOW = Date.UTC(2026, 5, 1);
const bot: Principal = {
  org: 'acme',
  agent: 'bot',
  agentClass: 'coder',
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: undefined,
  token: 't1',
  inScope: () => true,
};
const other: Principal = { ...bot, agent: 'other', agentClass: undefined, token: undefined };

describe('a freeze', () => {
  test.each([
    [{ everyone: true }, true, true],
    [{ agent: 'bot' }, true, false],
    [{ class: 'coder' }, true, false],
    [{ token: 't1' }, true, false],
    [{ server: 'fs' }, true, true],
    [{ server: 'db' }, false, false],
    [{ agent: 'coder' }, false, false],
    [{ agent: 'Bot' }, false, false],
  ] as [FreezeSpec['scope'], boolean, boolean][])('with scope %j', (scope, stopsBot, stopsOther) => {
    const index = compileFreezes([freeze('f', scope)], 3);
    expect(index.frozen(bot, 'fs', NOW)).toEqual(stopsBot ? { name: 'f', reason: 'incident' } : undefined);
    expect(index.frozen(other, 'fs', NOW)).toEqual(stopsOther ? { name: 'f', reason: 'incident' } : undefined);
    expect(index.revision).toBe(3);
    expect(index.isEmpty).toBe(false);
  });

  test('there is none to look for when all are drills', () => {
    expect(compileFreezes([], 1).isEmpty).toBe(true);
    const real = freeze('f', { everyone: true });
    expect(compileFreezes([{ ...real, spec: { ...real.spec, drill: true } }], 1).isEmpty).toBe(true);
  });

  test('of a server does not stop what goes to no server', () => {
    expect(compileFreezes([freeze('f', { server: 'fs' })], 1).frozen(bot, undefined, NOW)).toBeUndefined();
  });

  test('ends at its instant and not before; one that cannot be read never ends', () => {
    const until = new Date(NOW).toISOString();
    const index = compileFreezes([freeze('f', { agent: 'bot' }, until)], 1);
    expect(index.frozen(bot, 'fs', NOW - 1)?.name).toBe('f');
    expect(index.frozen(bot, 'fs', NOW)).toBeUndefined();
    expect(compileFreezes([freeze('f', { agent: 'bot' }, 'tomorrow')], 1).frozen(bot, 'fs', NOW + 1e12)?.name).toBe('f');
  });

  test('that lasts longest speaks for its scope', () => {
    const index = compileFreezes(
      [
        freeze('short', { agent: 'bot' }, new Date(NOW + 1).toISOString()),
        freeze('long', { agent: 'bot' }),
        freeze('a-long', { agent: 'bot' }),
      ],
      1,
    );
    expect(index.frozen(bot, 'fs', NOW)?.name).toBe('a-long');
    expect(index.frozen(bot, 'fs', NOW + 5)?.name).toBe('a-long');
    expect(index.active(NOW).map((one) => one.name)).toEqual(['a-long', 'long', 'short']);
    expect(index.active(NOW + 5).map((one) => one.name)).toEqual(['a-long', 'long']);
  });

  test('names like keys of objects freeze nobody else', () => {
    const index = compileFreezes([freeze('f', { agent: '__proto__' })], 1);
    expect(index.frozen(bot, 'constructor', NOW)).toBeUndefined();
  });
});

describe('a freeze of a tool', () => {
  const tool = (server: string, name: string) => compileFreezes([freeze('f', { tool: { server, name } })], 1);
  const stops = (index: ReturnType<typeof tool>, server: string | undefined, name: string | undefined) =>
    index.frozen(bot, server, NOW, name) !== undefined;

  test('stops this tool of this server and nothing else', () => {
    const index = tool('db', 'drop_table');
    expect(stops(index, 'db', 'drop_table')).toBe(true);
    expect([stops(index, 'db', 'drop_tables'), stops(index, 'fs', 'drop_table'), stops(index, 'db', undefined)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(stops(index, undefined, 'drop_table')).toBe(false);
  });

  test('takes globs for both', () => {
    expect(stops(tool('db*', 'drop_?able'), 'db-2', 'drop_table')).toBe(true);
    expect(stops(tool('*', 'drop_*'), 'fs', 'dropped')).toBe(false);
  });

  test.each([
    'Drop_Table',
    'DROP_TABLE',
    ' drop_table ',
    'drop\u200b_table',
    'ｄｒｏｐ_table',
    'drop_table\ufe0f',
    '\u2060drop_table\u0000',
  ])('stops it under the look-alike %j too', (name) => {
    expect(stops(tool('db', 'drop_table'), 'db', name)).toBe(true);
    expect(stops(tool('db', 'Drop_*'), 'db', name)).toBe(true);
  });

  test('of which there are thousands is found as fast as one', () => {
    const look = (count: number) => {
      const tools = Array.from({ length: count }, (_, i) => freeze(`f${i}`, { tool: { server: 'db', name: `tool_${i}` } }));
      const index = compileFreezes([...tools, ...Array.from({ length: count }, (_, i) => freeze(`a${i}`, { agent: `agent-${i}` }))], 1);
      expect(stops(index, 'db', `tool_${count}`)).toBe(false);
      return () => {
        for (let i = 0; i < count; i++) if (!stops(index, 'db', `tool_${i}`)) throw new Error(`tool_${i}`);
      };
    };
    // Each is looked for once. Where one is found among all the others one by one, it is 2.
    expect(growthOf(look, 1_000, 16_000)).toBeLessThan(NEAR_LINEAR);
  });
});

test('a freeze of a user stops whoever works for that user', () => {
  const index = compileFreezes([freeze('f', { user: 'ada' })], 1);
  expect(index.frozen({ ...bot, user: 'ada' }, 'fs', NOW)?.name).toBe('f');
  expect(index.frozen(bot, 'fs', NOW)).toBeUndefined();
});

test('a drill stops nothing', () => {
  const drill = freeze('d', { everyone: true });
  const index = compileFreezes([{ ...drill, spec: { ...drill.spec, drill: true } }], 1);
  expect(index.frozen(bot, 'fs', NOW)).toBeUndefined();
  expect(index.active(NOW)).toEqual([]);
  expect(index.drills(NOW).map(({ metadata }) => metadata.name)).toEqual(['d']);
});

describe('calls in flight', () => {
  const judgeBot: Judge = ({ principal }) => (principal.agent === 'bot' ? new Error('incident') : undefined);
  const end = (calls: InFlight, judge: Judge): number => {
    const ends = calls.doomed('acme', judge);
    for (const one of ends) one();
    return ends.length;
  };

  test('that are forbidden are ended, once, with the reason; the others run on', () => {
    const calls = new InFlight();
    const ended: string[] = [];
    const register = (id: string, principal: Principal, server: string) =>
      calls.register({ principal, server, abort: (reason) => ended.push(`${id}: ${reason.message}`) });
    register('a', bot, 'fs');
    register('b', other, 'fs');
    register('c', { ...bot, org: 'elsewhere' }, 'fs');
    const release = register('d', bot, 'db');
    release();
    release();
    const ends = calls.doomed('acme', judgeBot);
    for (const one of [...ends, ...ends]) one();
    expect(end(calls, judgeBot)).toBe(0);
    expect(ended).toEqual(['a: incident']);
    expect(calls.size).toBe(2);
  });

  test('that end by themselves in between are not aborted', () => {
    const calls = new InFlight();
    let ended = 0;
    const release = calls.register({ principal: bot, server: 'fs', abort: () => void ended++ });
    const ends = calls.doomed('acme', judgeBot);
    release();
    for (const one of ends) one();
    expect(ended).toBe(0);
  });

  test('that go to several servers lose the part at the server that is forbidden', () => {
    const calls = new InFlight();
    const ended: string[] = [];
    const parts = new Map([...'ab'].map((server) => [server, () => void ended.push(server)]));
    calls.register({ principal: bot, server: undefined, parts, abort: () => ended.push('all') });
    expect(end(calls, ({ server }) => (server === 'a' ? new Error('frozen') : undefined))).toBe(1);
    expect([ended, [...parts.keys()], calls.size]).toEqual([['a'], ['b'], 1]);
  });

  test('that register others while they end do not loop', () => {
    const calls = new InFlight();
    const again = (): void => void calls.register({ principal: bot, server: 'fs', abort: again });
    again();
    expect(end(calls, judgeBot)).toBe(1);
    expect(calls.size).toBe(1);
  });

  test('are refused at the limit', () => {
    const calls = new InFlight(2);
    const one = { principal: bot, server: 'fs', abort: () => {} };
    const other = { ...one, principal: { ...bot, agent: 'other' } };
    const third = { ...one, principal: { ...bot, agent: 'third' } };
    const release = calls.register(one);
    expect(() => calls.register(one)).toThrow(GatewayError); // its share
    calls.register(other);
    expect(() => calls.register(third)).toThrow(GatewayError);
    release();
    expect(() => calls.register(third)).not.toThrow();
  });
});

function freeze(name: string, scope: FreezeSpec['scope'], until?: string): StoredObject<'freeze'> {
  return { kind: 'freeze', metadata: { name }, spec: { scope, reason: 'incident', ...(until === undefined ? {} : { until }) } };
}
