// What every store promises about passkeys, written once; store-sqlite and store-postgres run it against their driver.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PasskeyUse } from '../../src/approval/passkey-port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const use = (once: string, over: Partial<PasskeyUse> = {}): PasskeyUse => ({
  ...{ once, untilMs: 1_000, nowMs: 10, credential: 'c', counter: 0 },
  ...over,
});

export function passkeyCases(driver: Driver): void {
  describe(`passkeys in the ${driver.name} store`, () => {
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

    it('lets a challenge be used once, whoever asks at once, and in each organization', async () => {
      const { passkeys } = store;
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => passkeys.use(ORG, use('n1', { credential: `c${n}` }))));
      expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'again'), 'used']);
      expect(await passkeys.use('other', use('n1'))).toBe('used');
      expect(await passkeys.use(ORG, use('n2'))).toBe('used');
      expect((await passkeys.lastUses('other')).get('c')).toEqual({ counter: 0, usedMs: 10 });
      expect((await passkeys.lastUses(ORG)).size).toBe(2);
    });

    it('lets counters rise only, and uses nothing up when one does not', async () => {
      const { passkeys } = store;
      const counts: [number, string][] = [
        [0, 'used'],
        [0, 'used'],
        [5, 'used'],
        [5, 'counter'],
        [4, 'counter'],
        [0, 'counter'],
        [6, 'used'],
        [4_294_967_295, 'used'],
      ];
      for (const [index, [counter, answer]] of counts.entries())
        expect(await passkeys.use(ORG, use(`n${index}`, { counter })), `${index}`).toBe(answer);
      expect(await passkeys.use(ORG, use('n3', { credential: 'another' }))).toBe('used');
      expect((await passkeys.lastUses(ORG)).get('c')).toEqual({ counter: 4_294_967_295, usedMs: 10 });
    });

    it('remembers what was used as long as it could be used again, and no longer', async () => {
      const { passkeys } = store;
      await passkeys.use(ORG, use('n1'));
      await passkeys.use(ORG, use('n2', { nowMs: 999 }));
      expect(await passkeys.use(ORG, use('n1', { nowMs: 999 }))).toBe('again');
      await passkeys.use(ORG, use('n3', { nowMs: 1_000, untilMs: 2_000 }));
      expect(await passkeys.use(ORG, use('n1', { nowMs: 1_000, untilMs: 2_000 }))).toBe('used');
    });
  });
}
