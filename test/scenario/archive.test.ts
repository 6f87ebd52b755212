// The oldest entries of a running gateway in segments outside of it: each verifies alone, all of them and the rest as one, what is left of the log works
// as before and says what is missing; nothing leaves without a rule, with values left, under a legal hold, or unsaid.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckpointKeeper } from '../../src/app/checkpoint-keeper.ts';
import { openCore } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { silentLogger } from '../../src/observe/log.ts';
import { restoreStore } from '../../src/store/open.ts';
import { NO_ANCHORS } from '../support/admin-side.ts';
import { type CliResult, runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
let key: string;
const at = (...names: string[]): string => join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-archive-'));
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
  await fill(600);
  key = ((await acme.admin('GET', '/api/v1/log/keys')).json as { keys: string[] }).keys[0] ?? '';
});
afterAll(async () => {
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Refused calls of eva, with their arguments sealed. */
async function fill(count: number): Promise<void> {
  const { log, store } = orgs.gateway;
  const { revision } = await store.log.head('acme');
  const record = (n: number) =>
    log.record('acme', {
      type: 'decision',
      arguments: { text: `{"words":"${n}"}` },
      fields: {
        ...{
          timeMs: Date.now(),
          call: `call_${n}`,
          principal: { agent: 'bot', user: 'eva' },
          surface: 'all',
          method: 'tools/call',
          effect: 'deny',
        },
        ...{ rule: 'builtin/default', code: 'denied_by_default', judged: revision, credential: 'none', origin: 'agent' },
        client: { era: 'modern', version: '2026-07-28' },
      },
    });
  await Promise.all(Array.from({ length: count }, (_, n) => record(n)));
}

const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { env: { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl } });

async function state(): Promise<{ archived: number; removable: number; why: string; head: number; full: number }> {
  const answer = await acme.admin('GET', '/api/v1/log/archive');
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Awaited<ReturnType<typeof state>>;
}

function segments(): string[] {
  const from = (name: string): number => Number(name.split('-')[1]);
  return readdirSync(at('kept'))
    .sort((a, b) => from(a) - from(b))
    .map((name) => at('kept', name));
}

function python(...paths: string[]): string {
  const { stdout } = spawnSync('python3', [VERIFIER, '--json', ...paths, '--key', key], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { state: string }).state;
}

describe('entries leave the database', () => {
  it('only by a rule, without values left beside them, and not under a legal hold', async () => {
    expect(await state()).toMatchObject({ archived: 0, removable: 0, why: expect.stringContaining('no object of kind retention') });
    const refused = await acme.admin('POST', '/api/v1/log/archive', { to: 256, hash: 'a'.repeat(64), file: 'b'.repeat(64) });
    expect(refused).toMatchObject({ status: 409, text: expect.stringContaining('not_removable') });
    await acme.apply('kind: retention\nmetadata: {name: keep}\nspec: {archive: {keepDays: 3}}\n');
    expect((await state()).why).toContain('younger than the 3 days');
    await acme.apply('kind: retention\nmetadata: {name: keep}\nspec: {archive: {keepDays: 0}}\n');
    expect(await state()).toMatchObject({ removable: 0, why: expect.stringContaining('sealed values are left') });
    await acme.apply('kind: legal-hold\nmetadata: {name: case}\nspec: {match: {call: [call_400]}, reason: x}\n');
    await acme.apply('kind: retention\nmetadata: {name: keep}\nspec: {archive: {keepDays: 0}, rules: [{name: all, keepDays: 0}]}\n');
    await orgs.gateway.retention.settled();
    expect(await state()).toMatchObject({ removable: 256 });
    await acme.admin('DELETE', '/api/v1/objects/legal-hold/case');
    await orgs.gateway.retention.settled();
    expect(await state()).toMatchObject({ archived: 0, removable: 512 });
    const wrong = await acme.admin('POST', '/api/v1/log/archive', { to: 256, hash: 'a'.repeat(64), file: 'b'.repeat(64) });
    expect(wrong).toMatchObject({ status: 409, text: expect.stringContaining('another hash') });
    expect((await state()).archived).toBe(0);
  });

  it('into a segment that verifies alone, and the log says so', async () => {
    const copied = await cli('log', 'archive', '--out', at('copies'), '--to', '256');
    expect(copied, copied.stderr).toMatchObject({ code: 0 });
    const { entry } = (await acme.admin('GET', '/api/v1/log/256')).json as { entry: { hash: string } };
    const unseen = await acme.admin('POST', '/api/v1/log/archive', { to: 256, hash: entry.hash, file: 'b'.repeat(64) });
    expect(unseen, 'what nobody has stays').toMatchObject({ status: 409, text: expect.stringContaining('has not handed out') });
    expect((await state()).archived).toBe(0);
    const first = await cli('log', 'archive', '--out', at('kept'), '--to', '256', '--remove');
    expect(first, first.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('It is the only copy'.replace('It', 'it')) });
    expect(await state()).toMatchObject({ archived: 256, removable: 512 });
    const { entries } = (await acme.admin('GET', '/api/v1/log?type=system&limit=1')).json as { entries: { content: object }[] };
    expect(entries[0]?.content).toMatchObject({ event: 'archive', from: 1, to: 256, rule: 'keep', author: expect.any(String) });
    const [path = ''] = segments();
    expect(await cli('verify', path, '--key', key)).toMatchObject({ code: 0, stdout: expect.stringContaining('SOUND') });
    expect(await cli('verify', path)).toMatchObject({ code: 2, stdout: expect.stringContaining('give --key') });
    if (hasPython) expect(python(path)).toBe('sound');
  });

  it('and whoever asks for them is told where they are', async () => {
    expect(await acme.admin('GET', '/api/v1/log/256')).toMatchObject({ status: 404, text: expect.stringContaining('is in a segment') });
    expect((await acme.admin('GET', '/api/v1/log/257')).status).toBe(200);
    const page = (await acme.admin('GET', '/api/v1/log?order=oldest&limit=1')).json as { entries: { header: { seq: number } }[] };
    expect(page.entries[0]?.header.seq).toBe(257);
    expect((await acme.admin('GET', '/api/v1/log?call=call_1')).json).toMatchObject({ entries: [], archived: 256 });
    expect((await acme.admin('GET', '/api/v1/log/proof?call=call_1')).text).toContain('Entries up to 256 are archived');
    expect((await acme.admin('GET', '/api/v1/log/consistency?from=100&to=500')).status).toBe(409);
    const exported = await acme.admin('GET', '/api/v1/log/export');
    expect(exported.headers['sallyport-archived-to']).toBe('256');
  });
});

describe('what is left', () => {
  it('goes on from its segments: all together verify from the first entry on, and not in another order or with one missing', async () => {
    const second = await cli('log', 'archive', '--out', at('kept'), '--remove');
    expect(second, second.stderr).toMatchObject({ code: 0 });
    expect((await state()).archived).toBe(512);
    await acme.ask('tools/call', { name: 'common', arguments: {} });
    writeFileSync(at('log.jsonl'), (await acme.admin('GET', '/api/v1/log/export')).text);
    const [one = '', two = ''] = segments();
    const whole = await cli('verify', one, two, at('log.jsonl'), '--key', key, '--json');
    expect(JSON.parse(whole.stdout)).toMatchObject({
      state: 'sound',
      log: { state: 'sound' },
      segments: [{ from: 1 }, { from: 257, to: 512 }],
    });
    expect((await cli('verify', two, at('log.jsonl'), '--key', key)).stdout).toContain('before entry 257 is not looked at');
    for (const wrong of [
      [two, one],
      [one, at('log.jsonl')],
    ])
      expect(await cli('verify', ...wrong, '--key', key)).toMatchObject({ code: 1 });
    const text = readFileSync(two, 'utf8');
    const lines = text.split('\n');
    const changes = [
      text.replace('"roots":["', '"roots":["0').replace(/("roots":\["0.{63})./, '$1'),
      text.replace('"to":512', '"to":511'),
      [...lines.slice(0, -2), ''].join('\n'),
      text.replace('"call":"call_3', '"call":"call_4'),
    ];
    for (const [n, changed] of changes.entries()) {
      expect(changed, `${n}`).not.toBe(text);
      writeFileSync(at('changed.jsonl'), changed);
      const verdict = await cli('verify', at('changed.jsonl'), '--key', key);
      expect(verdict, `${n} ${verdict.stdout}`).toMatchObject({ code: 1 });
      if (hasPython) expect(python(at('changed.jsonl')), `${n}`).toBe('broken');
    }
    if (!hasPython) return;
    expect(python(one, two, at('log.jsonl'))).toBe('sound');
    expect(python(two, one)).toBe('broken');
  });

  it('makes checkpoints and proofs, after a restart too, and all that reads the log works', async () => {
    await orgs.restart();
    const made = await acme.admin('POST', '/api/v1/log/checkpoints');
    expect(made.status, made.text).toBe(200);
    const { entries } = (await acme.admin('GET', '/api/v1/log?type=decision&effect=allow&limit=1')).json as {
      entries: { content: { call: string } }[];
    };
    const proof = await acme.admin('GET', `/api/v1/log/proof?call=${entries[0]?.content.call}`);
    writeFileSync(at('call.json'), proof.text);
    expect(await cli('verify', '--proof', at('call.json'), '--key', key)).toMatchObject({ code: 0 });
    const { size } = made.json as { size: number };
    for (const path of [
      `/api/v1/log/consistency?from=256&to=${size}`,
      `/api/v1/log/consistency?from=512&to=${size}`,
      '/api/v1/evidence/pack?framework=soc2&from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z',
      '/api/v1/policy/learned?from=2026-01-01T00:00:00Z',
      `/api/v1/explain/${entries[0]?.content.call}`,
      '/api/v1/erasures',
    ]) {
      const answer = await acme.admin('GET', path);
      expect(answer.status, `${path} ${answer.text}`).toBe(200);
    }
    const risk = 'kind: risk\nmetadata: {name: r}\nspec: {}\n';
    const policy =
      'kind: policy\nmetadata: {name: tried}\nspec: {rules: [{name: r, when: "facts.calls_total > 1", match: {server: [desk]}, effect: allow}]}\n';
    for (const [path, body] of [
      ['/api/v1/risk/backtest', { text: risk, from: '2026-01-01T00:00:00Z' }],
      ['/api/v1/policy/simulate', { text: policy.replace('when: "facts.calls_total > 1", ', ''), from: '2026-01-01T00:00:00Z' }],
    ] as const) {
      const answer = await acme.admin('POST', path, body);
      expect(answer.status, `${path} ${answer.text}`).toBe(200);
    }
    await acme.apply(risk);
    await orgs.gateway.histories.settled();
    expect((await acme.admin('GET', '/api/v1/risk/history?agent=bot&server=desk&tool=common')).json).toMatchObject({ enabled: true });
  });

  it('is backed up and restored with what joins it to its segments', async () => {
    await orgs.gateway.store.backup(at('backup'));
    const { config } = loadConfig({ env: {}, flags: { dataDir: at('restored') } });
    if (!config) throw new Error('no settings');
    await restoreStore(config, at('backup'));
    copyFileSync(join(orgs.config.dataDir, 'master.key'), at('restored', 'master.key'));
    const core = await openCore(config, { create: false });
    try {
      expect(await core.store.retention.archived('acme')).toEqual(await orgs.gateway.store.retention.archived('acme'));
      await core.log.record('acme', { type: 'system', fields: { event: 'stop', timeMs: 0, instance: 'x' } });
      const { checkpointer } = new CheckpointKeeper(core, config, silentLogger, NO_ANCHORS);
      const made = await checkpointer.make('acme');
      expect(made?.size).toBe((await core.store.log.head('acme')).seq);
      await checkpointer.inclusion('acme', [600], made?.size ?? 0);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});
