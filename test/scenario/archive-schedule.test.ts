// The oldest entries of a running gateway archived by themselves, on both stores: as far as rules let them go, by one of several gateways at a time, each
// entry into exactly one file that verifies, and nothing out of the database that is in none.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type Gateway, startGateway } from '../../src/app.ts';
import { judgeSegments } from '../../src/cli/action/verify-segment.ts';
import { loadConfig } from '../../src/config.ts';
import { isObject, type JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { exportLines } from '../support/log-lines.ts';
import { seed } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const POLL = { timeout: 120_000, interval: 100 };
const places: Place[] = [];
const folders: string[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describe.each(STORES)('entries that are archived by themselves, on %s', (kind) => {
  const running: Gateway[] = [];
  let folder: string;
  let org: string;
  afterEach(async () => {
    for (const gateway of running.splice(0)) await gateway.close();
  });

  /** So many gateways on one new store. */
  async function open(count: number, intervalMs: number): Promise<Gateway> {
    const place = await freshPlace(kind);
    places.push(place);
    folder = mkdtempSync(join(tmpdir(), 'sallyport-archive-'));
    folders.push(folder);
    const { dataDir, databaseUrl } = place;
    const flags = { dataDir, databaseUrl, 'agent.port': '0', 'admin.port': '0', logLevel: 'silent' };
    const archive = { 'audit.archiveDirectory': folder, 'audit.archiveIntervalMs': String(intervalMs) };
    const { config, problems } = loadConfig({ env: {}, flags: { ...flags, ...archive } });
    if (!config) throw new Error(problems?.join('; '));
    org = config.organization;
    for (let n = 0; n < count; n++) running.push(await startGateway(config));
    return running[0] as Gateway;
  }

  async function fill(gateway: Gateway, count: number): Promise<void> {
    const fields = { event: 'stop' as const, instance: 'test' };
    await Promise.all(
      Array.from({ length: count }, () => gateway.log.record(org, { type: 'system', fields: { ...fields, timeMs: Date.now() } })),
    );
  }

  const letGo = async (gateway: Gateway, keepDays = 0): Promise<void> => {
    const object = { kind: 'retention', metadata: { name: 'old' }, spec: { archive: { keepDays } } } as unknown as StoredObject;
    const revision = await seed(gateway, org, [object]);
    for (const one of running) await one.control.atLeast(org, revision);
  };
  const archivedTo = async (gateway: Gateway): Promise<number> => (await gateway.store.retention.archived(org))?.seq ?? 0;
  const files = (): string[] => {
    const begin = (name: string): number => Number(name.slice(org.length + 1).split('-')[0]);
    return readdirSync(join(folder, org)).sort((a, b) => begin(a) - begin(b));
  };

  /** The files and what is left of the log, as one; and each file as the entry about it says. */
  async function expectWhole(gateway: Gateway): Promise<void> {
    const paths = files().map((name) => join(folder, org, name));
    const rest = join(folder, 'rest.jsonl');
    const lines: string[] = [];
    for await (const line of exportLines(gateway.store.log.read({ org }))) lines.push(line);
    writeFileSync(rest, `${lines.join('\n')}\n`);
    const keys = await gateway.checkpoints.checkpointer.keys(org);
    expect(await judgeSegments([...paths, rest], keys)).toMatchObject({
      state: 'sound',
      log: { entries: (await gateway.store.log.head(org)).seq },
    });
    const said = lines
      .map((line) => (JSON.parse(line) as { content: JsonObject }).content)
      .filter((content) => isObject(content) && content.event === 'archive');
    const digests = paths.map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
    expect(said.map(({ file }) => file)).toEqual(digests.slice(-said.length));
    expect(said.at(-1)).toMatchObject({ author: 'gateway', rule: 'old', to: await archivedTo(gateway) });
  }

  it('go at the interval when a rule lets them, and not before', async () => {
    const gateway = await open(1, 1_000);
    await fill(gateway, 600);
    await letGo(gateway, 3);
    await gateway.archives.settled();
    expect(await archivedTo(gateway)).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
    await letGo(gateway);
    await expect.poll(() => archivedTo(gateway), POLL).toBe(512);
    await gateway.archives.settled();
    await expectWhole(gateway);
    await fill(gateway, 256);
    await expect.poll(() => archivedTo(gateway), POLL).toBe(768);
    await gateway.archives.settled();
    expect(files()).toHaveLength(2);
    await expectWhole(gateway);
  });

  it('a file that is there is used as it is, or nothing leaves: none is written over', async () => {
    const gateway = await open(1, 86_400_000);
    await fill(gateway, 600);
    await letGo(gateway);
    mkdirSync(join(folder, org));
    const path = join(folder, org, `${org}-1-256.segment.jsonl`);
    for (const text of ['', 'somebody else’s\n', '{"checkpoint":"x"}\n']) {
      writeFileSync(path, text);
      await gateway.archives.settled();
      expect(await archivedTo(gateway)).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(text);
      expect(await gateway.metrics.render()).toContain(`sallyport_archive_failing{org="${org}"} 1`);
    }
    // Written by a gateway that ended before it took anything out.
    rmSync(path);
    const { segmentBytes } = await import('../../src/audit/segment-file.ts');
    const joined = await gateway.checkpoints.checkpointer.segment(org, 1, 256);
    const head = { format: 'sallyport-segment', version: 1, org, from: 1, to: 256, ...joined } as const;
    const chunks: Uint8Array[] = [];
    for await (const chunk of segmentBytes(head, gateway.store.log.read({ org, fromSeq: 1, toSeq: 256 }))) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    for (const cut of [whole.subarray(0, whole.length / 2), Buffer.concat([whole, Buffer.from('\n')])]) {
      writeFileSync(path, cut);
      await gateway.archives.settled();
      expect(await archivedTo(gateway)).toBe(0);
    }
    writeFileSync(path, whole);
    await gateway.archives.settled();
    expect(await archivedTo(gateway)).toBe(512);
    expect(files()).toEqual([`${org}-1-256.segment.jsonl`, `${org}-257-512.segment.jsonl`]);
    expect(readFileSync(path)).toEqual(whole);
    expect(await gateway.metrics.render()).not.toContain('sallyport_archive_failing{');
    await expectWhole(gateway);
  });

  it('what a gateway began and never ended is swept up, what may still be written is not; nobody else may read any of it', async () => {
    const gateway = await open(1, 86_400_000);
    await fill(gateway, 300);
    await letGo(gateway);
    mkdirSync(join(folder, org));
    const [old, young] = ['.old.unfinished', '.young.unfinished'].map((name) => join(folder, org, name)) as [string, string];
    for (const path of [old, young]) writeFileSync(path, '{');
    utimesSync(old, 1, 1);
    await gateway.archives.settled();
    expect(await archivedTo(gateway)).toBe(256);
    expect(files().sort()).toEqual(['.young.unfinished', `${org}-1-256.segment.jsonl`]);
    expect(statSync(join(folder, org, `${org}-1-256.segment.jsonl`)).mode & 0o777).toBe(0o600);
  });

  it.runIf(kind === 'postgres')('by several gateways at once: each entry goes into one file', async () => {
    const gateway = await open(3, 86_400_000);
    await letGo(gateway);
    for (let round = 1; round <= 5; round++) {
      await fill(gateway, 256);
      // Whoever comes while another one works leaves it to that one.
      await Promise.all(running.map(({ archives }) => archives.settled()));
      await Promise.all(running.map(({ archives }) => archives.settled()));
      expect(await archivedTo(gateway)).toBeGreaterThanOrEqual(round * 256);
    }
    await expectWhole(gateway);
  });
});
