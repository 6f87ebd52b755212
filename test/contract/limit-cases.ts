// What every store promises about quotas, written once; store-sqlite and store-postgres run it against their driver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuotaItem } from '../../src/limit/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const NOW_MS = Date.UTC(2026, 0, 2);

export function quotaItem(over: Partial<QuotaItem> = {}): QuotaItem {
  return {
    name: 'q',
    key: 'agent=a',
    units: 1,
    maxUnits: 10,
    bucketMs: NOW_MS,
    afterMs: NOW_MS - 60_000,
    untilMs: NOW_MS + 60_000,
    ...over,
  };
}

export function limitCases(driver: Driver): void {
  describe(`quotas in the ${driver.name} store`, () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await driver.place();
      store = await place.open();
      await store.objects.createOrganization(ORG);
    });
    afterEach(async () => {
      await store.lifecycle.close();
      await place.dispose();
    });

    const used = async (name?: string) => (await store.limits.quotas.usage(ORG, NOW_MS, name, 100)).map((row) => row.used);

    it('never holds more than the maximum, however many reserve at once', async () => {
      const { quotas } = store.limits;
      const answers = await Promise.all(Array.from({ length: 100 }, () => quotas.reserve(ORG, [quotaItem({ maxUnits: 37 })])));
      expect(answers.filter((full) => full === undefined)).toHaveLength(37);
      expect(answers.find((full) => full)).toEqual({ index: 0, used: 37, oldestMs: NOW_MS });
      expect(await used()).toEqual([37]);
    });

    it('reserves all items or none', async () => {
      const { quotas } = store.limits;
      const items = [quotaItem(), quotaItem({ name: 'narrow', maxUnits: 1 }), quotaItem({ name: 'last' })];
      expect(await quotas.reserve(ORG, items)).toBeUndefined();
      expect(await quotas.reserve(ORG, items)).toMatchObject({ index: 1, used: 1 });
      expect(await used('q')).toEqual([1]);
      expect(await used('last')).toEqual([1]);
    });

    it('counts every bucket that still counts, and no other', async () => {
      const { quotas } = store.limits;
      const at = (bucketMs: number) => quotaItem({ bucketMs, afterMs: bucketMs - 1000, maxUnits: 2 });
      expect(await quotas.reserve(ORG, [at(NOW_MS)])).toBeUndefined();
      expect(await quotas.reserve(ORG, [at(NOW_MS + 500)])).toBeUndefined();
      expect(await quotas.reserve(ORG, [at(NOW_MS + 900)])).toEqual({ index: 0, used: 2, oldestMs: NOW_MS });
      expect(await quotas.reserve(ORG, [at(NOW_MS + 1000)])).toBeUndefined();
    });

    it('gives back what was reserved, never below zero', async () => {
      const { quotas } = store.limits;
      await quotas.reserve(ORG, [quotaItem({ units: 3 })]);
      await quotas.release(ORG, [quotaItem({ units: 2 })]);
      expect(await used()).toEqual([1]);
      await quotas.release(ORG, [quotaItem({ units: 5 }), quotaItem({ name: 'nothing' })]);
      expect(await used()).toEqual([]);
      expect(await quotas.reserve(ORG, [quotaItem({ units: 10 })])).toBeUndefined();
      expect(await quotas.reserve(ORG, [quotaItem()])).toMatchObject({ used: 10 });
    });

    it('sums up to the largest maximum stay exact', async () => {
      const { quotas } = store.limits;
      const max = 9_000_000_000_000_000;
      expect(await quotas.reserve(ORG, [quotaItem({ units: max - 1, maxUnits: max })])).toBeUndefined();
      expect(await quotas.reserve(ORG, [quotaItem({ units: 2, maxUnits: max })])).toMatchObject({ used: max - 1 });
      expect(await quotas.reserve(ORG, [quotaItem({ units: 1, maxUnits: max })])).toBeUndefined();
    });

    it('keeps organizations apart', async () => {
      await store.objects.createOrganization('other');
      const { quotas } = store.limits;
      expect(await quotas.reserve(ORG, [quotaItem({ maxUnits: 1 })])).toBeUndefined();
      expect(await quotas.reserve('other', [quotaItem({ maxUnits: 1 })])).toBeUndefined();
      expect(await quotas.reserve('other', [quotaItem({ maxUnits: 1 })])).toBeDefined();
      expect(await used()).toEqual([1]);
      await expect(quotas.reserve('nobody', [quotaItem()])).rejects.toBeDefined();
    });

    it('hands out a ticket once', async () => {
      const { quotas } = store.limits;
      await quotas.park(ORG, 't', '[1]', NOW_MS + 1);
      await quotas.park(ORG, 't', '[2]', NOW_MS + 1);
      const claims = await Promise.all(Array.from({ length: 5 }, () => quotas.claim(ORG, 't')));
      expect(claims.filter((text) => text !== undefined)).toEqual(['[1]']);
    });

    it('forgets what counts for nothing any more', async () => {
      const { quotas } = store.limits;
      await quotas.reserve(ORG, [quotaItem({ untilMs: NOW_MS + 10 }), quotaItem({ name: 'later' })]);
      await quotas.park(ORG, 't', '[]', NOW_MS + 10);
      await quotas.forget(NOW_MS + 9);
      expect(await used()).toEqual([1, 1]);
      await quotas.forget(NOW_MS + 10);
      expect(await used('q')).toEqual([]);
      expect(await used('later')).toEqual([1]);
      expect(await quotas.claim(ORG, 't')).toBeUndefined();
    });

    it('what was reserved is there after a restart, and after a restore', async () => {
      await store.limits.quotas.reserve(ORG, [quotaItem({ units: 7 })]);
      await store.lifecycle.close();
      store = await place.open();
      expect(await used()).toEqual([7]);
      expect(await store.limits.quotas.reserve(ORG, [quotaItem({ units: 4 })])).toMatchObject({ used: 7 });

      const scratch = mkdtempSync(join(tmpdir(), 'sallyport-quota-'));
      const other = await driver.place();
      try {
        await store.backup(join(scratch, 'copy'));
        await other.restore(join(scratch, 'copy'));
        const restored = await other.open();
        expect((await restored.limits.quotas.usage(ORG, NOW_MS, 'q', 100)).map((row) => row.used)).toEqual([7]);
        await restored.lifecycle.close();
      } finally {
        await other.dispose();
        rmSync(scratch, { recursive: true, force: true });
      }
    });
  });
}
