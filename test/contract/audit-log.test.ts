// Writing the log on a real store: commitments and sealed values, and what a start after a crash declares.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DecisionFields } from '../../src/audit/entry.ts';
import { AuditLog, commit, findOpenCalls, SALT_BYTES } from '../../src/audit/log.ts';
import type { PayloadSealer } from '../../src/audit/port.ts';
import { sha256Hex } from '../../src/lib/digest.ts';
import type { Store } from '../../src/store/port.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { entries, ORG, verdict } from './store-cases.ts';

const key = randomBytes(32);
const sealer: PayloadSealer = {
  seal: (org, bytes) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(org));
    return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  },
  sealInSteps: function* (org, bytes) {
    yield;
    return sealer.seal(org, bytes);
  },
  open: (org, bytes) => {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(org)).setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  },
};

const fields = (call: string, more: Partial<DecisionFields> = {}): Omit<DecisionFields, 'arguments'> => ({
  timeMs: 0,
  call,
  surface: 'all',
  method: 'tools/call',
  effect: 'allow',
  rule: 'r',
  code: 'allowed',
  judged: 0,
  credential: 'none',
  client: { era: 'legacy', version: '2025-11-25' },
  origin: 'agent',
  ...more,
});

describe('AuditLog', () => {
  let dataDir: string;
  let store: Store;
  let log: AuditLog;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sallyport-log-'));
    store = await openSqliteStore({ dataDir });
    await store.objects.createOrganization(ORG);
    log = new AuditLog({ store: store.log, sealer });
  });
  afterEach(async () => {
    await store.lifecycle.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('keeps values out of the entry, sealed, and gives them back until they are erased', async () => {
    const text = '{"secret":"hunter2 ☃"}';
    await log.record(ORG, { type: 'decision', fields: fields('call_1'), arguments: { text } });
    const [entry] = await entries(store);
    const commitment: string = JSON.parse(entry?.content ?? '{}').arguments;
    expect(entry?.content).not.toContain('hunter2');
    expect(Buffer.from((await store.log.payload(ORG, commitment)) ?? []).includes('hunter2')).toBe(false);
    expect(await log.value(ORG, commitment)).toBe(text);
    await store.log.erasePayloads(ORG, [commitment]);
    expect(await log.value(ORG, commitment)).toBeUndefined();
  });

  it('does not return a value that is not the one committed to', async () => {
    const { salted } = commit('other');
    const commitment = 'c'.repeat(64);
    const entry = log.entry(ORG, { type: 'decision', fields: fields('call_1') });
    await store.log.append(ORG, [{ ...entry, payloads: [{ commitment, role: 'arguments', sealed: sealer.seal(ORG, salted) }] }]);
    await expect(log.value(ORG, commitment)).rejects.toMatchObject({ code: 'payload_mismatch' });
  });

  it('drops a value that is not to be kept, and still commits to it', async () => {
    const entry = log.entry(ORG, {
      type: 'outcome',
      fields: { timeMs: 0, call: 'c', decision: 1, status: 'ok', latencyMs: 1 },
      result: { text: 'x', keep: false },
    });
    expect(entry.payloads).toEqual([]);
    expect(JSON.parse(entry.content).result).toMatch(/^[0-9a-f]{64}$/);
  });

  it('salts, so that equal values look different', () => {
    const [first, second] = [commit('{}'), commit('{}')];
    expect(first.commitment).not.toBe(second.commitment);
    expect(sha256Hex(Buffer.concat([first.salted.subarray(0, SALT_BYTES), Buffer.from('{}')]))).toBe(first.commitment);
    expect(first.salted).toHaveLength(SALT_BYTES + 2);
  });

  it('declares at an exclusive start what a crash left open, once', async () => {
    const start = { timeMs: 0, instance: 'gw', version: '1', exclusive: true };
    const open = await log.record(ORG, { type: 'decision', fields: fields('call_open') });
    const done = await log.record(ORG, { type: 'decision', fields: fields('call_done') });
    await log.record(ORG, { type: 'outcome', fields: { timeMs: 0, call: 'call_done', decision: done.seq, status: 'ok', latencyMs: 1 } });
    await log.record(ORG, { type: 'decision', fields: fields('call_denied', { effect: 'deny' }) });
    await log.record(ORG, { type: 'decision', fields: fields('call_list', { single: true }) });
    const change = log.entry(ORG, { type: 'object', fields: { timeMs: 0, author: 'a', changes: [] } });
    await store.objects.write(ORG, [], 'a', 0, change);
    await log.record(ORG, { type: 'decision', fields: fields('call_void') });
    expect(await findOpenCalls(store.log, ORG)).toEqual([{ call: 'call_open', decision: open.seq }]);
    expect(await log.recordStart(ORG, start)).toHaveLength(1);
    expect(await verdict(store)).toMatchObject({ state: 'sound', lostCalls: 1, openCalls: 0 });
    expect(await log.recordStart(ORG, start)).toEqual([]);
    expect((await verdict(store)).state).toBe('sound');
  });
});
