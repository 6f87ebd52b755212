// The cases every store must pass, written once; store-sqlite.test.ts and store-postgres.test.ts run them against their driver.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decisionContent, documentDigest, objectContent, outcomeContent } from '../../src/audit/entry.ts';
import type { EntryDraft, EntryQuery, StoredEntry } from '../../src/audit/port.ts';
import { exportLines, type Verdict, verifyLog } from '../../src/audit/verify.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { MAX_QUEUED_ENTRIES } from '../../src/store/group-queue.ts';
import type { BackupSummary, FailWrite, Store } from '../../src/store/port.ts';

/** One empty place for a store (a directory, a database); opening it twice reaches the same data. */
export interface Place {
  open(failWrite?: FailWrite): Promise<Store>;
  restore(fromPath: string): Promise<BackupSummary>;
  /** Records a schema change that this version does not know. The store is closed. */
  makeSchemaNewer(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Driver {
  name: string;
  place(): Promise<Place>;
}

export const ORG = 'acme';
const TIME_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

export function decision(call: string, judged: number, effect: 'allow' | 'deny' = 'allow'): EntryDraft {
  const content = decisionContent({
    timeMs: TIME_MS,
    call,
    principal: { agent: 'reader', token: 'reader' },
    surface: 'all',
    method: 'tools/call',
    server: 'files',
    tool: 'read',
    effect,
    rule: 'main/reads',
    code: effect === 'allow' ? 'allowed' : 'denied_by_rule',
    judged,
    credential: 'none',
    client: { era: 'modern', version: '2026-07-28' },
    origin: 'agent',
  });
  return { content, callId: call, payloads: [] };
}

export function outcome(call: string, seq: number): EntryDraft {
  return { content: outcomeContent({ timeMs: TIME_MS, call, decision: seq, status: 'ok', latencyMs: 1.25 }), callId: call, payloads: [] };
}

function agent(name: string, owner = 'someone'): StoredObject<'agent'> {
  return { kind: 'agent', metadata: { name }, spec: { owner, credentialMode: 'service', disabled: false } };
}

function change(...documents: StoredObject[]): EntryDraft {
  const changes = documents.map((document) => ({
    kind: document.kind,
    name: document.metadata.name,
    action: 'write' as const,
    digest: documentDigest(document),
  }));
  return { content: objectContent({ timeMs: TIME_MS, author: 'tester', changes }), callId: undefined, payloads: [] };
}

function put(store: Store, document: StoredObject, expectedRevision?: number) {
  const write = { kind: document.kind, name: document.metadata.name, document, expectedRevision };
  return store.objects.write(ORG, [write], 'tester', TIME_MS, change(document));
}

export async function entries(store: Store, query: Partial<EntryQuery> = {}): Promise<StoredEntry[]> {
  const all: StoredEntry[] = [];
  for await (const entry of store.log.read({ org: ORG, ...query })) all.push(entry);
  return all;
}

export function verdict(store: Store, org = ORG): Promise<Verdict> {
  return verifyLog(exportLines(store.log.read({ org })), { org });
}

export function storeCases(driver: Driver): void {
  describe(`store contract: ${driver.name}`, () => {
    let place: Place;
    let store: Store;
    let scratch: string;
    beforeEach(async () => {
      scratch = mkdtempSync(join(tmpdir(), 'sallyport-contract-'));
      place = await driver.place();
      store = await place.open();
      await store.objects.createOrganization(ORG);
    });
    afterEach(async () => {
      await store.lifecycle.close();
      await place.dispose();
      rmSync(scratch, { recursive: true, force: true });
    });

    it('gives 1,000 concurrent appends one unbroken chain', async () => {
      const receipts = await Promise.all(Array.from({ length: 1000 }, (_, i) => store.log.append(ORG, [decision(`call_${i}`, 0, 'deny')])));
      const seqs = receipts.flat().map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1));
      const stored = await entries(store);
      for (const receipt of receipts.flat()) expect(stored[receipt.seq - 1]?.hash).toBe(receipt.hash);
      expect(await verdict(store)).toMatchObject({ state: 'sound', entries: 1000, head: await store.log.head(ORG) });
    });

    it('keeps the drafts of one append together and in order', async () => {
      const groups = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.log.append(
            ORG,
            [0, 1, 2].map((part) => decision(`call_${i}_${part}`, 0, 'deny')),
          ),
        ),
      );
      for (const [i, group] of groups.entries()) {
        expect(group.map(({ seq }) => seq)).toEqual([i * 3 + 1, i * 3 + 2, i * 3 + 3]);
      }
      const calls = (await entries(store)).map(({ content }) => JSON.parse(content).call);
      expect(calls[4]).toBe('call_1_1');
      expect(await store.log.append(ORG, [])).toEqual([]);
    });

    it('reads ranges, backwards, by call, and bounded', async () => {
      await store.log.append(
        ORG,
        Array.from({ length: 600 }, (_, i) => decision(`call_${i % 300}`, 0, 'deny')),
      );
      const seqs = async (query: Partial<EntryQuery>) => (await entries(store, query)).map(({ seq }) => seq);
      expect(await seqs({ fromSeq: 10, toSeq: 12 })).toEqual([10, 11, 12]);
      expect(await seqs({ reverse: true, limit: 2 })).toEqual([600, 599]);
      expect(await seqs({ callId: 'call_7' })).toEqual([8, 308]);
      expect(await seqs({ callId: 'call_7', reverse: true, limit: 1 })).toEqual([308]);
      expect(await seqs({ callId: 'nobody' })).toEqual([]);
      expect(await seqs({ fromSeq: 601 })).toEqual([]);
      expect(await seqs({})).toHaveLength(600);
      expect((await seqs({ reverse: true })).at(-1)).toBe(1);
    });

    it('raises the revision seen by the next append, not by the one before (joining rule)', async () => {
      const [before] = await store.log.append(ORG, [decision('call_1', 0)]);
      const written = await put(store, agent('reader'));
      const [after] = await store.log.append(ORG, [decision('call_2', 1)]);
      expect(before?.revision).toBe(0);
      expect(written).toMatchObject({ type: 'written', revision: 1, receipt: { seq: 2, revision: 1 } });
      expect(after).toMatchObject({ seq: 3, revision: 1 });
      expect(await verdict(store)).toMatchObject({ state: 'sound', voidDecisions: 0, openCalls: 2 });
    });

    it('orders appends and writes that race, and the log proves it', async () => {
      const work = Array.from({ length: 200 }, (_, i) =>
        i % 10 === 9 ? put(store, agent(`agent-${i}`)) : store.log.append(ORG, [decision(`call_${i}`, 0)]),
      );
      await Promise.all(work);
      const seen = await verdict(store);
      expect(seen).toMatchObject({ state: 'sound', entries: 200, head: { revision: 20 } });
      expect(seen.voidDecisions + seen.openCalls).toBe(180);
    });

    it('refuses a write based on an older revision, and then writes nothing', async () => {
      await put(store, agent('reader'), 0);
      expect(await put(store, agent('reader'), 0)).toEqual({ type: 'conflict', kind: 'agent', name: 'reader', currentRevision: 1 });
      const writes = [agent('other'), agent('reader')].map((document) => ({
        kind: 'agent',
        name: document.metadata.name,
        document,
        expectedRevision: 0,
      }));
      expect(await store.objects.write(ORG, writes, 'tester', TIME_MS, change(agent('other')))).toMatchObject({
        type: 'conflict',
        name: 'reader',
      });
      expect(await store.objects.load(ORG)).toMatchObject({ revision: 1, objects: [{ metadata: { name: 'reader' }, revision: 1 }] });
      expect(await store.log.head(ORG)).toMatchObject({ seq: 1, revision: 1 });
      expect(await put(store, agent('reader', 'new'), 1)).toMatchObject({ type: 'written', revision: 2 });
      await expect(store.objects.write(ORG, [...writes, ...writes], 't', TIME_MS, change())).rejects.toMatchObject({
        code: 'invalid_write',
      });
    });

    it('lets exactly one of two racing writers win', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, () => put(store, agent('reader'), 0)));
      expect(results.filter(({ type }) => type === 'written')).toHaveLength(1);
    });

    it('keeps every version, the newest first, deletions included', async () => {
      const odd = agent('reader', 'quote " backslash \\ newline \n zero \u0000 snowman ☃ \u{1f600}');
      await put(store, agent('reader', 'first'));
      await put(store, odd);
      await store.objects.write(
        ORG,
        [{ kind: 'agent', name: 'reader', document: undefined, expectedRevision: 2 }],
        'remover',
        TIME_MS + 1,
        change(),
      );
      await store.objects.write(
        ORG,
        [{ kind: 'agent', name: 'never-there', document: undefined, expectedRevision: undefined }],
        'remover',
        TIME_MS,
        change(),
      );
      const history = await store.objects.history(ORG, 'agent', 'reader', 10);
      expect(history.map(({ revision, author, timeMs }) => [revision, author, timeMs])).toEqual([
        [3, 'remover', TIME_MS + 1],
        [2, 'tester', TIME_MS],
        [1, 'tester', TIME_MS],
      ]);
      expect(history[0]?.document).toBeUndefined();
      expect(history[1]?.document).toEqual({ ...odd, revision: 2 });
      expect(await store.objects.history(ORG, 'agent', 'reader', 1)).toHaveLength(1);
      expect(await store.objects.history(ORG, 'agent', 'never-there', 10)).toEqual([]);
      expect((await store.objects.load(ORG)).objects).toEqual([]);
      expect(await put(store, agent('reader'), 0)).toMatchObject({ type: 'written' });
    });

    it('after a deletion, keeps the objects it has read before, and reads none of them again', async () => {
      const remove = (name: string) =>
        store.objects.write(ORG, [{ kind: 'agent', name, document: undefined, expectedRevision: undefined }], 'remover', TIME_MS, change());
      for (const name of ['reader', 'writer', 'keeper']) await put(store, agent(name));
      const before = (await store.objects.load(ORG)).objects;
      await remove('reader');
      const after = await store.objects.load(ORG);
      expect(after.revision).toBe(4);
      expect(after.objects.map(({ metadata }) => metadata.name)).toEqual(['keeper', 'writer']);
      for (const object of after.objects) expect(before.some((other) => other === object)).toBe(true);
      // Deleted and made anew in between, deleted without having been read, and nothing at all.
      await remove('writer');
      await put(store, agent('writer', 'again'));
      await put(store, agent('guest'));
      await remove('guest');
      const last = await store.objects.load(ORG);
      expect(last.objects.map(({ metadata, revision }) => [metadata.name, revision])).toEqual([
        ['keeper', 3],
        ['writer', 6],
      ]);
      expect(before.some((other) => other === last.objects[0])).toBe(true);
      expect((await store.objects.load(ORG)).objects).toEqual(last.objects);
    });

    it('gives the objects as they were at an earlier revision', async () => {
      await put(store, agent('reader', 'first'));
      await put(store, agent('writer', 'other'));
      await put(store, agent('reader', 'second'));
      const gone = [{ kind: 'agent', name: 'reader', document: undefined, expectedRevision: undefined }];
      await store.objects.write(ORG, gone, 'remover', TIME_MS, change());
      const at = async (revision: number) =>
        (await store.objects.loadAt(ORG, revision)).objects.map(({ metadata, revision: of }) => [metadata.name, of]);
      expect(await at(0)).toEqual([]);
      expect(await at(1)).toEqual([['reader', 1]]);
      expect(await at(2)).toEqual([
        ['reader', 1],
        ['writer', 2],
      ]);
      expect((await store.objects.loadAt(ORG, 3)).objects[0]).toEqual({ ...agent('reader', 'second'), revision: 3 });
      expect(await at(4)).toEqual([['writer', 2]]);
    });

    it('tells listeners about a change, until they unsubscribe', async () => {
      const seen: [string, number][] = [];
      const stop = store.objects.onChange((org, revision) => seen.push([org, revision]));
      await put(store, agent('one'));
      expect(seen).toEqual([[ORG, 1]]);
      stop();
      await put(store, agent('two'));
      expect(seen).toHaveLength(1);
    });

    it('keeps organizations apart', async () => {
      await store.objects.createOrganization('other');
      await store.objects.createOrganization('other');
      expect(await store.objects.organizations()).toEqual([ORG, 'other']);
      await Promise.all([
        store.log.append(ORG, [decision('call_1', 0)]),
        store.log.append('other', [decision('call_1', 0)]),
        put(store, agent('reader')),
      ]);
      expect(await store.log.head('other')).toMatchObject({ seq: 1, revision: 0 });
      expect((await store.objects.load('other')).objects).toEqual([]);
      expect(await verdict(store, 'other')).toMatchObject({ state: 'sound', org: 'other' });
      await expect(store.log.append('nobody', [decision('call_1', 0)])).rejects.toMatchObject({ code: 'unknown_organization' });
      await expect(store.objects.load('nobody')).rejects.toMatchObject({ code: 'unknown_organization' });
      await expect(store.objects.createOrganization('Not a name')).rejects.toMatchObject({ code: 'invalid_organization' });
    });

    it('keeps sealed payloads until they are erased, and the chain does not care', async () => {
      const sealed = [Uint8Array.from({ length: 70_000 }, (_, i) => i), Uint8Array.of(), Uint8Array.of(0, 10, 13, 255)];
      const payloads = sealed.map((bytes, i) => ({ commitment: String(i).repeat(64), role: 'arguments' as const, sealed: bytes }));
      await store.log.append(ORG, [
        { ...decision('call_1', 0), payloads: payloads.slice(0, 2) },
        { ...decision('call_2', 0), payloads: payloads.slice(2) },
      ]);
      for (const { commitment, sealed: bytes } of payloads)
        expect(Buffer.from((await store.log.payload(ORG, commitment)) ?? [1])).toEqual(Buffer.from(bytes));
      expect(await store.log.erasePayloads(ORG, ['0'.repeat(64), '7'.repeat(64)])).toBe(1);
      expect(await store.log.payload(ORG, '0'.repeat(64))).toBeUndefined();
      expect(await store.log.payload(ORG, '2'.repeat(64))).toBeDefined();
      expect((await verdict(store)).state).toBe('sound');
    });

    it('keeps wrapped keys in the order they came, replaced in place', async () => {
      await store.keys.put(ORG, 'b', Uint8Array.of(1));
      await store.keys.put(ORG, 'a', Uint8Array.of(2));
      await store.keys.put(ORG, 'b', Uint8Array.of(3));
      const keys = await store.keys.list(ORG);
      expect(keys.map(({ id, wrapped }) => [id, ...wrapped])).toEqual([
        ['b', 3],
        ['a', 2],
      ]);
      expect(await store.keys.list('other')).toEqual([]);
      await expect(store.keys.put('nobody', 'x', Uint8Array.of(1))).rejects.toMatchObject({ code: 'unknown_organization' });
    });

    it('has everything again after it was closed and opened', async () => {
      await put(store, agent('reader'));
      const [receipt] = await store.log.append(ORG, [decision('call_1', 1)]);
      const head = await store.log.head(ORG);
      await store.lifecycle.close();
      await expect(store.log.append(ORG, [decision('call_2', 1)])).rejects.toMatchObject({ code: 'log_unavailable' });
      expect(await store.lifecycle.healthy()).toBe(false);
      store = await place.open();
      expect(await store.lifecycle.healthy()).toBe(true);
      expect(await store.log.head(ORG)).toEqual(head);
      const [next] = await store.log.append(ORG, [outcome('call_1', receipt?.seq ?? 0)]);
      expect(next?.seq).toBe(3);
      expect(await verdict(store)).toMatchObject({ state: 'sound', openCalls: 0 });
    });

    it('answers what was accepted before it closes', async () => {
      const pending = Array.from({ length: 100 }, (_, i) => store.log.append(ORG, [decision(`call_${i}`, 0, 'deny')]));
      await store.lifecycle.close();
      expect((await Promise.all(pending)).flat()).toHaveLength(100);
      store = await place.open();
      expect((await store.log.head(ORG)).seq).toBe(100);
    });

    it('refuses a database with a newer schema and leaves it alone', async () => {
      await store.lifecycle.close();
      await place.makeSchemaNewer();
      await expect(place.open()).rejects.toMatchObject({ code: 'schema_newer' });
    });

    it('does not let a bad draft take its neighbours with it', async () => {
      const bad = { ...decision('call_bad', 0), content: '{"a":\n1}' };
      const results = await Promise.allSettled([
        store.log.append(ORG, [decision('call_1', 0)]),
        store.log.append(ORG, [bad]),
        store.log.append(ORG, [{ ...decision('call_x', 0), callId: 'with\nnewline' }]),
        store.log.append(ORG, [decision('call_2', 0)]),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await verdict(store)).toMatchObject({ state: 'sound', entries: 2 });
    });

    it('refuses at once what does not fit the queue', async () => {
      const drafts = Array.from({ length: MAX_QUEUED_ENTRIES }, (_, i) => decision(`call_${i}`, 0, 'deny'));
      const full = store.log.append(ORG, drafts);
      await expect(store.log.append(ORG, [decision('call_over', 0)])).rejects.toMatchObject({ code: 'log_unavailable' });
      expect(await full).toHaveLength(MAX_QUEUED_ENTRIES);
      expect(await store.log.append(ORG, [decision('call_after', 0)])).toHaveLength(1);
    });

    it('fails the n-th write on demand, before or after it is durable', async () => {
      await store.lifecycle.close();
      store = await place.open((n) => (n === 2 ? true : n === 3 ? 'after' : false));
      const append = (call: string) => store.log.append(ORG, [decision(call, 0, 'deny')]);
      await append('call_1');
      await expect(append('call_2')).rejects.toMatchObject({ code: 'log_unavailable' });
      await expect(append('call_3')).rejects.toMatchObject({ code: 'log_unavailable' });
      await append('call_4');
      expect((await entries(store)).map(({ content }) => JSON.parse(content).call)).toEqual(['call_1', 'call_3', 'call_4']);
    });

    it('keeps the newest history of calls of each organization', async () => {
      await store.objects.createOrganization('other');
      const kept = { seq: 7, beyond: [9, 11], data: Buffer.from([0, 1, 255]) };
      expect(await store.histories.loadHistory(ORG)).toBeUndefined();
      await store.histories.saveHistory(ORG, kept);
      await store.histories.saveHistory(ORG, { seq: 6, beyond: [], data: Buffer.from('older') });
      await store.histories.saveHistory('other', { seq: 1, beyond: [], data: Buffer.from('other') });
      const found = await store.histories.loadHistory(ORG);
      expect(found && { ...found, data: [...found.data] }).toEqual({ seq: 7, beyond: [9, 11], data: [0, 1, 255] });
      expect((await store.histories.loadHistory('other'))?.beyond).toEqual([]);
    });

    it('keeps the texts of definitions of each organization, the first of each hash', async () => {
      await store.objects.createOrganization('other');
      const hash = 'ab'.repeat(32);
      await store.definitions.saveDefinitions(ORG, [{ hash, text: '{"a":"ä\\u0000"}' }]);
      await store.definitions.saveDefinitions(ORG, [
        { hash, text: 'another' },
        { hash: 'cd'.repeat(32), text: '{}' },
      ]);
      expect(await store.definitions.loadDefinition(ORG, hash)).toBe('{"a":"ä\\u0000"}');
      expect(await store.definitions.loadDefinition(ORG, 'cd'.repeat(32))).toBe('{}');
      expect(await store.definitions.loadDefinition('other', hash)).toBeUndefined();
    });

    it('keeps the latest use of a token, organization by organization', async () => {
      await store.objects.createOrganization('other');
      await store.tokenUse.noteTokenUse(ORG, [
        { token: 'b', usedMs: 5 },
        { token: 'a', usedMs: 7 },
      ]);
      await store.tokenUse.noteTokenUse(ORG, [
        { token: 'a', usedMs: 6 },
        { token: 'quote \' " {}', usedMs: 8 },
      ]);
      await store.tokenUse.noteTokenUse('other', [{ token: 'a', usedMs: 1 }]);
      await store.tokenUse.noteTokenUse(ORG, []);
      const sorted = async (org: string) => (await store.tokenUse.loadTokenUse(org)).toSorted((x, y) => (x.token < y.token ? -1 : 1));
      expect(await sorted(ORG)).toEqual([
        { token: 'a', usedMs: 7 },
        { token: 'b', usedMs: 5 },
        { token: 'quote \' " {}', usedMs: 8 },
      ]);
      expect(await sorted('other')).toEqual([{ token: 'a', usedMs: 1 }]);
      await store.lifecycle.close();
      store = await place.open();
      expect(await sorted('other')).toEqual([{ token: 'a', usedMs: 1 }]);
    });

    it('keeps one of several checkpoints made at once, and none that is older or not due', async () => {
      await store.objects.createOrganization('other');
      const { checkpoints } = store;
      const one = { size: 7, madeMs: 1000, note: 'note ☃\n' };
      const made = await Promise.all(Array.from({ length: 8 }, (_, i) => checkpoints.saveCheckpoint(ORG, { ...one, size: 7 + i }, 500)));
      expect(made.filter(Boolean)).toHaveLength(1);
      const [kept] = await checkpoints.checkpoints(ORG, 5);
      expect(kept).toMatchObject({ madeMs: 1000, note: one.note });
      expect(await checkpoints.saveCheckpoint(ORG, { ...one, size: kept?.size ?? 0, madeMs: 3000 }, 2000)).toBe(false);
      expect(await checkpoints.saveCheckpoint(ORG, { ...one, size: 100, madeMs: 3000 }, 999)).toBe(false);
      expect(await checkpoints.saveCheckpoint(ORG, { ...one, size: 100, madeMs: 3000 }, 1000)).toBe(true);
      expect((await checkpoints.checkpoints(ORG, 5)).map(({ size }) => size)).toEqual([100, kept?.size]);
      expect(await checkpoints.checkpoints(ORG, 1)).toHaveLength(1);
      expect(await checkpoints.checkpoints('other', 5)).toEqual([]);
      // A note is replaced only when it is still the one that was read: of several that add to it at once, none is lost.
      const swaps = await Promise.all(['a', 'b', 'c'].map((more) => checkpoints.replaceNote(ORG, 100, one.note, `${one.note}${more}`)));
      expect(swaps.filter(Boolean)).toHaveLength(1);
      expect(await checkpoints.replaceNote(ORG, 99, one.note, 'x')).toBe(false);
      expect(await checkpoints.replaceNote('other', 100, one.note, 'x')).toBe(false);
      expect((await checkpoints.checkpoints(ORG, 1))[0]?.note).toMatch(new RegExp(`${one.note}[abc]$`));
    });

    it('takes a signing key only from who knows all that are there', async () => {
      const { checkpoints } = store;
      const added = await Promise.all(
        ['a', 'b', 'c'].map((name) => checkpoints.addSigningKey(ORG, 0, { verifierKey: name, sealed: name })),
      );
      expect(added.filter(Boolean)).toHaveLength(1);
      expect(await checkpoints.addSigningKey(ORG, 1, { verifierKey: 'next', sealed: 's' })).toBe(true);
      expect((await checkpoints.signingKeys(ORG)).at(-1)).toEqual({ verifierKey: 'next', sealed: 's' });
    });

    it('gives the hashes of entries in order, of this organization alone, and nothing from an entry on that is not there', async () => {
      await store.objects.createOrganization('beside');
      for (const org of [ORG, 'beside', ORG])
        await store.log.append(
          org,
          ['a', 'b', 'c'].map((call) => decision(`call_${call}`, 0, 'deny')),
        );
      const all: string[] = [];
      for await (const { hash } of store.log.read({ org: ORG })) all.push(hash);
      const { checkpoints } = store;
      expect(all.length).toBeGreaterThanOrEqual(6);
      expect(await checkpoints.entryHashes(ORG, 1, 1_000)).toBe(all.join(''));
      expect(await checkpoints.entryHashes(ORG, 2, 3)).toBe(all.slice(1, 4).join(''));
      expect(await checkpoints.entryHashes(ORG, all.length, 5)).toBe(all.at(-1));
      expect(await checkpoints.entryHashes(ORG, all.length + 1, 5)).toBe('');
      expect(await checkpoints.entryHashes('nobody', 1, 5)).toBe('');
    });

    it('keeps the blocks of the tree up to the first that is missing', async () => {
      const { checkpoints } = store;
      const roots = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.alloc(32, value)));
      await checkpoints.saveTreeBlocks(ORG, 0, roots(1, 2));
      await checkpoints.saveTreeBlocks(ORG, 1, roots(9, 3));
      await checkpoints.saveTreeBlocks(ORG, 4, roots(5));
      expect(Buffer.from(await checkpoints.treeBlocks(ORG, 0, 100)).equals(roots(1, 2, 3))).toBe(true);
      expect(Buffer.from(await checkpoints.treeBlocks(ORG, 1, 1)).equals(roots(2))).toBe(true);
      expect(await checkpoints.treeBlocks(ORG, 3, 100)).toHaveLength(0);
    });

    describe('backup and restore', () => {
      it('copies everything while appends go on, and restores it into an empty store', async () => {
        const odd = agent('reader', 'quote " newline \n zero \u0000 ☃ \u{1f600}');
        await put(store, odd);
        await store.keys.put(ORG, 'k', Uint8Array.of(0, 1, 255));
        await store.checkpoints.addSigningKey(ORG, 0, { verifierKey: 'key', sealed: 'text' });
        await store.checkpoints.saveCheckpoint(ORG, { size: 1, madeMs: 2, note: 'note\n' }, 0);
        const held = { owner: 'gw', start: 'now', startSeq: 7, leaseMs: 60_000, nowMs: 1 };
        await store.forwards.claimForward(ORG, 'siem', held);
        await store.approvals.useGrant(ORG, { key: 'g@1', maxUses: 2, timeMs: 3, atRevision: 1 }, decision('call_use', 1));
        const payload = { commitment: 'ab'.repeat(32), role: 'result' as const, sealed: Uint8Array.of(0, 10, 255) };
        await store.log.append(ORG, [{ ...decision('call_\u007e', 1), payloads: [payload] }]);
        await store.log.append(
          ORG,
          Array.from({ length: 1200 }, (_, i) => decision(`call_${i}`, 1, 'deny')),
        );
        const path = join(scratch, 'copy.jsonl');
        const more = Array.from({ length: 200 }, (_, i) => store.log.append(ORG, [decision(`later_${i}`, 1, 'deny')]));
        const [summary] = await Promise.all([store.backup(path), ...more]);
        expect(summary).toMatchObject({ path, organizations: 1, bytes: readFileSync(path).length });
        await expect(store.backup(path)).rejects.toMatchObject({ code: 'backup_exists' });

        const other = await driver.place();
        try {
          expect((await other.restore(path)).entries).toBe(summary.entries);
          await expect(other.restore(path)).rejects.toMatchObject({ code: 'restore_target_not_empty' });
          const copy = await other.open();
          const original = await entries(store, { toSeq: summary.entries });
          expect(await entries(copy)).toEqual(original);
          expect(await copy.objects.load(ORG)).toEqual(await store.objects.load(ORG));
          expect(await copy.objects.history(ORG, 'agent', 'reader', 5)).toEqual(await store.objects.history(ORG, 'agent', 'reader', 5));
          expect((await copy.keys.list(ORG)).map(({ id, wrapped }) => [id, ...wrapped])).toEqual([['k', 0, 1, 255]]);
          expect(await copy.checkpoints.signingKeys(ORG)).toEqual([{ verifierKey: 'key', sealed: 'text' }]);
          expect(await copy.checkpoints.checkpoints(ORG, 5)).toEqual([{ size: 1, madeMs: 2, note: 'note\n' }]);
          expect(await copy.forwards.forwards(ORG)).toMatchObject([{ name: 'siem', start: 'now', next: 7, epoch: 1, owner: '' }]);
          expect([...(await copy.approvals.grantUses(ORG))]).toEqual([['g@1', { used: 1, lastMs: 3 }]]);
          expect([...((await copy.log.payload(ORG, payload.commitment)) ?? [])]).toEqual([0, 10, 255]);
          expect(await copy.log.append(ORG, [decision('call_next', 1)])).toMatchObject([{ seq: summary.entries + 1, revision: 1 }]);
          expect((await verdict(copy)).state).toBe('sound');
          await copy.lifecycle.close();
        } finally {
          await other.dispose();
        }
      });

      it('refuses a damaged backup and leaves the target empty', async () => {
        await put(store, agent('reader'));
        await store.log.append(ORG, [decision('call_1', 1)]);
        const path = join(scratch, 'copy.jsonl');
        await store.backup(path);
        const whole = readFileSync(path, 'utf8');
        const lines = whole.split('\n');
        const damages = [
          whole.replace('call_1', 'call_2'),
          lines.slice(0, -2).join('\n'),
          lines.toSpliced(3, 1).join('\n'),
          `${whole}x`,
          '',
        ];
        const other = await driver.place();
        try {
          for (const text of damages) {
            writeFileSync(join(scratch, 'bad.jsonl'), text);
            await expect(other.restore(join(scratch, 'bad.jsonl'))).rejects.toMatchObject({ code: 'backup_damaged' });
          }
          expect((await other.restore(path)).entries).toBe(2);
        } finally {
          await other.dispose();
        }
      });
    });
  });
}
