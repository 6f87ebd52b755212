// The edges of freezes and of stopping: instants, names that say "undefined", patterns beside exact names, orders, turns.
import { describe, expect, test } from 'vitest';
import type { Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { FreezeSpec, StoredObject } from '../object/kinds.ts';
import { compileFreezes } from './freeze-index.ts';
import { InFlight } from './inflight.ts';
import { SLICE_ENDS, SLICE_MS, Stopper } from './stopper.ts';

const NOW = Date.UTC(2026, 5, 1);
const SOON = new Date(NOW + 1_000).toISOString();
const nobody = { org: 'acme', agent: 'bot', agentClass: undefined, user: undefined, token: undefined } as Principal;

function freeze(name: string, scope: FreezeSpec['scope'], more: Partial<FreezeSpec> = {}): StoredObject<'freeze'> {
  return { kind: 'freeze', metadata: { name }, spec: { scope, reason: 'incident', ...more } };
}

describe('a freeze', () => {
  test('of what is called undefined stops nobody who has no class, user or token, and nothing that goes to no server', () => {
    const scopes = [{ class: 'undefined' }, { user: 'undefined' }, { token: 'undefined' }, { server: 'undefined' }];
    const index = compileFreezes(
      scopes.map((scope, at) => freeze(`f${at}`, scope as FreezeSpec['scope'])),
      1,
    );
    expect(index.frozen(nobody, undefined, NOW)).toBeUndefined();
    expect(index.frozen({ ...nobody, agentClass: 'undefined' }, undefined, NOW)?.name).toBe('f0');
  });

  test('of tools ends at its instant, by name and by pattern, and is not the end of another one', () => {
    const exact = compileFreezes([freeze('f', { tool: { server: 'fs', name: 'write' } }, { until: SOON })], 1);
    const pattern = compileFreezes([freeze('f', { tool: { server: 'fs', name: 'w*' } }, { until: SOON })], 1);
    for (const index of [exact, pattern]) {
      expect(index.frozen(nobody, 'fs', NOW + 999, 'write')?.name).toBe('f');
      expect(index.frozen(nobody, 'fs', NOW + 1_000, 'write')).toBeUndefined();
      expect(index.frozen(nobody, 'db', NOW, 'write')).toBeUndefined();
      expect(index.frozen(nobody, 'fs', NOW, 'read')).toBeUndefined();
    }
    const both = compileFreezes(
      [freeze('over', { tool: { server: 'fs', name: 'w*' } }, { until: SOON }), freeze('on', { tool: { server: '*', name: 'wr*' } })],
      1,
    );
    expect(both.frozen(nobody, 'fs', NOW + 1_000, 'write')?.name).toBe('on');
  });

  test('of a tool says nothing of calls without a tool, and the other way round', () => {
    const index = compileFreezes([freeze('f', { tool: { server: 'fs', name: '*' } })], 1);
    expect(index.frozen(nobody, 'fs', NOW)).toBeUndefined();
    expect(index.frozen(nobody, undefined, NOW, 'write')).toBeUndefined();
    expect(index.frozen(nobody, 'fs', NOW, 'write')?.name).toBe('f');
    const anywhere = compileFreezes([freeze('f', { tool: { server: '*', name: 'write' } })], 1);
    expect(anywhere.frozen(nobody, undefined, NOW, 'write')).toBeUndefined();
    expect(anywhere.frozen(nobody, 'fs', NOW, 'write')?.name).toBe('f');
  });

  test('is found among objects of every kind, which freeze nobody', () => {
    const agent: StoredObject<'agent'> = { kind: 'agent', metadata: { name: 'bot' }, spec: {} as StoredObject<'agent'>['spec'] };
    expect(compileFreezes([agent], 1)).toMatchObject({ isEmpty: true });
    const index = compileFreezes([agent, freeze('f', { agent: 'bot' }), agent], 1);
    expect(index.active(NOW).map(({ name }) => name)).toEqual(['f']);
    expect(index.frozen(nobody, 'fs', NOW)?.name).toBe('f');
  });

  test('is listed by name while it is in force; a drill until it ends', () => {
    const index = compileFreezes(
      [
        freeze('c', { server: 'fs' }, { until: SOON }),
        freeze('a', { agent: 'bot' }),
        freeze('b', { agent: 'bot' }),
        freeze('d', { agent: 'bot' }, { drill: true, until: SOON }),
      ],
      1,
    );
    expect(index.active(NOW).map(({ name, untilMs }) => [name, untilMs])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', NOW + 1_000],
    ]);
    expect(index.active(NOW + 1_000).map(({ name }) => name)).toEqual(['a', 'b']);
    expect(index.drills(NOW + 999).map(({ metadata }) => metadata.name)).toEqual(['d']);
    expect(index.drills(NOW + 1_000)).toEqual([]);
    expect(compileFreezes([], 1).active(NOW)).toEqual([]);
    expect(compileFreezes([], 1).drills(NOW)).toEqual([]);
  });

  test.each([
    [['long', 'short'], 'long'],
    [['short', 'long'], 'long'],
    [['long', 'brief'], 'long'],
    [['brief', 'long'], 'long'],
    [['b', 'a'], 'a'],
    [['a', 'b'], 'a'],
  ])('of those with one scope the one that lasts longest is named, and of equals the first by name: %j', (names, expected) => {
    const until = { long: new Date(NOW + 2_000).toISOString(), short: SOON, brief: SOON } as Record<string, string>;
    const freezes = names.map((name) => freeze(name, { agent: 'bot' }, until[name] === undefined ? {} : { until: until[name] }));
    expect(compileFreezes(freezes, 1).frozen(nobody, 'fs', NOW)?.name).toBe(expected);
  });
});

describe('a place among the calls under way', () => {
  const call = (agent: string, org = 'acme') => ({ principal: { ...nobody, org, agent }, server: undefined, abort: () => {} });

  test('is refused with the code and the number that an agent is told', () => {
    const inFlight = new InFlight(2);
    inFlight.register(call('a'));
    const refusal = (work: () => unknown): GatewayError => {
      try {
        work();
      } catch (error) {
        if (error instanceof GatewayError) return error;
      }
      throw new Error('it was not refused');
    };
    expect(refusal(() => inFlight.register(call('a')))).toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('already runs 1 calls'),
    });
    inFlight.register(call('b'));
    expect(refusal(() => inFlight.register(call('c')))).toMatchObject({
      code: 'limit_exceeded',
      message: expect.stringContaining('already runs 2 calls'),
    });
  });

  test('of one organization is none of another when all of it is ended', () => {
    const inFlight = new InFlight(8);
    inFlight.register(call('a'));
    inFlight.register(call('a', 'other'));
    expect(inFlight.doomed('acme', () => new Error('frozen'))).toHaveLength(1);
  });
});

describe('many ends', () => {
  /** Every look at the clock takes this long; it has run for a while. */
  const slow = (stepMs: number) => {
    let nowMs = 1_000_000;
    return { nowMs: () => nowMs, monotonicMs: () => (nowMs += stepMs) };
  };

  async function turnsOf(ends: number, stepMs: number): Promise<{ turns: number; done: number }> {
    const stopper = new Stopper({ clock: slow(stepMs), report: () => {} });
    let [turns, done, running] = [0, 0, true];
    stopper.add({ what: 'things', doomed: () => Array.from({ length: ends }, () => () => void done++) });
    const count = (): void => {
      turns++;
      if (running) setImmediate(count);
    };
    setImmediate(count);
    await stopper.stop('acme', () => new Error('frozen'));
    running = false;
    return { turns, done };
  }

  test('give others a turn after each one where each one takes long, and none where all fit into one slice', async () => {
    expect(await turnsOf(10, 100)).toMatchObject({ done: 10 });
    expect((await turnsOf(10, 100)).turns).toBeGreaterThanOrEqual(8);
    expect((await turnsOf(10, SLICE_MS)).turns).toBeGreaterThanOrEqual(8);
    expect(await turnsOf(SLICE_ENDS, 0)).toEqual({ turns: 0, done: SLICE_ENDS });
    expect((await turnsOf(SLICE_ENDS * 3, 0)).turns).toBeGreaterThanOrEqual(1);
  });
});
