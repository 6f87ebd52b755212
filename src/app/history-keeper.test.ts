// What a gateway remembers of calls is kept when it stops, also when it is being kept at that moment.
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
