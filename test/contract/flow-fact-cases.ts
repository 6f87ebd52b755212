// What every store promises about facts of readings, written once; store-sqlite and store-postgres run it against their driver.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlowFact } from '../../src/detect/flow/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const fact = (over: Partial<FlowFact> = {}): FlowFact => ({
  ...{ subject: 's1', process: 'p1', source: 'crm.get', server: 'crm', labels: ['customer', 'private'] },
  ...{ isPrivate: true, isUntrusted: false, atMs: 1_000, ...over },
});

export function flowFactCases(driver: Driver): void {
  describe(`facts of readings in the ${driver.name} store`, () => {
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

    it('keeps one row for each process and source of a subject, of the newest time, over a restart', async () => {
      await store.flowFacts.note(ORG, fact(), 0);
      await store.flowFacts.note(ORG, fact({ atMs: 3_000, isUntrusted: true }), 0);
      await store.flowFacts.note(ORG, fact({ atMs: 2_000 }), 0);
      await store.flowFacts.note(ORG, fact({ process: 'p2' }), 0);
      await store.flowFacts.note(ORG, fact({ subject: 's2' }), 0);
      const both = [fact({ atMs: 3_000, isUntrusted: true }), fact({ process: 'p2' })];
      expect(await store.flowFacts.list(ORG, 's1', 0)).toEqual(both);
      await store.lifecycle.close();
      store = await place.open();
      expect(await store.flowFacts.list(ORG, 's1', 0)).toEqual(both);
      expect(await store.flowFacts.list(ORG, 's1', 3_000)).toEqual(both.slice(0, 1));
      expect(await store.flowFacts.list(ORG, 's2', 0)).toEqual([fact({ subject: 's2' })]);
    });

    it('deletes what is older than the window, in that organization alone', async () => {
      for (const org of [ORG, 'other']) await store.flowFacts.note(org, fact(), 0);
      await store.flowFacts.note(ORG, fact({ source: 'crm.list', atMs: 2_000 }), 1_000);
      expect(await store.flowFacts.list(ORG, 's1', 0)).toHaveLength(2);
      await store.flowFacts.note(ORG, fact({ subject: 's2', atMs: 2_000 }), 1_001);
      expect(await store.flowFacts.list(ORG, 's1', 0)).toEqual([fact({ source: 'crm.list', atMs: 2_000 })]);
      expect(await store.flowFacts.list('other', 's1', 0)).toEqual([fact()]);
    });

    it('knows nothing across organizations, and rejects one that is not there', async () => {
      await store.flowFacts.note(ORG, fact(), 0);
      expect(await store.flowFacts.list('other', 's1', 0)).toEqual([]);
      await expect(store.flowFacts.note('nobody', fact(), 0)).rejects.toMatchObject({ code: 'unknown_organization' });
    });
  });
}
