// Several organizations in one gateway, fully separated: every admin route and every cache, with two organizations whose objects have the same names.
// What one of them has carries its mark; the mark must not be seen, and nothing of it changed, from the other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminRoutes } from '../../src/admin/router.ts';
import { tokenHash } from '../../src/auth/token.ts';
import { verifyStore } from '../support/log-lines.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { seed, tokenObject } from '../support/seed.ts';

let orgs: OrgGateway;
let a: Tenant;
let b: Tenant;

beforeAll(async () => {
  orgs = await startOrgGateway(['alpha', 'beta'], { flags: { 'admin.metrics': 'viewer' } });
  [a, b] = [orgs.tenants.alpha as Tenant, orgs.tenants.beta as Tenant];
  // Both have calls in their log and definitions in the catalog before anything is looked at.
  for (const tenant of [a, b]) expect((await call(tenant)).text).toContain(tenant.mark);
});
afterAll(() => orgs?.close());

function call(tenant: Tenant, options: { token?: string; name?: string; arguments?: object; path?: string } = {}) {
  const { name = 'common', arguments: given = {}, ...rest } = options;
  return tenant.ask('tools/call', { name, arguments: given }, rest);
}

const POLICY = 'kind: policy\nmetadata: {name: tried}\nspec: {rules: [{name: r, match: {server: [desk]}, effect: allow}]}\n';
const SOON = new Date(Date.now() + 7 * 86_400_000).toISOString();
const agent = { kind: 'agent', metadata: { name: 'added' }, spec: { owner: 'b' } };
/** As beta asks: [method, path, body]. Every route has at least one row; `touches` says that it changes beta. */
const rows: [method: string, path: string, body?: unknown][] = [
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/metrics'],
  ['GET', '/openapi.json'],
  ['GET', '/api/v1/status'],
  ['GET', '/api/v1/objects'],
  ['GET', '/api/v1/objects?kind=agent'],
  ['GET', '/api/v1/objects/agent/bot'],
  ['GET', '/api/v1/objects/server/desk'],
  ['GET', '/api/v1/objects/organization/alpha'],
  ['PUT', '/api/v1/objects/agent/added', agent],
  ['PUT', '/api/v1/objects/organization/alpha', { kind: 'organization', metadata: { name: 'alpha' }, spec: { owner: 'taken over' } }],
  ['GET', '/api/v1/objects/agent/bot/history'],
  ['POST', '/api/v1/objects/agent/bot/rollback', { to: 2 }],
  ['DELETE', '/api/v1/objects/agent/added'],
  ['POST', '/api/v1/apply', { objects: [agent] }],
  ['POST', '/api/v1/diff', { objects: [{ kind: 'agent', metadata: { name: 'bot' }, spec: {} }] }],
  ['GET', '/api/v1/export?secrets=true'],
  ['GET', '/api/v1/tokens'],
  ['GET', '/api/v1/tokens?unusedForMs=0'],
  ['POST', '/api/v1/tokens', { agent: 'bot', name: 'second' }],
  ['POST', '/api/v1/tokens/second/rotate', { overlapMs: 60_000 }],
  ['POST', '/api/v1/tokens/second/revoke'],
  ['GET', '/api/v1/operators'],
  ['POST', '/api/v1/operators', { name: 'helper', role: 'viewer' }],
  ['POST', '/api/v1/operators/helper/revoke'],
  ['POST', '/api/v1/keys/rotate'],
  ['GET', '/api/v1/log/checkpoints'],
  ['POST', '/api/v1/log/checkpoints'],
  ['GET', '/api/v1/log/anchors'],
  ['POST', '/api/v1/log/anchors', {}],
  ['GET', '/api/v1/log/keys'],
  ['POST', '/api/v1/log/keys/rotate'],
  ['GET', '/api/v1/erasures'],
  ['GET', '/api/v1/log/archive'],
  ['GET', '/api/v1/policy/problems'],
  ['GET', '/api/v1/log/segment?to=256'],
  ['POST', '/api/v1/log/archive', { to: 256, hash: 'a'.repeat(64), file: 'b'.repeat(64) }],
  ['GET', '/api/v1/evidence/pack?framework=eu-ai-act&from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z'],
  ['POST', '/api/v1/erasures', { match: { user: ['ann'] }, reason: 'asked for it' }],
  ['GET', '/api/v1/log/consistency?from=1&to=2'],
  ['GET', '/api/v1/log/proof?call=none'],
  ['GET', '/api/v1/freezes'],
  ['POST', '/api/v1/freezes', { name: 'stop', scope: { agent: 'nobody' }, reason: 'drill' }],
  ['DELETE', '/api/v1/freezes/stop'],
  ['GET', '/api/v1/access/who?server=desk&name=common'],
  ['GET', '/api/v1/access/who?server=desk'],
  ['GET', '/api/v1/access/what?agent=bot'],
  ['GET', '/api/v1/access/what?token=bot-token'],
  ['GET', '/api/v1/risk/history?agent=bot&server=desk&tool=common'],
  ['POST', '/api/v1/risk/backtest', { text: 'kind: risk\nmetadata: {name: r}\nspec: {}\n', from: '2026-01-01T00:00:00Z' }],
  ['GET', '/api/v1/servers/desk/definitions'],
  ['GET', '/api/v1/servers/desk/definitions?refresh=true'],
  ['POST', '/api/v1/servers/desk/approve', { hashes: ['a'.repeat(64)] }],
  ['POST', '/api/v1/servers/desk/reject', { hashes: ['a'.repeat(64)] }],
  ['POST', '/api/v1/drills', { scope: { agent: 'bot' }, reason: 'drill', waitMs: 500 }],
  ['GET', '/api/v1/policy/effective?agent=bot'],
  ['GET', '/api/v1/explain/none'],
  ['POST', '/api/v1/explain', { text: 'agent: bot\nserver: desk\ntool: common' }],
  ['POST', '/api/v1/policy/lint', {}],
  ['POST', '/api/v1/policy/diff', { a: {}, b: { text: POLICY } }],
  ['POST', '/api/v1/policy/simulate', { text: POLICY, from: '2026-01-01T00:00:00Z' }],
  ['GET', '/api/v1/policy/shadow'],
  ['GET', '/api/v1/policy/starter'],
  ['GET', '/api/v1/policy/learned?from=2026-01-01T00:00:00Z'],
  ['GET', '/api/v1/approvals'],
  ['GET', '/api/v1/approval-stats'],
  ['POST', '/api/v1/approvals/decide', { verdict: 'deny', filter: { agent: 'bot' }, comment: 'all', dryRun: true }],
  ['GET', '/api/v1/approvals/none'],
  ['POST', '/api/v1/approvals/none/link'],
  ['POST', '/api/v1/approvals/none/approve'],
  ['POST', '/api/v1/approvals/none/deny', { comment: 'no' }],
  ['POST', '/api/v1/approvals/none/revoke', { comment: 'no' }],
  ['GET', '/api/v1/deliveries'],
  ['POST', '/api/v1/deliveries/replay', {}],
  ['POST', '/api/v1/deliveries/1/replay'],
  ['POST', '/api/v1/subscriptions/none/test'],
  ['POST', '/api/v1/approvals/none/claim', {}],
  ['GET', '/api/v1/grants'],
  ['POST', '/api/v1/grants', { agent: 'bot', server: 'desk', tool: 'common', until: SOON, reason: 'x', name: 'granted' }],
  ['POST', '/api/v1/grants/granted/confirm'],
  ['POST', '/api/v1/grants/granted/revoke'],
  ['GET', '/api/v1/delegations'],
  ['POST', '/api/v1/delegations', { from: 'ada', to: 'ben', until: SOON }],
  ['POST', '/api/v1/delegations/none/end'],
  ['GET', '/api/v1/passkeys'],
  ['POST', '/api/v1/passkeys/invite', { user: 'ada' }],
  ['POST', '/api/v1/passkeys/none/remove'],
  ['POST', '/api/v1/approvals/none/challenge'],
  ['GET', '/api/v1/limits'],
  ['GET', '/api/v1/limits/none'],
  ['GET', '/api/v1/organizations'],
  ['POST', '/api/v1/organizations', { name: 'gamma' }],
  ['GET', '/api/v1/log?limit=500'],
  ['GET', '/api/v1/log?agent=bot'],
  ['GET', '/api/v1/log/export'],
  ['GET', '/api/v1/log/export?format=ocsf'],
  ['GET', '/api/v1/forwards'],
  ['GET', '/api/v1/forwards/none'],
  ['POST', '/api/v1/forwards/none/test'],
  ['GET', '/api/v1/reports/usage?since=2026-01-01T00:00:00Z&by=team'],
  ['GET', '/api/v1/reports/cost?since=2026-01-01T00:00:00Z'],
  ['GET', '/api/v1/log/tail?from=1'],
  ['GET', '/api/v1/log/1?values=true'],
];

describe('every admin route', () => {
  it('is walked here', () => {
    const pattern = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const missing = adminRoutes().filter(
      ({ method, path }) =>
        !rows.some(([rowMethod, rowPath]) => rowMethod === method.toUpperCase() && pattern(path).test(rowPath.split('?')[0] ?? '')),
    );
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it.each(rows)('asked by one organization, shows and changes nothing of the other: %s %s', async (method, path, body) => {
    const before = await everythingOf(a);
    const answer = path.includes('/log/tail') ? await firstOf(path) : await b.admin(method, path, body);
    expect(answer.status, answer.text).not.toBe(401);
    expect(answer.status, answer.text).toBeLessThan(500);
    for (const foreign of [a.mark, 'alpha', a.token, a.operator, a.server.url]) {
      // What the asker said itself may come back.
      if (path.includes(foreign) || JSON.stringify(body ?? '').includes(foreign)) continue;
      expect(answer.text).not.toContain(foreign);
    }
    expect(await everythingOf(a)).toEqual(before);
  });

  it('is refused to a token of another organization than the one that is meant', async () => {
    const answer = await b.admin('GET', '/api/v1/objects', undefined, { 'sallyport-organization': 'alpha' });
    expect([answer.status, answer.text.includes('wrong_organization'), answer.text.includes(a.mark)]).toEqual([403, true, false]);
    expect((await b.admin('GET', '/api/v1/objects', undefined, { 'sallyport-organization': 'beta' })).status).toBe(200);
  });

  it('that makes organizations needs a right that no role includes, and that only who has it can give', async () => {
    expect((await b.admin('POST', '/api/v1/organizations', { name: 'gamma' })).status).toBe(403);
    const given = await b.admin('POST', '/api/v1/operators', { name: 'maker', role: 'admin', rights: ['organizations'] });
    expect([given.status, given.text.includes('forbidden')]).toEqual([403, true]);
    const spec = { role: 'admin', rights: ['organizations'], hash: 'f'.repeat(64), hint: 'so_ffffff', createdAt: '2026-01-01T00:00:00Z' };
    const object = { kind: 'operator', metadata: { name: 'admin' }, spec };
    expect((await b.admin('POST', '/api/v1/apply', { objects: [object] })).status).toBe(403);
    expect((await orgs.home.admin('GET', '/api/v1/organizations')).json).toMatchObject({
      organizations: [
        { name: 'default', own: true },
        { name: 'alpha', own: false },
        { name: 'beta', own: false },
      ],
    });
    // The right is to make and to count them: not to look into them.
    expect((await orgs.home.admin('GET', '/api/v1/objects')).text).not.toContain(a.mark);
  });
});

async function everythingOf(tenant: Tenant) {
  const { revision, objects } = await orgs.gateway.store.objects.load(tenant.org);
  const { seq, hash } = await orgs.gateway.store.log.head(tenant.org);
  return { revision, objects, seq, hash };
}

async function firstOf(path: string): Promise<{ status: number; text: string }> {
  const controller = new AbortController();
  const response = await fetch(orgs.gateway.adminUrl + path, {
    headers: { authorization: `Bearer ${b.operator}` },
    signal: controller.signal,
  });
  let text = '';
  const { seq } = await orgs.gateway.store.log.head('beta');
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    if (text.includes(`id: ${seq}\n`)) break;
  }
  controller.abort();
  return { status: response.status, text };
}

describe('every cache', () => {
  it('tokens: each leads to its own organization, with equal names of agent and token', async () => {
    expect((await call(a)).text).toContain(a.mark);
    expect((await call(b)).text).toContain(b.mark);
    const { found, control } = orgs.gateway.control.identify(tokenHash(b.token), Date.now(), '127.0.0.1');
    expect([found.principal?.org, control?.org]).toEqual(['beta', 'beta']);
  });

  it('tokens: one that two organizations claim is refused in both, and lives again when one lets go', async () => {
    const shared = tokenObject('shared', 'bot');
    const put = async (org: string, ...objects: Parameters<typeof seed>[2][number][]) =>
      orgs.gateway.control.atLeast(org, await seed(orgs.gateway, org, objects));
    await put('alpha', shared.object);
    expect((await call(a, { token: shared.token })).text).toContain(a.mark);
    await put('beta', shared.object);
    expect((await call(a, { token: shared.token })).status).toBe(401);
    await put('beta', { ...shared.object, spec: { ...shared.object.spec, hash: 'e'.repeat(64) } });
    expect((await call(a, { token: shared.token })).text).toContain(a.mark);
  });

  it('operators: a token of one is nobody in the other', async () => {
    expect((await a.admin('GET', '/api/v1/status')).json).toMatchObject({ organization: 'alpha' });
    expect((await b.admin('GET', '/api/v1/status')).json).toMatchObject({ organization: 'beta' });
  });

  it('catalog and compiled schemas: one server name, two lists, two schemas', async () => {
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const list = await own.ask('tools/list');
      expect(list.text).toContain(`tool_${own.org}`);
      expect(list.text).not.toContain(`tool_${other.org}`);
      expect((await call(own, { name: `tool_${other.org}` })).text).not.toContain(other.mark);
      expect((await call(own, { arguments: { [`only_${own.org}`]: 'x' } })).text).toContain(own.mark);
      expect((await call(own, { arguments: { [`only_${other.org}`]: 'x' } })).text).toContain('invalid_arguments');
      expect(orgs.gateway.catalog.names(own.org, 'desk', 'tool')).toEqual(['common', `tool_${own.org}`]);
    }
  });

  it('pools and leases: each server is reached by its own organization, with its own secret', () => {
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const keys = new Set(own.server.received.map(({ headers }) => headers['x-key']));
      expect([...keys]).toEqual([`secret-${own.mark}`]);
      expect(JSON.stringify(own.server.received)).not.toContain(other.mark);
      const sessions = new Set(own.server.received.map(({ headers }) => headers['mcp-session-id']).filter(Boolean));
      expect([...sessions]).toEqual([`up-${own.org}`]);
    }
    const status = orgs.gateway.upstreams.status().map(({ org, server }) => `${org}/${server}`);
    expect(status.toSorted()).toEqual(['alpha/desk', 'beta/desk']);
  });

  it('URI routes: the same URI leads each to its own server, and what one was shown routes nothing of the other', async () => {
    for (const own of [a, b]) {
      const list = await own.ask('resources/list', {}, { path: '/mcp' });
      expect(list.text).toContain(own.mark);
      const read = await own.ask('resources/read', { uri: 'note://same/1' }, { path: '/mcp' });
      expect(read.text).toContain(own.mark);
    }
    expect((await b.ask('resources/read', { uri: 'note://alpha/1' }, { path: '/mcp' })).text).not.toContain('"contents"');
  });

  it('sealed texts: cursors, task ids and states of one do not open in the other', () => {
    const { vault } = orgs.gateway;
    const sealed = vault.seal('alpha', 'task', new TextEncoder().encode('["desk","common","1","bot"]'));
    expect(vault.open('alpha', 'task', sealed)).toBeDefined();
    expect(vault.open('beta', 'task', sealed)).toBeUndefined();
  });

  it('sessions and their kept events: an id of one is not found with a token of the other', async () => {
    const session = await a.session();
    for (const headers of [{}, { 'last-event-id': 'g_1' }, { 'last-event-id': 'p1_1' }]) {
      const stolen = await fetch(`${orgs.gateway.mcpUrl}/mcp/desk`, {
        headers: { ...session.headers, authorization: `Bearer ${b.token}`, accept: 'text/event-stream', ...headers },
      });
      expect(stolen.status).toBe(404);
      await stolen.body?.cancel();
    }
    const ended = await fetch(`${orgs.gateway.mcpUrl}/mcp/desk`, {
      method: 'DELETE',
      headers: { ...session.headers, authorization: `Bearer ${b.token}` },
    });
    expect(ended.status).toBe(404);
    expect((await session.post({ jsonrpc: '2.0', id: 9, method: 'ping' })).status).toBe(200);
  });

  it('freezes and what they stop: everyone of one is nobody of the other', async () => {
    expect((await a.admin('POST', '/api/v1/freezes', { name: 'all', scope: { everyone: true }, reason: 'x' })).status).toBe(200);
    expect((await call(a)).text).toContain('frozen');
    expect((await call(b)).text).toContain(b.mark);
    await a.admin('DELETE', '/api/v1/freezes/all');
    expect((await call(a)).text).toContain(a.mark);
  });

  it('rules: what one allows and denies says nothing in the other', async () => {
    await a.apply(
      'kind: policy\nmetadata: {name: front}\nspec: {tier: guardrail, rules: [{name: no, match: {tool: [common]}, effect: deny}]}',
    );
    expect((await call(a)).text).toContain('denied_by_rule');
    expect((await call(b)).text).toContain(b.mark);
    await a.admin('DELETE', '/api/v1/objects/policy/front');
  });

  it('last use: of equal names, each has its own', async () => {
    const used = orgs.gateway.lastUsed;
    const before = used.get('alpha', 'bot-token');
    await call(b);
    expect(used.get('alpha', 'bot-token')).toBe(before);
    expect(used.get('beta', 'bot-token')).toBeGreaterThan(0);
    expect(used.get('default', 'bot-token')).toBeUndefined();
  });

  it('the log: two chains, both sound, each with its own entries and payloads', async () => {
    const commitments: Record<string, string> = {};
    for (const tenant of [a, b]) {
      const lines = (await tenant.admin('GET', '/api/v1/log/export')).text;
      expect(lines).not.toContain(`"org":"${tenant === a ? 'beta' : 'alpha'}"`);
      expect((await verifyStore(orgs.gateway, tenant.org)).state).toBe('sound');
      commitments[tenant.org] = /"result":"([0-9a-f]{64})"/.exec(lines)?.[1] ?? '';
    }
    const { log } = orgs.gateway;
    expect(await log.value('alpha', commitments.alpha ?? '')).toContain(a.mark);
    expect(await log.value('beta', commitments.alpha ?? '')).toBeUndefined();
  });

  it('the log: a refused token is told in the log of its own organization, a stranger in that of the gateway', async () => {
    const made = (await b.admin('POST', '/api/v1/tokens', { agent: 'bot', name: 'gone' })).json as { token: string };
    await b.admin('POST', '/api/v1/tokens/gone/revoke');
    const before = await everythingOf(a);
    expect((await call(b, { token: made.token })).status).toBe(401);
    await expect.poll(async () => (await b.admin('GET', '/api/v1/log?type=signin&limit=500')).text).toContain('token_revoked');
    expect((await call(b, { token: `sp_${'A'.repeat(49)}` })).status).toBe(401);
    expect((await everythingOf(a)).seq).toBe(before.seq);
  });

  it('metrics: an operator sees what is counted for its own organization, and no other name', async () => {
    const { text } = await b.admin('GET', '/metrics', undefined, {});
    expect(text).toMatch(/sallyport_calls_total\{[^}]*org="beta"/);
    const home = await orgs.home.admin('GET', '/metrics');
    expect(home.text).toMatch(/sallyport_calls_total\{[^}]*org="alpha"/);
    expect(home.text).toMatch(/sallyport_upstream_seconds_count\{[^}]*server="desk"[^}]*org="alpha"/);
    expect(home.text).toMatch(/sallyport_tokens_unused\{org="beta"\} \d/);
  });

  it('calls in flight: one that takes all its places leaves those of the other', () => {
    const { inFlight } = orgs.gateway;
    const principalOf = (token: string) => orgs.gateway.control.identify(tokenHash(token), Date.now(), '127.0.0.1').found.principal;
    const [one, other] = [principalOf(a.token), principalOf(b.token)];
    if (!one || !other) throw new Error('not identified');
    const ended: string[] = [];
    const release = [one, other].map((principal) =>
      inFlight.register({ principal, server: 'desk', abort: () => void ended.push(principal.org) }),
    );
    for (const end of inFlight.doomed('alpha', () => new Error('stopped'))) end();
    expect(ended).toEqual(['alpha']);
    for (const done of release) done();
  });
});

it('identifying does not look through the organizations one by one', async () => {
  const { control } = orgs.gateway;
  const looked: string[] = [];
  for (const one of control.all()) {
    const { identify } = one.principals;
    Object.assign(one.principals, {
      identify: (...given: Parameters<typeof identify>) => {
        looked.push(one.org);
        return identify(...given);
      },
    });
  }
  control.identify(tokenHash(b.token), Date.now(), '127.0.0.1');
  control.identify(tokenHash('sp_'), Date.now(), '127.0.0.1');
  control.identify(tokenHash(tokenObject('x', 'x').token), Date.now(), '127.0.0.1');
  expect(looked).toEqual(['beta']);
});

it('everything is there again, and still apart, after a restart', async () => {
  await orgs.restart();
  for (const tenant of [a, b]) expect((await call(tenant)).text).toContain(tenant.mark);
  expect((await b.admin('GET', '/api/v1/objects')).text).not.toContain(a.mark);
});
