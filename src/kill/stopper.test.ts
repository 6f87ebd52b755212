// Ending many things at once without holding the loop, and in spite of those that cannot be ended.
import { expect, test } from 'vitest';
import { countPerTurn } from '../../test/support/turn-count.ts';
import type { Principal } from '../call.ts';
import { systemClock } from '../lib/clock.ts';
import { InFlight } from './inflight.ts';
import { SLICE_ENDS, Stopper, type StopTarget } from './stopper.ts';

const bot = { org: 'acme', agent: 'bot', token: 't1' } as Principal;
const all = () => new Error('frozen');

function stopper(...targets: StopTarget[]): { stopper: Stopper; reported: unknown[] } {
  const reported: unknown[] = [];
  const made = new Stopper({ clock: systemClock, report: (error) => reported.push(error) });
  for (const target of targets) made.add(target);
  return { stopper: made, reported };
}

test('5,000 calls under way are ended a few in a turn, others have theirs between', async () => {
  const calls = new InFlight(20_000);
  let ended = 0;
  const register = (): void => {
    const controller = new AbortController();
    // What a call does when it ends: a few listeners, a promise that rejects, and what waits for it.
    const gone = new Promise<never>((_, reject) => controller.signal.addEventListener('abort', () => reject(controller.signal.reason)));
    gone
      .catch(() => JSON.stringify({ filler: 'x'.repeat(200) }))
      .then(() => {
        ended++;
      });
    calls.register({ principal: bot, server: 'fs', abort: (reason) => controller.abort(reason) });
  };
  for (let i = 0; i < 5_000; i++) register();
  const most = countPerTurn(() => ended);
  const { stopper: one, reported } = stopper(calls);
  expect(await one.stop('acme', all)).toEqual({ calls: 5_000 });
  await new Promise((resolve) => setImmediate(resolve));
  expect([ended, calls.size, reported]).toEqual([5_000, 0, []]);
  // What follows from an end counts, too: it runs before the next turn.
  expect(most()).toBeLessThanOrEqual(SLICE_ENDS);
});

test('a slice has at most so many ends, then others get a turn', async () => {
  let done = 0;
  const target = { what: 'things', doomed: () => Array.from({ length: SLICE_ENDS * 2 + 1 }, () => () => void done++) };
  const running = stopper(target).stopper.stop('acme', all);
  expect(done).toBeLessThanOrEqual(SLICE_ENDS);
  await running;
  expect(done).toBe(SLICE_ENDS * 2 + 1);
});

test('one that cannot be ended, and a holder that cannot say what it holds, do not keep the others running', async () => {
  let ended = 0;
  const broken = (): never => {
    throw new Error('broken');
  };
  const { stopper: one, reported } = stopper(
    { what: 'mute', doomed: broken },
    { what: 'calls', doomed: () => [() => void ended++, broken, () => void ended++] },
    { what: 'sessions', doomed: () => [() => void ended++] },
  );
  expect(await one.stop('acme', all)).toEqual({ calls: 3, sessions: 1 });
  expect([ended, reported.length]).toEqual([3, 2]);
});

test('measuring finds the same and ends nothing', async () => {
  let ended = 0;
  const { stopper: one } = stopper({ what: 'calls', doomed: () => [() => void ended++, () => void ended++] });
  expect(await one.measure('acme', all)).toEqual({ calls: 2 });
  expect(ended).toBe(0);
});

test('whoever still hears something is silenced before anything is ended, of every holder, and measuring silences nobody', async () => {
  const order: string[] = [];
  const calls = new InFlight();
  const hearing = { principal: bot, server: 'fs', silence: ({ message }: Error) => order.push(`silent: ${message}`) };
  for (const id of ['a', 'b']) calls.register({ ...hearing, abort: () => order.push(`ended ${id}`) });
  calls.register({ principal: bot, server: 'fs', abort: () => order.push('ended c') });
  calls.register({ ...hearing, principal: { ...bot, org: 'elsewhere' }, abort: () => order.push('ended d') });
  const broken: StopTarget = {
    what: 'broken',
    audible: () => {
      throw new Error('broken');
    },
    doomed: () => [() => order.push('ended e')],
  };
  const { stopper: one, reported } = stopper(broken, calls);
  expect(await one.measure('acme', all)).toEqual({ broken: 1, calls: 3 });
  expect(order).toEqual([]);
  expect(await one.stop('acme', all)).toEqual({ broken: 1, calls: 3 });
  expect(order).toEqual(['silent: frozen', 'silent: frozen', 'ended e', 'ended a', 'ended b', 'ended c']);
  expect(reported).toHaveLength(2);
  expect(calls.audible('acme', () => undefined)).toEqual([]);
});
