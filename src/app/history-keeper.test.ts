// What a gateway remembers of calls is kept when it stops, also when it is being kept at that moment.
import { gunzipSync } from 'node:zlib';
import pino from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshPlace, type Place } from '../../test/support/store-kind.ts';
import type { Core } from './core.ts';
import { HistoryKeeper } from './history-keeper.ts';

let place: Place;
let core: Core;

beforeEach(async () => {
  place = await freshPlace('sqlite');
  await place.seed();
  core = await place.open();
});
afterEach(async () => {
  await core.store.lifecycle.close();
  await place.remove();
});

it('closing waits for what is being kept, and then nothing is under way any more', async () => {
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const org = place.config.organization;
  const kept: number[] = [];
  const store = {
    loadHistory: (name: string) => core.store.histories.loadHistory(name),
    saveHistory: async (...args: Parameters<typeof core.store.histories.saveHistory>) => {
      await core.store.histories.saveHistory(...args);
      kept.push(args[1].beyond.length);
    },
  };
  const keeper = new HistoryKeeper({ log: core.store.log, audit: core.log, store, logger });
  keeper.want(org, true);
  await keeper.settled();
  const call = { timeMs: 1_000, agent: 'a', server: 's', tool: 't', effect: 'allow' as const, amounts: new Map<string, number>() };
  keeper.observe(org, 1_000_001, call);
  const keeping = keeper.keep();
  await keeper.close();
  expect(kept).toEqual([1]);
  expect((await core.store.histories.loadHistory(org))?.beyond).toEqual([1_000_001]);
  await keeping;
  expect(warnings).toEqual([]);
});

it('what is decided while it is being kept is in what is kept or read again after a restart, never both', async () => {
  const org = place.config.organization;
  const keeper = new HistoryKeeper({
    log: core.store.log,
    audit: core.log,
    store: core.store.histories,
    logger: pino({ level: 'silent' }),
  });
  keeper.want(org, true);
  await keeper.settled();
  const call = { timeMs: 1_000, server: 's', tool: 't', effect: 'allow' as const, amounts: new Map<string, number>() };
  for (let at = 0; at < 1_000; at++) keeper.observe(org, 1_000_000 + at, { ...call, agent: `agent-${at}` });
  const keeping = keeper.keep();
  // It has begun, and not ended: it takes breath as others do, which no microtask waits for.
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  keeper.observe(org, 2_000_000, { ...call, agent: 'late', tool: 'late' });
  await keeping;
  const kept = await core.store.histories.loadHistory(org);
  expect(kept?.beyond).not.toContain(2_000_000);
  expect(linesOf(kept)).not.toContain('late');
  await keeper.close();
  const later = await core.store.histories.loadHistory(org);
  expect(later?.beyond).toContain(2_000_000);
  expect(linesOf(later)).toContain('late');
});

function linesOf(kept: { data: Uint8Array } | undefined): string {
  return gunzipSync(kept?.data ?? new Uint8Array()).toString('utf8');
}
