// Freezes and the calls they end.
import { describe, expect, test } from 'vitest';
import type { Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import type { FreezeSpec, StoredObject } from '../object/kinds.ts';
import { compileFreezes } from './freeze-index.ts';
import { InFlight } from './inflight.ts';

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

describe('calls in flight', () => {
  test('that a scope covers are ended, once, with a reason; the others run on', () => {
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
    expect(calls.cancelMatching('acme', { agent: 'bot' }, 'incident')).toBe(1);
    expect(calls.cancelMatching('acme', { agent: 'bot' }, 'incident')).toBe(0);
    expect(ended).toEqual(['a: Stopped by a freeze: incident']);
    expect(calls.size).toBe(2);
  });

  test('are ended by an index that came from elsewhere, even when one abort throws', () => {
    const calls = new InFlight();
    let ended = 0;
    calls.register({
      principal: bot,
      server: 'fs',
      abort: () => {
        throw new Error('broken');
      },
    });
    calls.register({ principal: bot, server: 'fs', abort: () => void ended++ });
    expect(calls.cancelFrozen('acme', compileFreezes([freeze('f', { server: 'fs' })], 1), NOW)).toBe(2);
    expect(ended).toBe(1);
    expect(calls.size).toBe(0);
  });

  test('that register others while they end do not loop', () => {
    const calls = new InFlight();
    const again = (): void => void calls.register({ principal: bot, server: 'fs', abort: again });
    again();
    expect(calls.cancelWhere(() => true, new Error('stop'))).toBe(1);
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
