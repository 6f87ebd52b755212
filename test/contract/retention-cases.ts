// What every store promises about deleting sealed values, written once; store-sqlite and store-postgres run it against their driver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TicketRow } from '../../src/approval/port.ts';
import { entryLine } from '../../src/audit/chain.ts';
import { systemContent } from '../../src/audit/entry.ts';
import type { EntryDraft, StoredEntry } from '../../src/audit/port.ts';
import { LogVerifier } from '../../src/audit/verify.ts';
import type { ErasedPart } from '../../src/retention/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const told: EntryDraft = { content: systemContent({ event: 'stop', timeMs: 0, instance: 'test' }), callId: undefined, payloads: [] };
const NOTHING: ErasedPart = { values: [], tickets: [], atRevision: 0, done: undefined };

export function retentionCases(driver: Driver): void {
  describe(`erasure in the ${driver.name} store`, () => {
    let place: Place;
    let store: Store;

    beforeEach(async () => {
      place = await driver.place();
      store = await place.open();
      for (const org of [ORG, 'other']) {
        await store.objects.createOrganization(org);
        for (const n of [1, 2, 3, 4]) await store.log.append(org, [withValue(n)]);
      }
    });
    afterEach(async () => {
      await store.lifecycle.close();
      await place.dispose();
    });

    it('finds what is sealed in its order, page by page, and only of its organization', async () => {
      const { retention } = store;
      const all = await retention.sealedValues(ORG, 0, 100);
      expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      const first = await retention.sealedValues(ORG, 0, 3);
      expect([...first, ...(await retention.sealedValues(ORG, first.at(-1)?.id ?? 0, 3))]).toEqual(all);
      const ids = new Set(all.map(({ id }) => id));
      expect((await retention.sealedValues('other', 0, 100)).some(({ id }) => ids.has(id))).toBe(false);
    });

    it('deletes values together with their entry, and says afterwards which entry that is', async () => {
      const { retention, log } = store;
      const values = await retention.sealedValues(ORG, 0, 100);
      const part = { ...NOTHING, values: values.filter(({ seq }) => seq !== 3), done: { name: 'one', revision: 7 } };
      expect(await retention.erase(ORG, part, told)).toMatchObject({ type: 'erased', receipt: { org: ORG, seq: 5 } });
      expect((await retention.sealedValues(ORG, 0, 100)).map(({ seq }) => seq)).toEqual([3]);
      expect(await log.payload(ORG, commitment(1), 1)).toBeUndefined();
      expect(await log.payload(ORG, commitment(3), 3)).toBeDefined();
      expect(await log.payload('other', commitment(1), 1)).toBeDefined();
      const by = await Promise.all([1, 2, 3, 4, 5].map((seq) => retention.erasedBy(ORG, seq)));
      expect(by).toEqual([5, 5, undefined, 5, undefined]);
      expect(await retention.erasedBy('other', 1)).toBeUndefined();
      expect(await retention.doneErasures(ORG)).toEqual([{ name: 'one', revision: 7, seq: 5 }]);
      expect(await retention.doneErasures('other')).toEqual([]);
      expect(await retention.scrub()).toBe(true);
    });

    it('does nothing at all at another revision, with a value that is gone or of another organization, or a ticket that is live', async () => {
      const { retention, log, approvals, deliveries } = store;
      const values = await retention.sealedValues(ORG, 0, 100);
      const theirs = await retention.sealedValues('other', 0, 1);
      await approvals.put(ORG, row('appr_1', true), told, { sealed: new Uint8Array([1]) });
      await approvals.put(ORG, row('appr_2', false), told, { sealed: new Uint8Array([2]) });
      for (const ticket of ['appr_1', 'appr_2'])
        await deliveries.save(ORG, { ticket, request: new Uint8Array([3]), answer: new Uint8Array([4]), leaseMs: 0, untilMs: 2 ** 50 });
      const before = (await log.head(ORG)).seq;
      const wrong: ErasedPart[] = [
        { ...NOTHING, values, atRevision: 1 },
        { ...NOTHING, values: [...values, ...theirs] },
        { ...NOTHING, values: [...values, { id: 2 ** 50, seq: 9 }] },
        { ...NOTHING, values, tickets: ['appr_1'] },
        { ...NOTHING, values, tickets: ['appr_2', 'none'] },
      ];
      for (const part of wrong) expect(await retention.erase(ORG, part, told), JSON.stringify(part)).toEqual({ type: 'changed' });
      expect((await log.head(ORG)).seq).toBe(before);
      expect(await retention.sealedValues(ORG, 0, 100)).toEqual(values);
      expect((await retention.sealedTickets(ORG, '', 100)).map(({ id, live }) => [id, live])).toEqual([
        ['appr_1', true],
        ['appr_2', false],
      ]);
      expect(await retention.erase(ORG, { ...NOTHING, values, tickets: ['appr_2'] }, told)).toMatchObject({ type: 'erased' });
      expect(await approvals.sealed(ORG, 'appr_2')).toBeUndefined();
      expect(await deliveries.find(ORG, 'appr_2')).toBeUndefined();
      expect(await deliveries.find(ORG, 'appr_1')).toBeDefined();
      expect(await approvals.sealed(ORG, 'appr_1')).toBeDefined();
      expect((await retention.sealedTickets(ORG, 'appr_1', 100)).length).toBe(0);
    });

    it('lets two that delete the same at once do it once', async () => {
      const { retention, log } = store;
      const values = await retention.sealedValues(ORG, 0, 100);
      const results = await Promise.all([1, 2, 3].map(() => retention.erase(ORG, { ...NOTHING, values }, told)));
      expect(results.map(({ type }) => type).sort()).toEqual(['changed', 'changed', 'erased']);
      expect((await log.head(ORG)).seq).toBe(5);
    });

    it('takes entries out that have no values left, says where the log goes on from, and appends behind its end as before', async () => {
      const { retention, log } = store;
      const values = await retention.sealedValues(ORG, 0, 100);
      const [first, second] = await entriesOf(store, 1, 2);
      if (!first || !second) throw new Error('no entries');
      const head = { seq: 2, hash: second.hash, revision: 0, firstHash: first.hash, firstTime: 'then' };
      expect(await retention.removeEntries(ORG, head, 0, told), 'values are left').toEqual({ type: 'changed' });
      await retention.erase(ORG, { ...NOTHING, values: values.slice(0, 2) }, told);
      for (const [wrong, at] of [
        [{ ...head, hash: first.hash }, 0],
        [head, 1],
        [{ ...head, seq: 5, hash: (await log.head(ORG)).hash }, 0],
      ] as const)
        expect(await retention.removeEntries(ORG, wrong, at, told)).toEqual({ type: 'changed' });
      expect(await retention.archived(ORG)).toBeUndefined();
      expect(await retention.removeEntries(ORG, head, 0, told)).toMatchObject({ type: 'erased', receipt: { seq: 6 } });
      expect(await retention.archived(ORG)).toEqual(head);
      expect(await retention.archived('other')).toBeUndefined();
      expect((await entriesOf(store, 1, 99)).map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
      expect((await entriesOf(store, 1, 99, 'other')).length).toBe(4);
      await store.lifecycle.close();
      store = await place.open();
      expect(await store.log.append(ORG, [told])).toMatchObject([{ seq: 7 }]);
      const verifier = new LogVerifier({ org: ORG, start: head });
      for (const entry of await entriesOf(store, 1, 99)) verifier.take(entryLine(entry));
      expect(verifier.verdict()).toMatchObject({ state: 'cannot_tell', entries: 5 });
    });

    it('restores where a log begins, the tree of what left, and which values were erased', async () => {
      const { retention, checkpoints } = store;
      const [first, second] = await entriesOf(store, 1, 2);
      if (!first || !second) throw new Error('no entries');
      const values = await retention.sealedValues(ORG, 0, 2);
      await retention.erase(ORG, { ...NOTHING, values }, told);
      await checkpoints.saveTreeBlocks(ORG, 0, new Uint8Array(64).fill(5));
      const head = { seq: 2, hash: second.hash, revision: 0, firstHash: first.hash, firstTime: 'then' };
      expect(await retention.removeEntries(ORG, head, 0, told)).toMatchObject({ type: 'erased' });
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-archived-'));
      const elsewhere = await driver.place();
      try {
        await store.backup(join(folder, 'backup'));
        await elsewhere.restore(join(folder, 'backup'));
        const restored = await elsewhere.open();
        expect(await restored.retention.archived(ORG)).toEqual(head);
        expect(await restored.retention.erasedBy(ORG, 2)).toBe(5);
        expect((await restored.checkpoints.treeBlocks(ORG, 0, 9)).length, 'blocks of entries that are there are made again').toBe(32);
        expect(await restored.log.head(ORG)).toEqual(await store.log.head(ORG));
        expect(await restored.log.append(ORG, [told])).toMatchObject([{ seq: 7 }]);
        await restored.lifecycle.close();
      } finally {
        await elsewhere.dispose();
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it('gives work to one holder until its time is over', async () => {
      const { retention } = store;
      const at = 1_000;
      expect(await retention.claimWork('w', 'a', at, at + 10)).toBe(true);
      expect(await retention.claimWork('w', 'b', at + 9, at + 20)).toBe(false);
      expect(await retention.claimWork('w', 'a', at + 9, at + 20)).toBe(true);
      expect(await retention.claimWork('w', 'b', at + 20, at + 30)).toBe(true);
      expect(await retention.claimWork('other', 'a', at, at + 10)).toBe(true);
      expect(await retention.claimWork('w', 'b', at + 21, at)).toBe(true);
      expect(await retention.claimWork('w', 'a', at + 21, at + 30)).toBe(true);
    });
  });
}

async function entriesOf(store: Store, fromSeq: number, toSeq: number, org = ORG): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const entry of store.log.read({ org, fromSeq, toSeq })) entries.push(entry);
  return entries;
}

const commitment = (n: number): string => String(n).padStart(64, '0');

function withValue(n: number): EntryDraft {
  return { ...told, payloads: [{ commitment: commitment(n), role: 'arguments', sealed: new Uint8Array([n, n, n]) }] };
}

function row(id: string, live: boolean): TicketRow {
  return { id, binding: id, live, agent: 'a', version: 1, createdMs: 1, expiresMs: 2, text: '{}' };
}
