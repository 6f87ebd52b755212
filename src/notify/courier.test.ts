// A process that stood still between taking and sending sends nothing: by then the delivery may be somebody else's.
import { expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import type { StoredObject } from '../object/kinds.ts';
import { Courier, LEASE_MS } from './courier.ts';
import type { Delivery, OutboxStore, Settlement } from './port.ts';
import { subscriptionsOf } from './subscription.ts';

const object: StoredObject<'subscription'> = {
  kind: 'subscription',
  metadata: { name: 'a' },
  spec: { events: ['*'], channel: { type: 'webhook', url: 'http://127.0.0.1:9/', secrets: ['k'] }, disabled: false },
};
const delivery = { id: 1, event: 'evt_1', body: '{"data":{}}', attempts: 1, status: 'pending' } as Delivery;

async function worked(stoodStillMs: number): Promise<{ sent: number; settled: Settlement[] }> {
  const clock = new ManualClock();
  const done = { sent: 0, settled: [] as Settlement[] };
  let left = 1;
  const outbox: Pick<OutboxStore, 'claim' | 'settle'> = {
    claim: async () => {
      clock.advance(stoodStillMs);
      return left-- > 0 ? [delivery] : [];
    },
    settle: async (_org, _id, _holder, settlement) => {
      done.settled.push(settlement);
      return true;
    },
  };
  const courier = new Courier('acme', {
    outbox: outbox as OutboxStore,
    channels: {
      send: async () => {
        done.sent++;
        return { type: 'sent' };
      },
    },
    current: () => subscriptionsOf([object]).all[0],
    openSecret: () => undefined,
    clock,
    chance: () => 0,
    holder: 'gw',
    report: () => undefined,
  });
  await courier.work();
  return done;
}

it('sends what it has just taken, and leaves alone what it took too long ago', async () => {
  expect(await worked(0)).toEqual({ sent: 1, settled: [{ type: 'delivered' }] });
  expect(await worked(LEASE_MS / 3)).toMatchObject({ sent: 1 });
  expect(await worked(LEASE_MS / 3 + 1)).toEqual({ sent: 0, settled: [] });
});
