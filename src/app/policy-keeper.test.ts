// However many ask for the problems of stored policies at once, the work is done once for those who wait.
import { expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import { silentLogger } from '../observe/log.ts';
import { PolicyKeeper } from './policy-keeper.ts';

it('shares a look among those who ask before it begins, and looks anew for those who ask after', async () => {
  let looks = 0;
  const keeper = new PolicyKeeper({
    controls: {
      all: () => [],
      current: () => {
        looks++;
        return undefined;
      },
    },
    clock: new ManualClock(0),
    logger: silentLogger,
    toolsOf: () => new Map(),
    definition: async () => undefined,
  });
  await Promise.all(Array.from({ length: 50 }, () => keeper.check('default')));
  expect(looks).toBe(1);
  await Promise.all([keeper.check('default'), keeper.check('other'), keeper.check('default')]);
  expect(looks).toBe(3);
});
