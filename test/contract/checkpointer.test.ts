// Checkpoints and proofs over a real store: restarts, rotation of the key, several processes at once, a log that was changed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryLine } from '../../src/audit/chain.ts';
import { parseCheckpoint } from '../../src/audit/checkpoint.ts';
import { Checkpointer } from '../../src/audit/checkpointer.ts';
import { systemContent } from '../../src/audit/entry.ts';
import { AuditLog } from '../../src/audit/log.ts';
import { BLOCK_LEAVES, consistencyHolds, inclusionHolds, leafHash } from '../../src/audit/merkle.ts';
import type { KeptCheckpoint } from '../../src/audit/port.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { systemRandom } from '../../src/lib/id.ts';
import type { Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';

const ORG = 'acme';
const sealer = {
  seal: (_org: string, bytes: Uint8Array) => bytes,
  sealInSteps: function* (_org: string, bytes: Uint8Array) {
    yield;
    return bytes;
  },
  open: (_org: string, bytes: Uint8Array) => bytes,
};
const box = { seal: (org: string, text: string) => `${org}:${text}`, open: (org: string, sealed: string) => sealed.split(`${org}:`)[1] };

describe('Checkpointer', () => {
  let dataDir: string;
  let store: Store;
  let made: KeptCheckpoint[];
  const clock = new ManualClock();
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sallyport-checkpoint-'));
    store = await openSqliteStore({ dataDir });
    await store.objects.createOrganization(ORG);
    made = [];
  });
  afterEach(async () => {
    await store.lifecycle.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const create = (): Checkpointer =>
    new Checkpointer({
      log: store.log,
      audit: new AuditLog({ store: store.log, sealer }),
      store: store.checkpoints,
      clock,
      random: systemRandom,
      ...box,
      onMade: async (_org, one) => void made.push(one),
    });

  async function append(count: number): Promise<void> {
    const content = systemContent({ event: 'stop', timeMs: clock.nowMs(), instance: 'gw' });
    await store.log.append(
      ORG,
      Array.from({ length: count }, () => ({ content, callId: undefined, payloads: [] })),
    );
  }

  async function lines(): Promise<string[]> {
    const all: string[] = [];
    for await (const entry of store.log.read({ org: ORG })) all.push(entryLine(entry));
    return all;
  }

  const notes = async (): Promise<string[]> => (await store.checkpoints.checkpoints(ORG, 100)).map(({ note }) => note);

  it('makes nothing twice, goes on after a restart, and what it makes verifies', async () => {
    const first = create();
    expect((await first.make(ORG))?.size).toBe(1); // the entry that names the first key
    await append(BLOCK_LEAVES * 2 + 10);
    const [a, b] = await Promise.all([first.make(ORG), first.make(ORG)]);
    expect(a).toEqual(b);
    await append(300);
    const second = create();
    expect((await second.make(ORG, 60_000))?.size).toBe(a?.size); // not due
    clock.advance(60_000);
    expect((await second.make(ORG, 60_000))?.size).toBe(BLOCK_LEAVES * 2 + 311);
    expect(made.map(({ size }) => size)).toEqual([1, BLOCK_LEAVES * 2 + 11, BLOCK_LEAVES * 2 + 311]);
    const [key = ''] = await second.keys(ORG);
    const tree = { notes: await notes(), keys: [key] };
    expect(await verifyLog(await lines(), { tree })).toMatchObject({
      state: 'sound',
      checkpoints: { checked: 3, size: BLOCK_LEAVES * 2 + 311, trust: 'given' },
    });
    expect(await verifyLog(await lines(), { tree: { ...tree, keys: [] } })).toMatchObject({
      state: 'sound',
      checkpoints: { trust: 'log' },
    });
    const cut = await verifyLog((await lines()).slice(0, -1), { tree });
    expect(cut).toMatchObject({ state: 'broken', firstBad: { rule: 'checkpoint-size' } });
  });

  it('proves entries and growth from any checkpoint, also when the kept blocks are gone', async () => {
    const one = create();
    await append(700);
    const old = parseCheckpoint((await one.make(ORG))?.note ?? '');
    await append(900);
    const now = parseCheckpoint((await one.make(ORG))?.note ?? '');
    if (!old || !now) throw new Error('no checkpoint');
    const db = new DatabaseSync(store_path());
    db.exec('DELETE FROM tree_block WHERE position > 1');
    db.close();
    const seqs = [1, 256, 257, 700, old.size, now.size];
    const paths = await one.inclusion(ORG, seqs, now.size);
    for await (const { seq, hash } of store.log.read({ org: ORG })) {
      const at = seqs.indexOf(seq);
      if (at >= 0) expect(inclusionHolds(leafHash(hash), seq - 1, now.size, paths[at] ?? [], now.root)).toBe(true);
    }
    expect(consistencyHolds(old, now, await one.consistency(ORG, old.size, now.size))).toBe(true);
  });

  const store_path = (): string => join(dataDir, 'sallyport.db');

  it('hands over from key to key: who trusts the first follows', async () => {
    const one = create();
    const [first = ''] = await one.keys(ORG);
    await append(3);
    const { key, previous } = await one.rotate(ORG, 'olga');
    expect(previous).toBe(first);
    await append(3);
    await one.make(ORG);
    const all = { notes: await notes(), keys: [first] };
    expect(await verifyLog(await lines(), { tree: all })).toMatchObject({ state: 'sound', checkpoints: { checked: 2 } });
    const onlyLast = { notes: all.notes.slice(0, 1), keys: [first] };
    expect(await verifyLog(await lines(), { tree: onlyLast })).toMatchObject({ firstBad: { rule: 'checkpoint-signature' } });
    expect(await verifyLog(await lines(), { tree: { ...onlyLast, keys: [key] } })).toMatchObject({ state: 'sound' });
  });

  it('of several processes one writes a checkpoint, and there is one first key', async () => {
    await append(5);
    const processes = Array.from({ length: 5 }, create);
    await Promise.all(processes.map((one) => one.make(ORG, 1000)));
    expect(made.length).toBeGreaterThan(0);
    const kept = await store.checkpoints.checkpoints(ORG, 10);
    expect(kept).toHaveLength(1);
    expect(await store.checkpoints.signingKeys(ORG)).toHaveLength(1);
    expect(await verifyLog(await lines(), { tree: { notes: await notes(), keys: [] } })).toMatchObject({ state: 'sound' });
  });

  it('does not go on from a log that is not the one it signed', async () => {
    await append(400);
    await create().make(ORG);
    const db = new DatabaseSync(store_path());
    db.exec(`UPDATE entry SET hash = '${'ab'.repeat(32)}' WHERE seq = 390`);
    db.close();
    await append(1);
    await expect(create().make(ORG)).rejects.toMatchObject({ code: 'checkpoint_mismatch' });
  });
});
