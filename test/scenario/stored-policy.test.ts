// A gateway on a data directory whose policies an earlier version took and this one would refuse: it starts, denies what they concern and nothing else,
// and says which policy it is, where, and what to do, until it is mended.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json } from '../support/raw-server.ts';
import { seed } from '../support/seed.ts';

let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
const POLL = { timeout: 120_000, interval: 100 };

const TOOLS = ['common', 'pay', 'tell'].map((name) => ({
  name,
  inputSchema: { type: 'object', properties: { name: { type: 'string' }, amount: { type: 'number' } } },
}));
/** As they were taken once: a member of a text, and a text compared with a number. Written past the check of today. */
const OLD = {
  kind: 'policy',
  metadata: { name: 'old' },
  spec: {
    order: 1,
    tier: 'guardrail',
    rules: [
      { name: 'first-names', match: { tool: ['tell'] }, when: 'has(args.name.first)', effect: 'deny' },
      { name: 'big', match: { tool: ['pay'] }, when: "args.amount > '500'", effect: 'deny' },
      { name: 'words', match: { agent: ['other'] }, when: 'args.words matches x', effect: 'deny' },
      { name: 'rest', match: { server: ['desk'] }, effect: 'allow' },
    ],
  },
} as unknown as StoredObject;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-old-'));
  orgs = await startOrgGateway(['acme', 'other'], {
    answer: (_org, { message }, response) => {
      if (message?.method !== 'tools/list') return false;
      json(response, { jsonrpc: '2.0', id: message.id, result: { tools: TOOLS } });
      return true;
    },
  });
  acme = orgs.tenants.acme as Tenant;
  await acme.ask('tools/list');
  const approved = await cli('server', 'approve', 'desk');
  expect(approved.code, approved.stderr).toBe(0);
  await seed(orgs.gateway, 'acme', [OLD]);
  await orgs.restart();
});
afterAll(async () => {
  await orgs?.close();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) =>
  runCli(args, { env: { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl } });
const call = async (name: string, args: JsonObject): Promise<string> => (await acme.ask('tools/call', { name, arguments: args })).text;
const doctor = async (): Promise<{ state: string; message: string; next?: string }> => {
  const { checks } = JSON.parse((await cli('doctor', '--json')).stdout) as { checks: { name: string; state: string; message: string }[] };
  return checks.find(({ name }) => name === 'policies') ?? { state: 'none', message: '' };
};
const metric = async (): Promise<string> => (await acme.admin('GET', '/metrics')).text;

it('starts, denies what they concern and nothing else, and says which policy, where, and what to do', { timeout: 300_000 }, async () => {
  expect(await call('tell', { name: 'Ada' })).toContain('policy_error');
  expect(await call('pay', { amount: 5 })).toContain('policy_error');
  expect(await call('common', {})).toContain('done by');

  // By the definitions that were approved, before any server was asked for its tools.
  await expect.poll(metric, POLL).toMatch(/sallyport_policy_problems\{org="acme"\} 3/);
  const { problems } = (await acme.admin('GET', '/api/v1/policy/problems')).json as {
    problems: { policy: string; where: string; message: string }[];
  };
  expect(problems.map(({ policy, where }) => `${policy} ${where}`)).toEqual([
    expect.stringMatching(/^old spec\.rules\[0\]\.when, character \d+$/),
    expect.stringMatching(/^old spec\.rules\[1\]\.when, character \d+$/),
    expect.stringMatching(/^old spec\.rules\[2\]\.when, character \d+$/),
  ]);
  expect(problems.map(({ message }) => message.split(':')[0])).toEqual(['rule "first-names"', 'rule "big"', 'rule "words"']);
  expect(await doctor()).toMatchObject({
    state: 'fail',
    message: expect.stringMatching(/^policy\/old, spec\.rules\[0\]\.when.*first-names.*and 2 more places/),
    next: expect.stringContaining('sallyport get policy old -o yaml > old.yaml'),
  });
  expect((await orgs.tenants.other?.admin('GET', '/api/v1/policy/problems'))?.json).toEqual({ problems: [] });
});

it('what doctor says mends it: the file names every place, and what is applied is in force with the next call', {
  timeout: 300_000,
}, async () => {
  const file = join(folder, 'old.yaml');
  const got = await cli('get', 'policy', 'old', '-o', 'yaml');
  expect(got.code, got.stderr).toBe(0);
  writeFileSync(file, got.stdout);
  // Nothing has changed in it, so nothing is applied, and nothing is mended.
  await cli('apply', '-f', file);
  expect((await doctor()).state).toBe('fail');
  const half = readFileSync(file, 'utf8').replace('has(args.name.first)', "args.name.startsWith('A')");
  expect(half).not.toBe(got.stdout);
  writeFileSync(file, half);
  const refused = await cli('apply', '-f', file);
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toMatch(/old\.yaml:\d+:\d+: .*rule "big"/);
  const whole = half.replace(/args\.amount > .*500.*/, 'args.amount > 500').replace(/args\.words matches x/, "args.words == 'x'");
  writeFileSync(file, whole);
  const applied = await cli('apply', '-f', file);
  expect(applied.code, applied.stderr + whole).toBe(0);
  await expect.poll(metric, POLL).toMatch(/sallyport_policy_problems\{org="acme"\} 0/);
  expect((await doctor()).state).toBe('ok');
  expect(await call('pay', { amount: 5 })).toContain('done by');
  expect(await call('pay', { amount: 501 })).toContain('denied_by_rule');
  expect(await call('tell', { name: 'Ada' })).toContain('denied_by_rule');
});

it('after a restart conditions are checked against the tools that were approved, before any server was read', {
  timeout: 300_000,
}, async () => {
  await orgs.restart();
  await orgs.gateway.policies.settled();
  const text = (when: string) =>
    JSON.stringify({
      kind: 'policy',
      metadata: { name: 'new' },
      spec: { rules: [{ name: 'r', match: { server: ['desk'], tool: ['pay'] }, when, effect: 'allow' }] },
    });
  const wrong = await acme.admin('POST', '/api/v1/apply', { text: text("args.amount == 'x' && args.name.size() > 2"), dryRun: true });
  expect(wrong.status, wrong.text).toBe(422);
  expect(wrong.text).toContain('rule \\"r\\"');
  const right = await acme.admin('POST', '/api/v1/apply', { text: text('has(args.amount) && args.amount < 5'), dryRun: true });
  expect(right.status, right.text).toBe(200);
  expect(orgs.gateway.catalog.list('acme', 'desk', 'tool')).toEqual([]);
});
