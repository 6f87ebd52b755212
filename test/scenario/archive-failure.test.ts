// Archiving by itself that fails, on real folders and files: nothing leaves the database and nothing half-written stays, operators are told by event, doctor
// and readiness, and told when it works again. And by hand: no segment ends inside of a call.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removable } from '../../src/admin/archive-log.ts';
import { judgeSegments } from '../../src/cli/action/verify-segment.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { freshPlace } from '../support/store-kind.ts';
import { webhookSecret } from '../support/subscription-object.ts';
import { startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const LIMIT_MS = 300_000;
const HOUR_MS = 3_600_000;
const POLL = { timeout: 120_000, interval: 100 };
const DAY = '86400000';
const MAIN = join(import.meta.dirname, '../../src/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-archive-'));
const place = join(folder, 'place');
const own = join(place, 'acme');
const ARCHIVE = 'kind: retention\nmetadata: {name: old}\nspec: {archive: {keepDays: 0}, rules: [{name: all, keepDays: 0}]}\n';
let orgs: OrgGateway;
let acme: Tenant;
let hook: WebhookReceiver;

beforeAll(async () => {
  hook = await startReceiver(webhookSecret(1));
  orgs = await startOrgGateway(['acme'], {
    flags: { 'audit.archiveDirectory': place, 'audit.archiveIntervalMs': DAY },
  });
  acme = orgs.tenants.acme as Tenant;
  const channel = { type: 'webhook', url: hook.url, secrets: ['hook-key'], allowPrivate: true };
  await acme.apply(JSON.stringify({ kind: 'secret', metadata: { name: 'hook-key' }, spec: { value: webhookSecret(1) } }));
  await acme.apply(JSON.stringify({ kind: 'subscription', metadata: { name: 'health' }, spec: { events: ['archive.*'], channel } }));
});
afterAll(async () => {
  await orgs?.close();
  await hook?.close();
  rmSync(folder, { recursive: true, force: true });
});

const fill = async (count: number): Promise<void> => {
  const { log } = orgs.gateway;
  const fields = { event: 'stop' as const, instance: 'test', timeMs: Date.now() };
  await Promise.all(Array.from({ length: count }, () => log.record('acme', { type: 'system', fields })));
};
const archivedTo = async (): Promise<number> => (await orgs.gateway.store.retention.archived('acme'))?.seq ?? 0;
const told = (type: string): object[] => hook.accepted(type).map(({ data }) => data);
const doctor = async (): Promise<string> => {
  const env = { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl };
  const { stdout } = await runCli(['doctor', '--json'], { env });
  const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string; message: string }[] };
  const found = checks.find(({ name }) => name === 'archive');
  return found ? `${found.state}: ${found.message}` : 'none';
};
const tryNow = (): Promise<void> => orgs.gateway.archives.settled();

describe('a scheduled run that fails', () => {
  it('is an event, a check of doctor and a part of the state, and so is that it works again', { timeout: LIMIT_MS }, async () => {
    await fill(300);
    expect(await doctor(), 'no rule lets anything go').toBe('none');
    await acme.apply(ARCHIVE);
    expect(await doctor()).toContain('not tried yet');
    mkdirSync(place);
    writeFileSync(own, 'in the way');
    await tryNow();
    await tryNow();
    expect(await archivedTo()).toBe(0);
    await vi.waitFor(() => expect(told('archive.failed')).toHaveLength(1), POLL);
    expect(told('archive.failed')[0]).toMatchObject({ organization: 'acme', subject: 'log', severity: 'warning', code: 'EEXIST' });
    const failing = await doctor();
    expect(failing).toMatch(/^warn: fails since .*EEXIST/);
    expect(failing, 'no folder of the machine').not.toContain(folder);
    const state = await acme.admin('GET', '/api/v1/log/archive');
    expect(state.json).toMatchObject({ archived: 0, byItself: { state: 'failing', problem: expect.stringContaining('EEXIST') } });
    expect(told('archive.recovered')).toEqual([]);

    rmSync(own);
    await tryNow();
    expect(await archivedTo()).toBe(256);
    await vi.waitFor(() => expect(told('archive.recovered')).toHaveLength(1), POLL);
    expect(await doctor()).toMatch(/^ok: entries up to 256 are archived/);
    expect((await acme.admin('GET', '/api/v1/log/archive')).json).toMatchObject({ byItself: { state: 'ok', tried: expect.any(String) } });

    // Another spell of the same kind, soon after: it is told anew.
    await fill(256);
    rmSync(own, { recursive: true });
    writeFileSync(own, 'in the way');
    await tryNow();
    await vi.waitFor(() => expect(told('archive.failed')).toHaveLength(2), POLL);
    rmSync(own);
  });

  it.runIf(process.platform === 'linux')('a folder without rights, or something that is no file', { timeout: LIMIT_MS }, async () => {
    const before = await archivedTo();
    await fill(256);
    rmSync(place, { recursive: true });
    // Nobody makes a folder there, whoever it is.
    symlinkSync('/sys/kernel', place);
    await tryNow();
    expect(await archivedTo()).toBe(before);
    expect(await doctor()).toMatch(/^warn: .*E(PERM|ACCES|ROFS) at mkdir/);
    rmSync(place);
    mkdirSync(own, { recursive: true });
    const name = `acme-${before + 1}-${before + 256}.segment.jsonl`;
    for (const make of [
      () => spawnSync('sh', ['-c', 'mkfifo "$1"', 'sh', join(own, name)]),
      () => symlinkSync('/dev/full', join(own, name)),
    ]) {
      make();
      await tryNow();
      expect(await archivedTo()).toBe(before);
      expect(await doctor()).toMatch(new RegExp(`^warn: .*${name} is no regular file`));
      rmSync(join(own, name));
    }
  });

  it('a disk that does not confirm leaves no file and no part of one', { timeout: LIMIT_MS }, async () => {
    const before = await archivedTo();
    await fill(256);
    const at = await open(join(folder, 'any'), 'w');
    const handle = Object.getPrototypeOf(at) as FileHandle;
    await at.close();
    const sync = vi.spyOn(handle, 'sync');
    sync.mockRejectedValueOnce(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' }));
    try {
      await tryNow();
      expect(sync).toHaveBeenCalledTimes(1);
      expect(await archivedTo()).toBe(before);
      expect(readdirSync(own)).toEqual([]);
      expect(await doctor()).toMatch(/^warn: .*EIO at fsync/);
      await tryNow();
      expect(await archivedTo()).toBeGreaterThan(before);
      expect(await doctor()).toMatch(/^ok/);
    } finally {
      sync.mockRestore();
    }
  });

  it('a disk that is full takes a part of a file, and nothing of it stays', { timeout: LIMIT_MS }, async () => {
    const store = await freshPlace('postgres');
    const out = join(folder, 'full');
    const { organization: org } = store.config;
    const object = { kind: 'retention', metadata: { name: 'old' }, spec: { archive: { keepDays: 0 } } } as unknown as StoredObject;
    await store.seed(object);
    const core = await store.open();
    const fields = { event: 'stop' as const, instance: 'x'.repeat(100), timeMs: Date.now() };
    await Promise.all(Array.from({ length: 600 }, () => core.log.record(org, { type: 'system', fields })));
    await core.store.lifecycle.close();
    // A file of this process ends after 64 kB at the most, as one on a full disk does: the last write takes a part.
    const start = (limit: string) => {
      const archive = ['--audit-archive-directory', out, '--audit-archive-interval-ms', '1000'];
      const listen = ['--listen', '127.0.0.1:0', '--admin', '127.0.0.1:0', '--data', store.dataDir, '--json-ready', ...archive];
      return startChild({
        command: 'sh',
        args: ['-c', `${limit}exec "$@"`, 'sh', process.execPath, MAIN, 'serve', ...listen],
        env: { ...process.env, DATABASE_URL: store.databaseUrl },
        ready: (line) => jsonReady(line, ['mcp', 'admin'] as const),
      });
    };
    const readiness = async (admin: string): Promise<unknown> => (await fetch(`${admin}/readyz`)).json();
    try {
      const full = await start('ulimit -f 64; ');
      await expect.poll(() => readiness(full.ready.admin), POLL).toEqual({ status: 'ready', archive: 'failing' });
      expect(await full.stop(), full.output().stderr).toBe(0);
      expect(full.output().stderr).toMatch(/EFBIG/);
      expect(readdirSync(join(out, org))).toEqual([]);
      const roomy = await start('');
      await expect.poll(() => readdirSync(join(out, org)).filter((name) => !name.startsWith('.')), POLL).toHaveLength(1);
      await expect.poll(() => readiness(roomy.ready.admin), POLL).toEqual({ status: 'ready', archive: 'ok' });
      expect(await roomy.stop()).toBe(0);
    } finally {
      await store.remove();
    }
  });
});

describe('a call on both sides of an end', () => {
  it('is not cut: by hand neither, whether it has ended or still runs; every segment verifies alone', { timeout: LIMIT_MS }, async () => {
    const first = (await archivedTo()) + 1;
    const { log, store } = orgs.gateway;
    const seq = async (): Promise<number> => (await store.log.head('acme')).seq;
    const end = (n: number): number => first - 1 + 256 * n;
    const decide = async (call: string): Promise<number> => {
      const { revision } = await store.log.head('acme');
      const about = {
        call,
        principal: { agent: 'bot' },
        surface: 'all',
        method: 'tools/call',
        effect: 'allow' as const,
        rule: 'a/b',
        code: 'allowed',
      };
      const how = {
        judged: revision,
        credential: 'none' as const,
        origin: 'agent' as const,
        client: { era: 'modern' as const, version: '2026-07-28' },
      };
      return (await log.record('acme', { type: 'decision', fields: { timeMs: Date.now(), ...about, ...how } })).seq;
    };
    const finish = (call: string, decision: number) =>
      log.record('acme', { type: 'outcome', fields: { timeMs: Date.now(), call, decision, status: 'ok', latencyMs: 1 } });
    const state = async () => (await acme.admin('GET', '/api/v1/log/archive')).json as { archived: number; removable: number; why: string };
    const remove = async (to: number) => {
      const segment = await acme.admin('GET', `/api/v1/log/segment?from=${first}&to=${to}`);
      expect(segment.status, segment.text).toBe(200);
      const path = join(folder, `${first}-${to}.segment.jsonl`);
      writeFileSync(path, segment.text);
      const verdict = await judgeSegments([path], await orgs.gateway.checkpoints.checkpointer.keys('acme'));
      expect(verdict, 'a copy verifies alone, wherever it ends').toMatchObject({ state: 'sound' });
      const file = createHash('sha256').update(segment.text).digest('hex');
      return acme.admin('POST', '/api/v1/log/archive', { to, hash: verdict.log.head?.hash, file });
    };

    // Where calls may take five hours, one that was decided two hours ago may still run.
    const { logStore, retention } = { logStore: store.log, retention: store.retention };
    const later = { nowMs: () => Date.now() + 2 * HOUR_MS, monotonicMs: () => 0 };
    const keeps = async (longestCallMs: number): Promise<string> => {
      const view = orgs.gateway.control.current('acme')?.view;
      if (!view) throw new Error('no objects');
      return (await removable({ org: 'acme', logStore, retention, clock: later, longestCallMs }, view, first - 1)).why;
    };

    // One call from the first block into the second; another one that began in the third and still runs.
    await fill(end(1) - 3 - (await seq()));
    const crossing = await decide('call_crossing');
    await fill(end(1) + 3 - (await seq()));
    await finish('call_crossing', crossing);
    expect(crossing).toBeLessThanOrEqual(end(1));
    await fill(end(2) + 3 - (await seq()));
    const running = await decide('call_running');
    await fill(end(3) + 5 - (await seq()));
    expect(await state()).toMatchObject({ removable: end(2), why: 'a call of them still runs' });
    expect(await remove(end(3))).toMatchObject({ status: 409, text: expect.stringContaining('still runs') });
    expect([await keeps(5 * HOUR_MS), await keeps(HOUR_MS)]).toEqual([
      'a call of them still runs',
      expect.not.stringContaining('still runs'),
    ]);
    await finish('call_running', running);
    expect(await state()).toMatchObject({ removable: end(2), why: expect.stringContaining('runs over the end') });
    expect(await remove(end(3))).toMatchObject({ status: 409, text: expect.stringContaining('not up to') });
    expect(await remove(end(1))).toMatchObject({ status: 409, text: expect.stringContaining(`runs over entry ${end(1)}`) });
    expect(await archivedTo()).toBe(first - 1);
    expect(await remove(end(2)), 'both of its entries are in one segment').toMatchObject({ status: 200 });
    expect(await archivedTo()).toBe(end(2));
  });
});
