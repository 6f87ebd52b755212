// Effective permissions: "who can call X" and "what can Y call", over the admin API and the command line of a running gateway, and the same as what
// calls come to. Each test is named after the sentence it shows.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessReply } from '../../src/admin/contract.ts';
import { jsonOf, runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-access-'));
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
  await acme.apply(`
kind: agent
metadata: {name: reader}
spec: {class: readers}
---
kind: agent
metadata: {name: idle}
spec: {}
---
kind: agent
metadata: {name: off}
spec: {disabled: true}
---
kind: role
metadata: {name: reading}
spec: {members: {classes: [readers], users: [ann]}, grants: [{server: [desk], tool: [common]}, {server: [desk], resource: ["note://*"]}]}
---
kind: policy
metadata: {name: rules}
spec:
  tier: guardrail
  rules:
    - {name: never, match: {tool: [dropped]}, effect: deny}
    - {name: no-tests, match: {agent: [idle], server: [desk]}, effect: deny}
`);
  for (const [name, body] of Object.entries({
    reader: { agent: 'reader' },
    'reader-narrow': { agent: 'reader', scopes: { tools: ['other'] } },
    'idle-for-ann': { agent: 'idle', user: 'ann' },
    'reader-gone': { agent: 'reader' },
  }))
    tokens[name] = ((await acme.admin('POST', '/api/v1/tokens', { ...body, name })).json as { token: string }).token;
  await acme.admin('POST', '/api/v1/tokens/reader-gone/revoke');
  for (const method of ['tools/list', 'resources/list']) await acme.ask(method);
  await acme.ask('tools/call', { name: 'common', arguments: {} });
});
afterAll(async () => {
  await orgs?.close();
  await rm(folder, { recursive: true, force: true });
});

async function access(path: string): Promise<AccessReply> {
  const answer = await acme.admin('GET', `/api/v1/access/${path}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as AccessReply;
}

describe('who can call X', () => {
  it('is every token that works and every agent without one, with the rule that decides', async () => {
    const { rows, revision } = await access('who?server=desk&name=common');
    expect(revision).toBe((await orgs.gateway.store.log.head('acme')).revision);
    expect(rows.map(({ agent, user, token, effect, rule }) => [agent, user, token, effect, rule])).toEqual([
      ['bot', undefined, 'bot-token', 'allow', 'role/worker/1'],
      ['idle', 'ann', 'idle-for-ann', 'deny', 'rules/no-tests'],
      ['reader', undefined, 'reader', 'allow', 'role/reading/1'],
      ['reader', undefined, 'reader-narrow', 'deny', 'builtin/scope'],
    ]);
  });

  it('is exact: what it says of everybody is what their calls come to', async () => {
    const everybody: Record<string, string> = { ...tokens, 'bot-token': acme.token };
    for (const name of ['common', 'tool_acme', 'dropped', 'no-such-tool', '__proto__']) {
      const { rows } = await access(`who?server=desk&name=${name}`);
      for (const { token, effect } of rows) {
        const answer = await acme.ask('tools/call', { name, arguments: {} }, { token: everybody[token ?? ''] ?? '' });
        const refused = /denied_by_rule|no_rule_allows|out_of_scope|frozen/.test(answer.text);
        expect([name, token, refused]).toEqual([name, token, effect !== 'allow']);
      }
    }
  });

  it('says who is frozen, and who may use anything at all of a server', async () => {
    await acme.admin('POST', '/api/v1/freezes', { name: 'f', scope: { agent: 'reader' }, reason: 'drill' });
    const { rows } = await access('who?server=desk&name=common');
    expect(rows.filter(({ effect }) => effect === 'frozen').map(({ token }) => token)).toEqual(['reader', 'reader-narrow']);
    await acme.admin('DELETE', '/api/v1/freezes/f');
    const any = (await access('who?server=desk')).rows.map(({ agent, effect }) => [agent, effect]);
    expect(any).toContainEqual(['bot', 'allow']);
    expect(any).toContainEqual(['idle', 'deny']);
  });
});

describe('what can Y call', () => {
  it('is everything known of the servers and named by rules, agent by agent and token by token', async () => {
    const of = async (query: string) => {
      const { rows } = await access(`what?${query}`);
      return Object.fromEntries(rows.map(({ kind, name, effect }) => [`${kind} ${name}`, effect]));
    };
    expect(await of('agent=reader')).toEqual({
      'tool common': 'allow',
      'tool tool_acme': 'deny',
      'tool dropped': 'deny',
      'resource note://acme/1': 'allow',
      'resource note://same/1': 'allow',
    });
    expect((await of('token=reader-narrow'))['tool common']).toBe('deny');
    expect((await of('agent=bot'))['tool tool_acme']).toBe('allow');
  });

  it('is the same as what is listed to the agent', async () => {
    const { rows } = await access('what?token=reader');
    const allowed = rows.filter(({ kind, effect, known }) => kind === 'tool' && effect === 'allow' && known).map(({ name }) => name);
    const listed = await acme.ask('tools/list', {}, { token: tokens.reader ?? '' });
    const names = (listed.json as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);
    expect(names.toSorted()).toEqual(allowed.toSorted());
  });

  it('of who is not there, disabled or revoked is no list', async () => {
    const statuses = async (query: string) => (await acme.admin('GET', `/api/v1/access/what?${query}`)).status;
    expect([await statuses('agent=nobody'), await statuses('agent=off'), await statuses('token=reader-gone'), await statuses('')]).toEqual([
      404, 422, 422, 400,
    ]);
  });

  it('of a server whose definitions were not approved is nothing, and says so', async () => {
    await acme.apply(
      `kind: server\nmetadata: {name: fresh}\nspec: {transport: http, url: "${acme.server.url}", era: legacy}\n---\nkind: role\nmetadata: {name: fresh}\nspec: {members: {agents: [reader]}, grants: [{server: [fresh]}, {tool: [named]}]}`,
    );
    await acme.ask('tools/list', {}, { path: '/mcp/fresh', token: tokens.reader ?? '' });
    const { rows } = await access('what?agent=reader&server=fresh');
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ effect }) => effect))).toEqual(new Set(['deny']));
    const call = await acme.ask('tools/call', { name: 'common', arguments: {} }, { path: '/mcp/fresh', token: tokens.reader ?? '' });
    expect(call.text).toContain('Unknown tool');
    expect(call.text).not.toContain(acme.mark);
  });
});

describe('on the command line', () => {
  const cli = (args: string[], token = acme.operator) =>
    runCli([...args, '--url', orgs.gateway.adminUrl, '--data', folder], { env: { SALLYPORT_OPERATOR_TOKEN: token } });

  it('access who and access what print tables, and the same as JSON', async () => {
    const who = await cli(['access', 'who', 'desk', 'common']);
    expect(who.stdout).toMatch(/AGENT +USER +TOKEN +EFFECT +BY/);
    expect(who.stdout).toMatch(/reader +- +reader +allow +role\/reading\/1/);
    expect(who.stdout).not.toContain('no-tests');
    expect((await cli(['access', 'who', 'desk', 'common', '--all'])).stdout).toContain('rules/no-tests');
    const what = jsonOf(await cli(['access', 'what', '--agent', 'reader', '--server', 'desk', '--json'])) as AccessReply;
    expect(what.rows.every(({ effect }) => effect !== 'deny')).toBe(true);
    expect((await cli(['access', 'what'])).code).toBe(2);
  });

  it('token create, list, rotate --overlap and doctor speak of what they should', async () => {
    const made = await cli([
      'token',
      'create',
      'reader',
      '--name',
      'cli',
      '--user',
      'ann',
      '--networks',
      '10.0.0.0/8',
      '--rate',
      '60/1m',
      '--expires',
      '2d',
    ]);
    expect([made.code, made.stdout.startsWith('sp_')]).toEqual([0, true]);
    const list = (await cli(['token', 'list', '--expiring', '7d'])).stdout;
    expect(list).toMatch(/cli +reader for ann .*ends soon.*networks=10\.0\.0\.0\/8 rate=60\/60000ms/);
    const rotated = await cli(['token', 'rotate', 'cli', '--overlap', '1h']);
    expect([rotated.code, rotated.stdout.startsWith('sp_'), rotated.stderr.includes('Token cli works until 20')]).toEqual([0, true, true]);
    expect((await cli(['token', 'list', '--agent', 'reader'])).stdout).toContain('replaced by cli-2');
    expect((await cli(['token', 'rotate', 'cli', '--overlap', 'soon'])).code).toBe(2);
    const ofNobody = await cli(['token', 'list', '--agent', 'raeder']);
    expect([ofNobody.code, ofNobody.stdout]).toEqual([1, '']);
    expect(ofNobody.stderr).toMatch(/no agent.*raeder.*Did you mean "reader"/);
    expect((await cli(['doctor'])).stdout).toMatch(/warn +agent tokens .*end soon \(cli, cli-2\)/);
  });

  it('org create makes an organization with an operator of its own, whose token stands in a file that only its owner reads', async () => {
    const refused = await cli(['org', 'create', 'mine']);
    expect([refused.code, refused.stderr.includes('right `organizations`')]).toEqual([4, true]);
    const made = await cli(['org', 'create', 'mine', '--owner', 'me'], orgs.home.token);
    expect(made.stderr + made.stdout).toContain('Organization mine is made');
    const path = join(folder, 'operator.mine.token');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const token = (await readFile(path, 'utf8')).trim();
    expect(made.stdout).not.toContain(token);
    const own = await runCli(['get', 'all', '--org', 'mine', '-o', 'name', '--url', orgs.gateway.adminUrl, '--data', folder]);
    expect(own.stdout.trim().split('\n').toSorted()).toEqual(['operator/admin', 'organization/mine']);
    const wrong = await runCli(['get', 'all', '--org', 'acme', '--url', orgs.gateway.adminUrl, '--data', folder], {
      env: { SALLYPORT_OPERATOR_TOKEN: token },
    });
    expect([wrong.code, wrong.stderr.includes('belongs to organization mine')]).toEqual([4, true]);
    expect((await cli(['org', 'list'], orgs.home.token)).stdout.split('\n')).toContain('mine');
    expect((await cli(['org', 'list'])).stdout.trim()).toBe("acme (the operator token's own)");
    expect((await cli(['org', 'create', 'mine'], orgs.home.token)).code).toBe(5);
  });
});
