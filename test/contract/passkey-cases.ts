// What every store promises about passkeys, written once; store-sqlite and store-postgres run it against their driver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PasskeyUse } from '../../src/approval/passkey-port.ts';
import { INVITATION_MS } from '../../src/approval/review-link.ts';
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

    it('a restore brings back no invitation that was used, before the backup or after it, and no counter', async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'sallyport-passkey-'));
      const other = await driver.place();
      try {
        const nowMs = Date.now();
        const invitation = (n: number, more: Partial<PasskeyUse> = {}): PasskeyUse =>
          use(`invitation/${n}`, { nowMs, madeMs: nowMs, untilMs: nowMs + INVITATION_MS, ...more });
        await store.passkeys.use(ORG, invitation(1, { counter: 7 }));
        const challenge = use('challenge/1', { nowMs, untilMs: nowMs + 1_000_000, credential: 'd' });
        await store.passkeys.use(ORG, challenge);
        await store.backup(join(scratch, 'backup'));
        await store.passkeys.use(ORG, invitation(2, { credential: 'e' }));
        await other.restore(join(scratch, 'backup'));
        const copy = await other.open();
        const { passkeys } = copy;
        const later = { madeMs: nowMs + INVITATION_MS, untilMs: nowMs + 2 * INVITATION_MS, credential: 'f' };
        expect([
          await passkeys.use(ORG, invitation(1, { credential: 'f' })),
          await passkeys.use(ORG, invitation(2, { credential: 'f' })),
          await passkeys.use('other', invitation(3)),
          await passkeys.use(ORG, challenge),
          await passkeys.use(ORG, use('challenge/2', { nowMs, counter: 7 })),
          await passkeys.use(ORG, use('challenge/3', { nowMs, counter: 8 })),
          await passkeys.use(ORG, invitation(4, later)),
        ]).toEqual(['again', 'again', 'again', 'again', 'counter', 'used', 'used']);
        await copy.backup(join(scratch, 'again'));
        await copy.lifecycle.close();
        const third = await driver.place();
        expect((await third.restore(join(scratch, 'again'))).organizations).toBe(2);
        await third.dispose();
      } finally {
        await other.dispose();
        rmSync(scratch, { recursive: true, force: true });
      }
    });
  });
}
