// What every store promises about deliveries of notifications, written once; store-sqlite and store-postgres run it against their driver.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CursorMove, NewDelivery } from '../../src/notify/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const LEASE = { limit: 10, leaseMs: 60_000 };

function row(event: string, subject = 's', subscription = 'sub'): NewDelivery {
  return { subscription, event, type: 'approval.requested', subject, seq: 7, body: `{"data":"${event}"}` };
}

function move(seq: number, from?: { since: number; seq: number }, since = 1, subscription = 'sub'): CursorMove {
  return { subscription, since, seq, from: from && { subscription, ...from } };
}

export function outboxCases(driver: Driver): void {
  describe(`deliveries in the ${driver.name} store`, () => {
    let place: Place;
    let store: Store;
    const events = async (holder = 'me', subscription = 'sub') =>
      (await store.outbox.claim(ORG, subscription, holder, LEASE)).map(({ event }) => event);

    beforeEach(async () => {
      place = await driver.place();
      store = await place.open();
      for (const org of [ORG, 'other']) await store.objects.createOrganization(org);
    });
    afterEach(async () => {
      await store.lifecycle.close();
      await place.dispose();
    });

    it('moves cursors and adds rows together, and neither when a cursor is not where it was seen', async () => {
      const { outbox } = store;
      expect(await outbox.take(ORG, [move(5)], [row('a')])).toBe(true);
      expect(await outbox.take(ORG, [move(9)], [row('b')])).toBe(false);
      expect(await outbox.take(ORG, [move(9, { since: 1, seq: 4 })], [row('b')])).toBe(false);
      expect(await outbox.take(ORG, [move(9, { since: 2, seq: 5 })], [row('b')])).toBe(false);
      expect(await outbox.take(ORG, [move(9, { since: 1, seq: 5 }), move(3, undefined, 1, 'two')], [row('b')])).toBe(true);
      expect((await outbox.cursors(ORG)).sort((x, y) => (x.subscription < y.subscription ? -1 : 1))).toEqual([
        { subscription: 'sub', since: 1, seq: 9 },
        { subscription: 'two', since: 1, seq: 3 },
      ]);
      expect((await outbox.list(ORG, { limit: 10 })).map(({ event }) => event)).toEqual(['b', 'a']);
      expect([await outbox.cursors('other'), await outbox.list('other', { limit: 10 })]).toEqual([[], []]);
      expect(await outbox.take('nobody', [move(5)], [row('a')]).catch(() => false)).toBe(false);
    });

    it('takes of two that take at once only one', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], []);
      const both = await Promise.all(
        ['x', 'y'].map((event) => outbox.take(ORG, [move(2, { since: 1, seq: 1 })], [row(event), row(`${event}2`)])),
      );
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await outbox.list(ORG, { limit: 10 })).toHaveLength(2);
    });

    it('gives the first of each subject, to one at a time, and the next only when it is settled', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], [row('a1', 'a'), row('b1', 'b'), row('a2', 'a'), row('a3', 'a')]);
      const [a1, b1] = await outbox.claim(ORG, 'sub', 'me', LEASE);
      expect([a1?.event, a1?.attempts, b1?.event]).toEqual(['a1', 1, 'b1']);
      expect(await events('you')).toEqual([]);
      expect(await outbox.settle(ORG, a1?.id ?? 0, 'you', { type: 'delivered' })).toBe(false);
      expect(await outbox.settle('other', a1?.id ?? 0, 'me', { type: 'delivered' })).toBe(false);
      expect(await outbox.settle(ORG, a1?.id ?? 0, 'me', { type: 'delivered' })).toBe(true);
      expect(await outbox.settle(ORG, a1?.id ?? 0, 'me', { type: 'delivered' })).toBe(false);
      const [a2] = await outbox.claim(ORG, 'sub', 'you', LEASE);
      expect(a2?.event).toBe('a2');
      // What fails keeps its place: the one behind it waits.
      expect(await outbox.settle(ORG, a2?.id ?? 0, 'you', { type: 'retry', delayMs: 60_000, error: 'refused' })).toBe(true);
      expect(await events()).toEqual([]);
      const [waiting] = await outbox.waiting(ORG);
      expect(waiting).toMatchObject({ subscription: 'sub', pending: 3 });
      expect(waiting?.dueMs).toBeGreaterThan(50_000);
      expect(waiting?.dueMs).toBeLessThanOrEqual(60_000);
      // What is given up lets the next one go.
      expect(await outbox.settle(ORG, b1?.id ?? 0, 'me', { type: 'dead', error: 'gone' })).toBe(true);
      expect(await outbox.counts(ORG)).toMatchObject({ pending: 2, dead: 1 });
      expect(await outbox.counts('other')).toEqual({ pending: 0, dead: 0, oldestMs: undefined });
    });

    it('lets nobody have two of one subject, however many ask at once', async () => {
      const { outbox } = store;
      const rows = Array.from({ length: 40 }, (_, n) => row(`e${n}`, `s${n % 4}`));
      await outbox.take(ORG, [move(1)], rows);
      const seen: string[] = [];
      const under = new Set<string>();
      let wrong = 0;
      const worker = async (holder: string): Promise<void> => {
        while (seen.length < rows.length) {
          for (const { id, event, subject } of await outbox.claim(ORG, 'sub', holder, { limit: 2, leaseMs: 60_000 })) {
            if (under.has(subject)) wrong++;
            under.add(subject);
            await new Promise((resolve) => setImmediate(resolve));
            seen.push(event);
            under.delete(subject);
            await outbox.settle(ORG, id, holder, { type: 'delivered' });
          }
        }
      };
      await Promise.all(['w1', 'w2', 'w3'].map(worker));
      expect([wrong, seen.length]).toEqual([0, 40]);
      for (const subject of [0, 1, 2, 3]) {
        const own = seen.filter((event) => Number(event.slice(1)) % 4 === subject).map((event) => Number(event.slice(1)));
        expect(own).toEqual([...own].sort((a, b) => a - b));
      }
    });

    it('gives what nobody settled to the next, when its lease has run out or its process is gone', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], [row('a')]);
      await outbox.claim(ORG, 'sub', 'me', { limit: 1, leaseMs: 1 });
      await vi.waitFor(async () => expect(await events('you')).toEqual(['a']), { timeout: 30_000 });
      expect(await events('third')).toEqual([]);
      await outbox.releaseAll();
      expect(await events('third')).toEqual(['a']);
    });

    it('counts an attempt that was broken off for nothing', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], [row('a')]);
      for (let n = 0; n < 3; n++) {
        const [one] = await outbox.claim(ORG, 'sub', 'me', LEASE);
        expect(one?.attempts).toBe(1);
        await outbox.settle(ORG, one?.id ?? 0, 'me', { type: 'retry', delayMs: 0, error: undefined, refund: true });
      }
    });

    it('adds what is in no entry once for each event', async () => {
      const { outbox } = store;
      expect(await outbox.add(ORG, [row('a'), row('b')])).toBe(2);
      expect(await outbox.add(ORG, [row('a'), row('a', 's', 'two')])).toBe(1);
    });

    it('replays one, or all that were given up, in their old order', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], [row('a', 'x'), row('b', 'y'), row('c', 'z', 'two')]);
      for (const name of ['sub', 'two'])
        for (const { id } of await outbox.claim(ORG, name, 'me', LEASE)) await outbox.settle(ORG, id, 'me', { type: 'dead', error: 'x' });
      const dead = await outbox.list(ORG, { status: 'dead', limit: 10 });
      expect(dead.map(({ event, error, attempts }) => [event, error, attempts])).toEqual([
        ['c', 'x', 1],
        ['b', 'x', 1],
        ['a', 'x', 1],
      ]);
      expect(await outbox.replay('other', { id: dead[0]?.id ?? 0 })).toBe(0);
      expect(await outbox.replay('other', {})).toBe(0);
      expect(await outbox.replay(ORG, { subscription: 'two' })).toBe(1);
      expect(await outbox.replay(ORG, {})).toBe(2);
      expect(await outbox.replay(ORG, {})).toBe(0);
      const [a] = await outbox.claim(ORG, 'sub', 'me', LEASE);
      expect([a?.event, a?.attempts]).toEqual(['a', 1]);
      // Under way: not twice at once.
      expect(await outbox.replay(ORG, { id: a?.id ?? 0 })).toBe(0);
      await outbox.settle(ORG, a?.id ?? 0, 'me', { type: 'delivered' });
      expect(await outbox.replay(ORG, { id: a?.id ?? 0 })).toBe(1);
    });

    it('pages, filters, and drops what is old', async () => {
      const { outbox } = store;
      await outbox.take(ORG, [move(1)], [row('a', 'x'), row('b', 'y'), { ...row('c', 'z'), seq: 0 }, row('d', 'v')]);
      const [, second] = await outbox.list(ORG, { limit: 10 });
      expect((await outbox.list(ORG, { limit: 1, before: second?.id })).map(({ event }) => event)).toEqual(['b']);
      expect(await outbox.list(ORG, { limit: 10, subscription: 'none' })).toEqual([]);
      const [a, b, c] = await outbox.claim(ORG, 'sub', 'me', LEASE);
      await outbox.settle(ORG, a?.id ?? 0, 'me', { type: 'delivered' });
      await outbox.settle(ORG, b?.id ?? 0, 'me', { type: 'dead', error: 'x' });
      await outbox.settle(ORG, c?.id ?? 0, 'me', { type: 'delivered' });
      const left = async () => (await outbox.list(ORG, { limit: 10 })).map(({ event }) => event);
      const day = 86_400_000;
      const more = { keep: 10, limit: 10 };
      expect(await outbox.forget({ deliveredMs: day, deadMs: day, unloggedMs: day, ...more })).toBe(0);
      expect(await left()).toEqual(['d', 'c', 'b', 'a']);
      expect(await outbox.forget({ deliveredMs: -1_000, deadMs: day, unloggedMs: day, ...more })).toBe(1);
      expect(await left()).toEqual(['d', 'c', 'b']);
      expect(await outbox.forget({ deliveredMs: -1_000, deadMs: -1_000, unloggedMs: -1_000, ...more })).toBe(2);
      expect(await left()).toEqual(['d']);
    });

    it('keeps the newest of what was delivered, and drops the others a few at a time', async () => {
      const { outbox } = store;
      const rows = Array.from({ length: 6 }, (_, n) => row(`e${n}`, `s${n}`));
      await outbox.take(ORG, [move(1)], rows);
      await outbox.take('other', [move(1)], [row('x')]);
      for (const org of [ORG, 'other'])
        for (const { id } of await outbox.claim(org, 'sub', 'me', LEASE)) await outbox.settle(org, id, 'me', { type: 'delivered' });
      const ages = { deliveredMs: 86_400_000, deadMs: 86_400_000, unloggedMs: 86_400_000 };
      expect(await outbox.forget({ ...ages, keep: 2, limit: 3 })).toBe(3);
      expect(await outbox.forget({ ...ages, keep: 2, limit: 3 })).toBe(1);
      expect(await outbox.forget({ ...ages, keep: 2, limit: 3 })).toBe(0);
      expect((await outbox.list(ORG, { limit: 10 })).map(({ event }) => event)).toEqual(['e5', 'e4']);
      expect(await outbox.list('other', { limit: 10 })).toHaveLength(1);
    });

    it('drops what belongs to subscriptions that are gone, and nothing of one that was made since', async () => {
      const { outbox } = store;
      await outbox.take(
        ORG,
        [move(1), move(1, undefined, 2, 'gone'), move(1, undefined, 9, 'new')],
        [row('a'), row('b', 's', 'gone'), row('c', 's', 'new')],
      );
      await outbox.keepOnly(ORG, ['sub'], 5);
      expect((await outbox.cursors(ORG)).map(({ subscription }) => subscription).sort()).toEqual(['new', 'sub']);
      expect((await outbox.list(ORG, { limit: 10 })).map(({ event }) => event)).toEqual(['c', 'a']);
      await outbox.keepOnly(ORG, [], 10);
      expect([await outbox.cursors(ORG), await outbox.list(ORG, { limit: 10 })]).toEqual([[], []]);
    });
  });
}
