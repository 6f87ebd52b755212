// Evidence packs of a running gateway, checked from their files alone: the page parses, every link leads somewhere, every proof holds, the numbers
// are those that one gets by counting the exported log, and nothing that an agent or an operator wrote is anything but text.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyProof } from '../../src/audit/proof.ts';
import { frameworks } from '../../src/evidence/framework.ts';
import type { EvidencePack } from '../../src/evidence/pack.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { readStrictly } from '../support/strict-html.ts';

const EVIL = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\u202e</pre></p>`;
/** What a header can carry, too. */
const SENDABLE = EVIL.replace('\u202e', '');
const VERIFIER = join(import.meta.dirname, '../../verifiers/python/verify.py');
const hasPython = spawnSync('python3', ['--version']).status === 0;
let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
let from: string;
let to: string;

type Content = Record<string, unknown> & { type: string; time: string };
let log: { seq: number; revision: number; content: Content }[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-pack-'));
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
  await acme.ask('tools/call', { name: 'common', arguments: {} });
  from = new Date().toISOString();
  await live();
  to = new Date(Date.now() + 1).toISOString();
  await acme.ask('tools/call', { name: 'common', arguments: {} });
  const text = (await acme.admin('GET', '/api/v1/log/export')).text;
  log = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ header, content }) => ({ seq: header.seq, revision: header.revision, content }))
    .filter(({ content }) => content.time >= from && content.time < to);
}, 240_000);
afterAll(async () => {
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Something of everything, with texts that would like to be markup wherever somebody else can write one. */
async function live(): Promise<void> {
  const ok = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await acme.admin(method, path, body);
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  for (let n = 0; n < 8; n++) await acme.ask('tools/call', { name: 'common', arguments: { only_acme: `${n}` } });
  for (const name of ['none', SENDABLE, 'javascript:alert(1)']) await acme.ask('tools/call', { name, arguments: {} });
  await acme.ask('resources/read', { uri: `note://${SENDABLE}` });
  await acme.ask('tools/call', { name: 'common', arguments: {} }, { token: 'sp_unknown' });
  await acme.apply(
    'kind: policy\nmetadata: {name: ask}\nspec: {tier: guardrail, rules: [{name: ask, match: {tool: [tool_acme]}, effect: hold, reason: "<b>ask</b>"}]}\n',
  );
  for (const verdict of ['approve', 'deny']) {
    await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: verdict } });
    const { approvals } = (await ok('GET', '/api/v1/approvals?state=open')) as { approvals: { id: string }[] };
    await ok('POST', `/api/v1/approvals/${approvals[0]?.id}/${verdict}`, { comment: EVIL });
    await acme.ask('tools/call', { name: 'tool_acme', arguments: { only_acme: verdict } });
  }
  await ok('POST', '/api/v1/freezes', { name: 'stop', scope: { agent: 'nobody' }, reason: EVIL });
  await ok('DELETE', '/api/v1/freezes/stop');
  await ok('POST', '/api/v1/drills', { scope: { agent: 'bot' }, reason: EVIL, waitMs: 30_000 });
  await acme.admin('GET', '/api/v1/status', undefined, { authorization: 'Bearer so_wrong' });
}

async function packOf(
  framework: string,
): Promise<{ dir: string; pack: EvidencePack; page: ReturnType<typeof readStrictly>; source: string }> {
  const dir = join(folder, framework);
  if (!existsSync(dir)) {
    const env = { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl };
    const made = await runCli(['evidence', 'pack', '--framework', framework, '--from', from, '--to', to, '--out', dir], { env });
    expect(made, made.stderr).toMatchObject({ code: 0 });
    const again = await runCli(['evidence', 'pack', '--framework', framework, '--from', from, '--out', dir], { env });
    expect(again.code, 'it never writes into what is there').not.toBe(0);
  }
  const source = readFileSync(join(dir, 'index.html'), 'utf8');
  return { dir, source, page: readStrictly(source), pack: JSON.parse(readFileSync(join(dir, 'pack.json'), 'utf8')) };
}

describe.each(frameworks)('the pack for %s', (framework) => {
  it('is a page in which every link leads somewhere in the pack', async () => {
    const { dir, page, pack } = await packOf(framework);
    expect(page.links.length).toBeGreaterThan(20);
    expect(new Set(page.ids).size).toBe(page.ids.length);
    for (const link of page.links) {
      if (link.startsWith('#')) expect(page.ids).toContain(link.slice(1));
      else expect(existsSync(join(dir, link)), link).toBe(true);
    }
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const linked = new Set(page.links.filter((link) => !link.startsWith('#')));
    expect(files.length).toBe(linked.size + 1);
    const named = pack.sections.flatMap(({ statements }) => statements.flatMap(({ entries }) => entries));
    expect(new Set(named)).toEqual(new Set(pack.entries.map(({ seq }) => seq)));
    expect(page.statements.length).toBe(pack.sections.reduce((sum, { statements }) => sum + statements.length, 0));
  });

  it('has only proofs that hold, for both verifiers, and a page that shows what they prove', async () => {
    const { dir, pack } = await packOf(framework);
    const key = pack.keys.at(-1) ?? '';
    const proofs = readdirSync(join(dir, 'proofs')).map((name) => join(dir, 'proofs', name));
    expect(proofs.length).toBeGreaterThan(3);
    const proved = new Map<number, string>();
    for (const path of proofs) {
      const text = readFileSync(path, 'utf8');
      expect(verifyProof(text, [key]), path).toMatchObject({ state: 'sound', size: pack.checkpoint.size });
      for (const { line } of JSON.parse(text).entries) proved.set(JSON.parse(line).header.seq, line);
      if (!hasPython) continue;
      const python = spawnSync('python3', [VERIFIER, '--json', '--proof', path, '--key', key], { encoding: 'utf8' });
      expect(python.status, python.stdout).toBe(0);
      const changed = text.replace(/"path": \[\s*"./, (start) => `${start.slice(0, -1)}${start.endsWith('0') ? '1' : '0'}`);
      if (changed !== text) expect(verifyProof(changed, [key]).state).toBe('broken');
    }
    for (const { seq, line } of pack.entries) expect(proved.get(seq)).toBe(line);
    const cli = await runCli(['verify', '--proof', proofs[0] ?? '', '--key', key]);
    expect(cli, cli.stdout).toMatchObject({ code: 0 });
  });

  it('claims no more than it supports, and lets nothing that others wrote become markup', async () => {
    const { source, page, pack } = await packOf(framework);
    expect(`${page.text} ${JSON.stringify(pack.sections)}`).not.toMatch(/complian|conform|certified|guarantee/i);
    expect(page.text).toMatch(/supports/);
    expect(source).toContain("default-src 'none'");
    expect(source).not.toMatch(/<script|<img|javascript:[^&\s]*"|\u202e/i);
    expect(pack.gaps).toBeGreaterThan(0);
    for (const { statements } of pack.sections)
      for (const { text, kind } of statements) expect([text.length > 20, kind]).toEqual([true, kind]);
  });
});

describe('what others wrote', () => {
  it('is there, as text', async () => {
    const pages = await Promise.all(frameworks.map(packOf));
    for (const what of ['freeze', 'comment']) {
      const holds = pages.some(({ source }) => source.includes(what) && source.includes('&lt;script&gt;alert(1)&lt;/script&gt;'));
      expect(holds, what).toBe(true);
    }
    expect(pages.some(({ source }) => source.includes('\\u{202e}'))).toBe(true);
  });
});

describe('the numbers of packs', () => {
  const count = (holds: (content: Content) => boolean): number => log.filter(({ content }) => holds(content)).length;
  const event = (name: string, what?: string) =>
    count((content) => content.type === 'system' && content.event === name && (what === undefined || content.what === what));

  it('are those of the log', async () => {
    const packs = await Promise.all(frameworks.map(packOf));
    const statements = new Map(packs.flatMap(({ pack }) => pack.sections.flatMap((one) => one.statements)).map((one) => [one.id, one]));
    const numbers = (id: string) => statements.get(id)?.numbers;
    const valid = log
      .filter(({ content, revision }) => content.type === 'decision' && content.judged === revision)
      .map(({ content }) => content);
    const effect = (wanted: string) => valid.filter((content) => content.effect === wanted).length;
    expect(effect('allow')).toBeGreaterThan(8);
    expect(effect('hold')).toBeGreaterThan(1);
    expect(numbers('calls')).toEqual({
      decisions: valid.length,
      allowed: effect('allow'),
      denied: effect('deny'),
      held: effect('hold'),
      outcomes: count(({ type }) => type === 'outcome'),
    });
    const named = valid.filter(({ principal }) => principal !== undefined);
    expect(numbers('identity')).toEqual({ withAgent: named.length, withUser: 0 });
    expect(numbers('identity-user')).toEqual({ withoutUser: named.length });
    expect(numbers('approvals')).toEqual({
      requested: event('approval', 'requested'),
      granted: event('approval', 'granted'),
      refused: event('approval', 'refused'),
      expired: 0,
      revoked: 0,
      consumed: event('approval', 'consumed'),
    });
    expect(numbers('care')).toMatchObject({ votes: 2, approving: 1 });
    expect(numbers('unread')).toMatchObject({ unread: 2 });
    expect(numbers('unlinked')).toMatchObject({ unlinked: 2 });
    expect(statements.get('unlinked')?.kind).toBe('gap');
    const actions = (wanted: string) => count(({ type, action }) => type === 'object' && action === wanted);
    expect(numbers('stops')).toMatchObject({ freezes: actions('freeze'), lifts: actions('lift'), drills: event('drill') });
    expect(actions('freeze')).toBe(1);
    expect(numbers('signins')?.failed).toBe(count(({ type, result }) => type === 'signin' && result === 'failed'));
    const changes = log.flatMap(({ content }) => (content.type === 'object' ? (content.changes as { kind: string }[]) : []));
    expect(numbers('changes')).toEqual({ changes: changes.length, policyChanges: changes.filter(({ kind }) => kind === 'policy').length });
    expect(numbers('deleted')).toEqual({ erased: 0, withheld: 0 });
    expect(statements.get('six-months')?.kind).toBe('gap');
  });

  it('are none for a period without entries, and that is a gap', async () => {
    const path = '/api/v1/evidence/pack?framework=eu-ai-act&from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z';
    const { files } = (await acme.admin('GET', path)).json as { files: { name: string; text: string }[] };
    const text = files.find(({ name }) => name === 'pack.json')?.text ?? '';
    const pack = JSON.parse(text) as EvidencePack;
    expect(pack.sections[0]?.statements[0]).toMatchObject({ id: 'calls', kind: 'gap' });
    expect((await acme.admin('GET', path.replace('2020-02', '2019-02'))).status).toBe(400);
  });
});
