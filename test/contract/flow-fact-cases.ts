// What every store promises about facts of readings, written once; store-sqlite and store-postgres run it against their driver.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectContent } from '../../src/audit/entry.ts';
import { ANYTHING, type FlowFact, MAX_FACTS, type Noted } from '../../src/detect/flow/port.ts';
import type { Store } from '../../src/store/port.ts';
import { type Driver, ORG, type Place } from './store-cases.ts';

const LONG_MS = 1e9;
const POLL = { timeout: 60_000 };
const LIMIT_MS = 240_000;

const noted = (over: Partial<Noted> = {}): Noted => ({
  ...{ subject: 's1', agent: 'bot', process: 'p1', source: 'crm.get', server: 'crm', labels: ['customer', 'private'] },
  ...{ isPrivate: true, isUntrusted: false, ...over },
});
const fact = (over: Partial<FlowFact> = {}): FlowFact => ({ ...noted(over), isShared: over.isShared ?? false });

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

    const note = (over: Partial<Noted> = {}, keepMs = LONG_MS, org = ORG) => store.flowFacts.note(org, noted(over), keepMs);
    const list = (subject = 's1', withinMs = LONG_MS, org = ORG) => store.flowFacts.list(org, subject, withinMs);
    /** The store's clock has moved on since the newest of them. */
    const grownOld = (ms = 1) => expect.poll(() => list('s1', ms), POLL).toEqual([]);

    it('keeps one row for each source of a subject, says who noted it last and whether others did, over a restart', async () => {
      await note();
      await note({ isUntrusted: true });
      await note();
      await note({ process: 'p2', source: 'crm.list' });
      await note({ subject: 's2' });
      const own = [fact({ isUntrusted: true }), fact({ process: 'p2', source: 'crm.list' })];
      expect(await list()).toEqual(own);
      await note({ process: 'p2' });
      const both = [fact({ process: 'p2', isUntrusted: true, isShared: true }), own[1]];
      expect(await list()).toEqual(both);
      await store.lifecycle.close();
      store = await place.open();
      expect(await list()).toEqual(both);
      expect(await list('s2')).toEqual([fact({ subject: 's2' })]);
      // Whoever notes it again knows what it read itself, and not what the other did.
      await note();
      expect(await list()).toEqual([fact({ isUntrusted: true, isShared: true }), own[1]]);
    });

    it('another process counts for as long as its own reading does', async () => {
      await note({ process: 'p2' });
      await note();
      await grownOld(1_000);
      // What the other read is older than this one asks for.
      const newest = async (): Promise<unknown[]> => {
        await note();
        return (await list('s1', 1_000)).map(({ isShared }) => isShared);
      };
      await expect.poll(newest, POLL).toEqual([false]);
      expect((await list()).map(({ isShared }) => isShared)).toEqual([true]);
    });

    it('deletes what is older than it counts, in that organization alone', async () => {
      await note();
      await note({}, LONG_MS, 'other');
      await grownOld();
      await note({ subject: 's2' }, LONG_MS);
      expect(await list()).toHaveLength(1);
      await note({ subject: 's2' }, 1);
      expect(await list()).toEqual([]);
      expect(await list('s1', LONG_MS, 'other')).toEqual([fact()]);
    });

    it('a fact that had grown old is there again when it is noted again', async () => {
      await note();
      await grownOld();
      await note({}, 1);
      expect(await list()).toEqual([fact()]);
    });

    it('knows nothing across organizations, and rejects one that is not there', async () => {
      await note();
      expect(await list('s1', LONG_MS, 'other')).toEqual([]);
      await expect(note({}, LONG_MS, 'nobody')).rejects.toMatchObject({ code: 'unknown_organization' });
    });

    it('tells no more facts of a subject apart than the bound; of more it is known that they are there', {
      timeout: LIMIT_MS,
    }, async () => {
      const source = (n: number): string => `crm.get-${String(n).padStart(5, '0')}`;
      await Promise.all(Array.from({ length: MAX_FACTS }, (_, n) => note({ source: source(n) })));
      expect(await list()).toHaveLength(MAX_FACTS);
      for (let n = MAX_FACTS; n < MAX_FACTS + 3; n++) await note({ source: source(n), isPrivate: false });
      await note({ source: source(1), isUntrusted: true });
      const full = await list();
      const more = { source: ANYTHING, server: ANYTHING, labels: [], isUntrusted: true };
      expect(full).toHaveLength(MAX_FACTS + 1);
      expect(full.find((one) => one.source === ANYTHING)).toEqual(fact(more));
      expect(full.find((one) => one.source === source(1))).toEqual(fact({ source: source(1), isUntrusted: true }));
      await note({ process: 'p2', source: source(MAX_FACTS) });
      expect((await list()).find((one) => one.source === ANYTHING)).toEqual(fact({ ...more, process: 'p2', isShared: true }));
      await note({ subject: 's2' });
      expect(await list('s2')).toEqual([fact({ subject: 's2' })]);
    });

    it('many at once, on facts that have grown old, all end', { timeout: LIMIT_MS }, async () => {
      const over = (n: number) => ({ source: `crm.${n % 7}`, process: `p${n % 3}` });
      for (let round = 0; round < 3; round++) {
        await Promise.all(Array.from({ length: 60 }, (_, n) => note(over(n))));
        await grownOld();
        await Promise.all(Array.from({ length: 60 }, (_, n) => note({ ...over(n), subject: n % 2 === 0 ? 's1' : 's2' }, 1)));
      }
      await Promise.all(Array.from({ length: 7 }, (_, n) => note(over(n))));
      expect((await list()).map(({ source }) => source)).toEqual(Array.from({ length: 7 }, (_, n) => `crm.${n}`));
    });

    it('those of an agent go with it, and no others', async () => {
      const change = (document: object | undefined) =>
        store.objects.write(ORG, [{ kind: 'agent', name: 'bot', document: document as never, expectedRevision: undefined }], 'tester', 1, {
          content: objectContent({ timeMs: 1, author: 'tester', changes: [] }),
          callId: undefined,
          payloads: [],
        });
      const agent = { kind: 'agent', metadata: { name: 'bot' }, spec: { owner: 'x', credentialMode: 'service', disabled: false } };
      await change(agent);
      await note();
      await note({ agent: 'other', source: 'crm.other' });
      await note({}, LONG_MS, 'other');
      await change({ ...agent, spec: { ...agent.spec, owner: 'y' } });
      expect(await list()).toHaveLength(2);
      await change(undefined);
      expect(await list()).toEqual([fact({ agent: 'other', source: 'crm.other' })]);
      expect(await list('s1', LONG_MS, 'other')).toEqual([fact()]);
    });

    it('are part of a backup', async () => {
      await note();
      await note({ process: 'p2' });
      await note({ subject: 's2', labels: [], isPrivate: false, isUntrusted: true }, LONG_MS, 'other');
      const scratch = mkdtempSync(join(tmpdir(), 'sallyport-backup-'));
      const copy = await driver.place();
      try {
        await store.backup(join(scratch, 'backup'));
        await copy.restore(join(scratch, 'backup'));
        const restored = await copy.open();
        try {
          expect(await restored.flowFacts.list(ORG, 's1', LONG_MS)).toEqual([fact({ process: 'p2', isShared: true })]);
          expect(await restored.flowFacts.list('other', 's2', LONG_MS)).toEqual(await list('s2', LONG_MS, 'other'));
          expect(await list('s2', LONG_MS, 'other')).toHaveLength(1);
        } finally {
          await restored.lifecycle.close();
        }
      } finally {
        rmSync(scratch, { recursive: true, force: true });
        await copy.dispose();
      }
    });
  });
}
