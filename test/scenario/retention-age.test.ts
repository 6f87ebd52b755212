// Retention by age, on a real store and a clock that is moved by hand: what is old enough goes, by the rule that fits, in bounded batches, of one
// organization only; and how many entries may leave at once.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { MAX_REMOVED, removable } from '../../src/admin/archive-log.ts';
import { createApprovals } from '../../src/app/approvals.ts';
import { type Core, openCore } from '../../src/app.ts';
import type { Asking } from '../../src/approval/ticket.ts';
import { systemContent } from '../../src/audit/entry.ts';
import { loadConfig } from '../../src/config.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { retentionSpec } from '../../src/object/kind/retention.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { buildView } from '../../src/object/snapshot.ts';
import { Eraser, MAX_BATCH } from '../../src/retention/eraser.ts';
import { adminContextOf } from '../support/admin-side.ts';
import { seed } from '../support/seed.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 10);
let core: Core;
let dataDir: string;
let clock: ManualClock;
let eraser: Eraser;
const ended: string[] = [];

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sallyport-age-'));
  const { config } = loadConfig({ env: {}, flags: { dataDir } });
  if (!config) throw new Error('no settings');
  core = await openCore(config, { create: true });
  await core.store.objects.createOrganization('other');
  await core.vault.prepare('other');
  clock = new ManualClock(START_MS);
  eraser = new Eraser({
    ...{ log: core.store.log, store: core.store.retention, audit: core.log, clock, instance: 'gw_test', longestCallMs: 3_600_000 },
    view: async (org) => buildView(await core.store.objects.load(org)),
    endTicket: async (_org, id) => void ended.push(id),
  });
});
afterEach(async () => {
  await core.store.lifecycle.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function say(org: string, timeMs: number, over: { tool?: string; finding?: string } = {}): Promise<unknown> {
  const { tool = 'read', finding } = over;
  return core.log.record(org, {
    type: 'decision',
    arguments: { text: '{}' },
    fields: {
      ...{ timeMs, call: `call_${Math.random()}`, principal: { agent: 'bot' }, surface: 'all', method: 'tools/call', tool, effect: 'deny' },
      ...{
        rule: 'builtin/default',
        code: 'x',
        judged: 0,
        credential: 'none',
        origin: 'agent',
        client: { era: 'modern', version: '2026-07-28' },
      },
      findings: finding === undefined ? [] : [{ type: finding, count: 1 }],
    },
  });
}

const rules = (name: string, spec: object): StoredObject =>
  ({ kind: 'retention', metadata: { name }, spec: retentionSpec.parse(spec) }) as StoredObject;
const left = async (org: string): Promise<number> => (await core.store.retention.sealedValues(org, 0, 10_000)).length;
async function erasures(org: string): Promise<{ values: number; rule: string; entries: unknown[] }[]> {
  const found = [];
  for await (const { content } of core.store.log.read({ org })) if (content.includes('"event":"erasure"')) found.push(JSON.parse(content));
  return found;
}

it('deletes what is old enough by the rule that fits, and nothing younger, kept for ever, or of another organization', async () => {
  for (const org of ['default', 'other']) {
    await say(org, START_MS);
    await say(org, START_MS, { finding: 'pii.email' });
    await say(org, START_MS, { tool: 'audit_read', finding: 'pii.email' });
    await say(org, START_MS + 5 * DAY_MS);
  }
  await seed(core, 'default', [
    rules('a', {
      rules: [
        { name: 'never', match: { tool: ['audit_*'] }, keepDays: 'forever' },
        { name: 'personal', match: { finding: ['pii.*'] }, keepDays: 2 },
        { name: 'rest', keepDays: 10 },
      ],
    }),
  ]);
  clock.advance(2 * DAY_MS - 1);
  expect(await eraser.retain('default')).toBe(0);
  clock.advance(1);
  expect(await eraser.retain('default')).toBe(1);
  clock.advance(8 * DAY_MS);
  expect(await eraser.retain('default')).toBe(1);
  expect(await eraser.retain('default'), 'once').toBe(0);
  clock.advance(365 * DAY_MS);
  expect(await eraser.retain('default')).toBe(1);
  expect([await left('default'), await left('other')]).toEqual([1, 4]);
  expect((await erasures('default')).map(({ rule, values }) => [rule, values])).toEqual([
    ['a/personal', 1],
    ['a/rest', 1],
    ['a/rest', 1],
  ]);
  expect(await eraser.retain('other')).toBe(0);
});

it(`names at most ${MAX_BATCH} values in one entry`, async () => {
  await Promise.all(Array.from({ length: MAX_BATCH + 1 }, () => say('default', START_MS)));
  await seed(core, 'default', [rules('a', { rules: [{ name: 'all', keepDays: 1 }] })]);
  clock.advance(DAY_MS);
  expect(await eraser.retain('default')).toBe(MAX_BATCH + 1);
  expect((await erasures('default')).map(({ values }) => values)).toEqual([MAX_BATCH, 1]);
  expect((await erasures('default'))[0]?.entries).toEqual([{ from: 1, to: MAX_BATCH }]);
});

it('leaves a ticket that is live alone, and takes the sealed arguments of one that has ended', async () => {
  const approvals = createApprovals({ ...core, clock }, 'gw_test');
  const asking = { requester: { org: 'default', agent: 'bot' }, method: 'tools/call', params: '{}', rule: 'p/r', ruleHash: 'a'.repeat(64) };
  const whole = { ...asking, revision: 0, callId: 'call_1', reason: 'x', findings: [] } as unknown as Asking;
  const asked = await approvals.ask('default', whole, 'b'.repeat(64), () => ({ params: '{}', description: undefined }), 60_000);
  if (asked.type !== 'ticket') throw new Error(asked.type);
  await seed(core, 'default', [rules('a', { rules: [{ name: 'tickets', of: ['ticket'], keepDays: 0 }] })]);
  expect(await eraser.retain('default')).toBe(0);
  await approvals.drain('default', asked.ticket.id, 'test');
  expect(await eraser.retain('default')).toBe(1);
  expect(await approvals.opened('default', asked.ticket.id)).toBeUndefined();
  expect(ended).toEqual([]);
});

it(`lets at most ${MAX_REMOVED} entries leave at once`, { timeout: 180_000 }, async () => {
  const content = systemContent({ event: 'stop', timeMs: START_MS, instance: 'x' });
  const draft = { content, callId: undefined, payloads: [] };
  for (let n = 0; n <= MAX_REMOVED / 256; n++) await core.store.log.append('default', Array(256).fill(draft));
  await seed(core, 'default', [rules('a', { archive: { keepDays: 0 } })]);
  const context = adminContextOf(core, 'default');
  expect(await removable(context, await context.view(), 0)).toMatchObject({ to: MAX_REMOVED, rule: 'a' });
});
