// What every store promises about tickets of held calls, written once; store-sqlite and store-postgres run it against their driver.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TicketRow } from '../../src/approval/port.ts';
import { systemContent } from '../../src/audit/entry.ts';
import type { EntryDraft } from '../../src/audit/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const entry: EntryDraft = {
  content: systemContent({ event: 'stop', timeMs: 0, instance: 'test' }),
  callId: undefined,
  payloads: [],
};

function row(over: Partial<TicketRow> = {}): TicketRow {
  return { id: 'appr_1', binding: 'ab', live: true, agent: 'a', version: 1, createdMs: 1, expiresMs: 2, text: '{"n":1}', ...over };
}

export function approvalCases(driver: Driver): void {
  describe(`tickets in the ${driver.name} store`, () => {
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

    it('keeps one live ticket for one asking, each change with its entry, and the sealed part of the first', async () => {
      const { approvals } = store;
      const sealed = new Uint8Array([0, 1, 255]);
      expect(await approvals.put(ORG, row(), entry, { sealed })).toMatchObject({ type: 'written', receipt: { org: ORG, seq: 1 } });
      expect(await approvals.put(ORG, row({ id: 'appr_2' }), entry, {})).toEqual({ type: 'conflict' });
      expect(await approvals.put('other', row(), entry, {})).toMatchObject({ type: 'written' });
      expect(await approvals.live(ORG, 'ab')).toEqual(row());
      expect(await approvals.put(ORG, row({ version: 2, live: false, text: '{"n":2}' }), entry, {})).toMatchObject({ type: 'written' });
      expect(await approvals.live(ORG, 'ab')).toBeUndefined();
      expect(await approvals.get(ORG, 'appr_1')).toEqual(row({ version: 2, live: false, text: '{"n":2}' }));
      expect(new Uint8Array((await approvals.sealed(ORG, 'appr_1')) ?? [])).toEqual(sealed);
      expect(await approvals.put(ORG, row({ id: 'appr_3' }), entry, {})).toMatchObject({ type: 'written' });
      expect((await store.log.head(ORG)).seq).toBe(3);
      expect((await store.log.head('other')).seq).toBe(1);
    });

    it('lets exactly one of many win a change, and leaves no entry of the others', async () => {
      const { approvals } = store;
      await approvals.put(ORG, row(), entry, {});
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => approvals.put(ORG, row({ version: 2, text: `{"by":${n}}` }), entry, {})),
      );
      expect(answers.filter(({ type }) => type === 'written')).toHaveLength(1);
      expect((await store.log.head(ORG)).seq).toBe(2);
    });

    it('writes nothing at another control revision than the one asked for', async () => {
      const { approvals } = store;
      await approvals.put(ORG, row(), entry, { atRevision: 0 });
      const document = { kind: 'team', metadata: { name: 't' }, spec: {} } as const;
      await store.objects.write(ORG, [{ kind: 'team', name: 't', document, expectedRevision: undefined }], 'test', 0, entry);
      expect(await approvals.put(ORG, row({ version: 2 }), entry, { atRevision: 0 })).toEqual({ type: 'moved', revision: 1 });
      expect(await approvals.get(ORG, 'appr_1')).toEqual(row());
      expect(await approvals.put(ORG, row({ version: 2 }), entry, { atRevision: 1 })).toMatchObject({ type: 'written' });
    });

    it('counts uses of a standing grant up to its number, at one revision, each with its entry', async () => {
      const { approvals } = store;
      const use = { key: 'g@1', maxUses: 3, timeMs: 5, atRevision: 0 };
      const answers = await Promise.all(Array.from({ length: 10 }, () => approvals.useGrant(ORG, use, entry)));
      expect(answers.filter(({ type }) => type === 'written')).toHaveLength(3);
      expect(answers.filter(({ type }) => type === 'used_up')).toHaveLength(7);
      expect((await store.log.head(ORG)).seq).toBe(3);
      expect(await approvals.useGrant(ORG, { ...use, key: 'g@2', maxUses: undefined, timeMs: 7 }, entry)).toMatchObject({
        type: 'written',
      });
      expect(await approvals.useGrant('other', use, entry)).toMatchObject({ type: 'written' });
      const document = { kind: 'team', metadata: { name: 't' }, spec: {} } as const;
      await store.objects.write(ORG, [{ kind: 'team', name: 't', document, expectedRevision: undefined }], 'test', 0, entry);
      expect(await approvals.useGrant(ORG, { ...use, key: 'g@2' }, entry)).toEqual({ type: 'moved', revision: 1 });
      expect(await approvals.grantUses(ORG)).toEqual(
        new Map([
          ['g@1', { used: 3, lastMs: 5 }],
          ['g@2', { used: 1, lastMs: 7 }],
        ]),
      );
    });

    it('finds the grants that were used since a time, newest first', async () => {
      const { approvals } = store;
      for (const n of [1, 2, 3, 4]) {
        await approvals.put(ORG, row({ id: `appr_${n}`, binding: `b${n}` }), entry, {});
        const usedMs = n === 4 ? undefined : n * 10;
        await approvals.put(ORG, row({ id: `appr_${n}`, binding: `b${n}`, version: 2, live: false, usedMs }), entry, {});
      }
      const used = { agent: 'a', binding: 'b3', usedMs: 30 };
      expect(await approvals.used(ORG, 20, 10)).toEqual([used, { agent: 'a', binding: 'b2', usedMs: 20 }]);
      expect(await approvals.used(ORG, 0, 1)).toEqual([used]);
      expect(await approvals.used('other', 0, 10)).toEqual([]);
    });

    it('lists the newest first, of one agent or all, live ones or all', async () => {
      const { approvals } = store;
      for (const [n, agent] of ['a', 'b', 'a'].entries())
        await approvals.put(ORG, row({ id: `appr_${n}`, binding: `${n}`, agent, createdMs: n, live: n > 0 }), entry, {});
      const ids = async (query: Parameters<typeof approvals.list>[1]) => (await approvals.list(ORG, query)).map(({ id }) => id);
      expect(await ids({ live: false, limit: 10 })).toEqual(['appr_2', 'appr_1', 'appr_0']);
      expect(await ids({ live: true, limit: 1 })).toEqual(['appr_2']);
      expect(await ids({ live: false, agent: 'a', limit: 10 })).toEqual(['appr_2', 'appr_0']);
      expect(await approvals.list('other', { live: false, limit: 10 })).toEqual([]);
    });
  });
}

/** A ticket whose grant was used at that time, as a version wrote it that had no column for that. */
export function usedBefore(n: number, usedMs: number): TicketRow {
  return row({ id: `appr_${n}`, binding: `b${n}`, live: false, text: JSON.stringify({ state: 'consumed', ended: { timeMs: usedMs } }) });
}

export { entry as ticketEntry };
