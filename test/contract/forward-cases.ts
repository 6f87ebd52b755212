// What every store promises about the cursors of forwards, written once; store-sqlite and store-postgres run it against their driver.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ForwardClaim, ForwardProgress } from '../../src/export/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const LEASE_MS = 60_000;

function claim(owner: string, over: Partial<ForwardClaim> = {}): ForwardClaim {
  return { owner, start: 'beginning', startSeq: 1, leaseMs: LEASE_MS, nowMs: Date.now(), ...over };
}

function progress(owner: string, epoch: number, next: number, over: Partial<ForwardProgress> = {}): ForwardProgress {
  return { owner, epoch, next, sent: 1, lost: 0, nowMs: 1_000, note: undefined, ...over };
}

export function forwardCases(driver: Driver): void {
  describe(`forwards in the ${driver.name} store`, () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await driver.place();
      store = await place.open();
      for (const org of [ORG, 'other']) await store.objects.createOrganization(org);
    });
    afterEach(async () => {
      await store.lifecycle.close();
      await place.dispose();
    });

    it('one gateway has the lease, until it ends or is given back', async () => {
      const { forwards } = store;
      const [a, b] = await Promise.all(['a', 'b'].map((owner) => forwards.claimForward(ORG, 'siem', claim(owner))));
      expect([a, b].filter((cursor) => cursor !== undefined)).toHaveLength(1);
      const [holder, waiting] = a ? ['a', 'b'] : ['b', 'a'];
      expect((await forwards.claimForward(ORG, 'siem', claim(holder)))?.epoch).toBe(1);
      expect(await forwards.claimForward(ORG, 'siem', claim(waiting))).toBeUndefined();
      await forwards.releaseForward(ORG, 'siem', waiting); // not its own to give
      expect(await forwards.claimForward(ORG, 'siem', claim(waiting))).toBeUndefined();
      await forwards.releaseForward(ORG, 'siem', holder);
      expect(await forwards.claimForward(ORG, 'siem', claim(waiting))).toMatchObject({ epoch: 2, owner: waiting, next: 1 });
      expect(await forwards.claimForward('other', 'siem', claim(holder))).toMatchObject({ epoch: 1, next: 1 });
    });

    it('ends every lease for who is alone', async () => {
      await store.forwards.claimForward(ORG, 'siem', claim('killed'));
      expect(await store.forwards.claimForward(ORG, 'siem', claim('next'))).toBeUndefined();
      await store.forwards.freeForwards(ORG);
      expect(await store.forwards.claimForward(ORG, 'siem', claim('next'))).toMatchObject({ epoch: 2, next: 1 });
    });

    it('a lease that is over can be taken, and whoever had it writes no more', async () => {
      const { forwards } = store;
      await forwards.claimForward(ORG, 'siem', claim('a', { leaseMs: 0 }));
      expect(await forwards.advanceForward(ORG, 'siem', progress('a', 1, 5))).toBe(true);
      expect(await forwards.claimForward(ORG, 'siem', claim('b', { nowMs: Date.now() + 10 }))).toMatchObject({ epoch: 2, next: 5 });
      expect(await forwards.advanceForward(ORG, 'siem', progress('a', 1, 9))).toBe(false);
      expect(await forwards.advanceForward(ORG, 'siem', progress('b', 1, 9))).toBe(false);
      await forwards.failForward(ORG, 'siem', { owner: 'a', epoch: 1, error: 'late', nowMs: 1 });
      expect(await forwards.forwards(ORG)).toMatchObject([{ next: 5, failures: 0, lastError: undefined, owner: 'b' }]);
    });

    it('a cursor never moves back, and counts what was sent and lost', async () => {
      const { forwards } = store;
      const held = await forwards.claimForward(ORG, 'siem', claim('a'));
      const epoch = held?.epoch ?? 0;
      expect(await forwards.advanceForward(ORG, 'siem', progress('a', epoch, 10, { sent: 9 }))).toBe(true);
      expect(await forwards.advanceForward(ORG, 'siem', progress('a', epoch, 9))).toBe(false);
      await forwards.failForward(ORG, 'siem', { owner: 'a', epoch, error: 'no', nowMs: 2_000 });
      expect(await forwards.forwards(ORG)).toMatchObject([
        { next: 10, sent: 9, failures: 1, lastError: 'no', lastErrorMs: 2_000, lastSentMs: 1_000 },
      ]);
      const more = progress('a', epoch, 12, { sent: 1, lost: 1, note: 'rejected', nowMs: 3_000 });
      expect(await forwards.advanceForward(ORG, 'siem', more)).toBe(true);
      expect(await forwards.forwards(ORG)).toMatchObject([
        { next: 12, sent: 10, lost: 1, failures: 0, lastError: 'rejected', lastSentMs: 3_000 },
      ]);
      expect(await forwards.forwards('other')).toEqual([]);
    });

    it('another beginning begins anew; what is not named any more is forgotten', async () => {
      const { forwards } = store;
      await forwards.claimForward(ORG, 'siem', claim('a'));
      await forwards.advanceForward(ORG, 'siem', progress('a', 1, 10));
      expect(await forwards.claimForward(ORG, 'siem', claim('a', { start: '4', startSeq: 4 }))).toMatchObject({
        ...{ epoch: 2, next: 4, start: '4', sent: 0, lost: 0 },
      });
      expect(await forwards.advanceForward(ORG, 'siem', progress('a', 1, 11))).toBe(false);
      await forwards.claimForward(ORG, 'kept', claim('a'));
      await forwards.claimForward('other', 'siem', claim('a'));
      await forwards.keepForwards(ORG, [], 7); // it knows an older or newer state than there is
      expect(await forwards.forwards(ORG)).toHaveLength(2);
      await forwards.keepForwards(ORG, ['kept'], 0);
      expect((await forwards.forwards(ORG)).map(({ name }) => name)).toEqual(['kept']);
      expect(await forwards.forwards('other')).toHaveLength(1);
      await forwards.keepForwards(ORG, [], 0);
      expect(await forwards.forwards(ORG)).toEqual([]);
    });
  });
}
