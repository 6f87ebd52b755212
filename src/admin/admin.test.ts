// The admin API over a real store: every route anonymous, with too small a role, with the right one; and no answer with a secret in it.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminSide, ORG, STATED, startAdminSide } from '../../test/support/admin-side.ts';
import { type Asking, bindingOf } from '../approval/ticket.ts';
import { verifyLog } from '../audit/verify.ts';
import { newToken } from '../auth/token.ts';
import { operatorRoles } from '../object/kind/operator.ts';
import type { OperatorRole } from '../object/kinds.ts';
import { MAX_TAILS } from './log-tail.ts';
import { MAX_FAILED_PER_MINUTE } from './operator.ts';
import { adminRoutes } from './router.ts';

const SECRET = 'hunter2-very-secret-value';
const PLAIN = newToken();
let side: AdminSide;
let secrets: string[];
/** Every body that was ever answered, by request. */
const answers: [string, string][] = [];

async function ask(as: OperatorRole | undefined, method: string, pattern: string, body?: unknown, headers: Record<string, string> = {}) {
  const path = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => made.get(name) ?? name);
  const response = await fetch(side.url + path, {
    method,
    headers: {
      ...(as ? { authorization: `Bearer ${side.tokens[as]}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = path.includes('/log/tail') && response.ok ? await firstChunk(response) : await response.text();
  answers.push([`${method} ${path} as ${as}`, text]);
  return { status: response.status, text, json: () => JSON.parse(text), headers: response.headers };
}

async function firstChunk(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const value = (await reader?.read())?.value;
  await reader?.cancel();
  return new TextDecoder().decode(value);
}

/** Ids that are not known before, by their name in a row. */
const made = new Map<string, string>();

const agent = (name: string) => ({ kind: 'agent', metadata: { name }, spec: {} });
const server = (more: object) => ({ kind: 'server', metadata: { name: 'tools' }, spec: { transport: 'stdio', command: 'echo', ...more } });

/** Days from now, as grants and delegations end. */
const SOON = new Date(Date.now() + 7 * 86_400_000).toISOString();
const GRANT = { agent: 'robot', server: 'echoes', tool: 'echo', until: SOON, reason: 'tests' };
const user = (name: string) => ({ kind: 'user', metadata: { name }, spec: {} });

beforeAll(async () => {
  side = await startAdminSide();
  const text = `kind: secret\nmetadata: {name: key}\nspec: {value: ${SECRET}}\n---\nkind: agent\nmetadata: {name: robot}\nspec: {}\n---\nkind: server\nmetadata: {name: echoes}\nspec: {transport: http, url: 'http://127.0.0.1:9/mcp'}\n---\nkind: token\nmetadata: {name: t1}\nspec: {agent: robot, hash: ${PLAIN.hash}, hint: ${PLAIN.hint}, createdAt: 2026-01-01T00:00:00Z}\n`;
  expect((await ask('operator', 'POST', '/api/v1/apply', { text })).status).toBe(200);
  const put = [user('ada'), user('ben'), { kind: 'grant', metadata: { name: 'some' }, spec: GRANT }];
  expect((await ask('operator', 'POST', '/api/v1/apply', { objects: put })).status).toBe(200);
  const reviewer = (await ask('admin', 'GET', '/api/v1/objects/operator/reviewer')).json();
  const linked = { ...reviewer, spec: { ...reviewer.spec, user: 'ada' } };
  expect((await ask('admin', 'PUT', '/api/v1/objects/operator/reviewer', linked)).status).toBe(200);
  for (const name of ['ticket', 'other']) made.set(name, await heldCall(side, name));
  const told = { subscription: 'alerts', event: 'evt_1', type: 'webhook.test', subject: 'x', seq: 0, body: '{}' };
  await side.core.store.outbox.add(ORG, [told]);
  made.set('delivery', String((await side.core.store.outbox.list(ORG, { limit: 1 }))[0]?.id));
  const { revision } = await side.core.store.log.head(side.context.org);
  const decided = {
    effect: 'deny' as const,
    rule: 'builtin/default',
    code: 'no_rule_allows',
    judged: revision,
    credential: 'none' as const,
  };
  const fields = { ...decided, timeMs: 1, call: 'call_1', principal: { agent: 'robot' }, surface: 'server/echoes', method: 'tools/list' };
  const client = { era: 'modern' as const, version: '2026-07-28' };
  await side.core.log.record(side.context.org, { type: 'decision', fields: { ...fields, client, origin: 'agent' } });
  const proved = {
    ...{ timeMs: 0, call: 'call_proved', surface: 'all', method: 'tools/call', rule: 'builtin/x', code: 'x', judged: 0 },
    effect: 'deny' as const,
    credential: 'none' as const,
    client: { era: 'legacy' as const, version: '2025-11-25' },
    origin: 'agent' as const,
  };
  await side.core.log.record(ORG, { type: 'decision', fields: proved });
  const masterKey = readFileSync(join(side.dataDir, 'master.key'), 'utf8').trim();
  const sealed = (await side.core.store.objects.load(ORG)).objects.find((one) => one.kind === 'secret');
  secrets = [SECRET, PLAIN.token, masterKey, ...Object.values(side.tokens), String(sealed && (sealed.spec as { sealed: string }).sealed)];
});
afterAll(() => side?.close());

/** One row per route: the least role, a request that works with it, or is answered with this status. */
const POLICY = 'kind: policy\nmetadata: {name: try}\nspec: {rules: [{name: all, effect: allow}]}';
const rows: [least: OperatorRole | undefined, method: string, path: string, body?: unknown, status?: number][] = [
  [undefined, 'GET', '/healthz'],
  [undefined, 'GET', '/readyz'],
  ['viewer', 'GET', '/metrics'],
  ['viewer', 'GET', '/api/v1/status'],
  ['viewer', 'GET', '/openapi.json'],
  ['viewer', 'GET', '/api/v1/objects'],
  ['viewer', 'GET', '/api/v1/objects/secret/key'],
  ['operator', 'PUT', '/api/v1/objects/agent/put-agent', agent('put-agent')],
  ['viewer', 'GET', '/api/v1/objects/agent/put-agent/history'],
  ['operator', 'DELETE', '/api/v1/objects/agent/put-agent'],
  ['operator', 'POST', '/api/v1/objects/secret/key/rollback', { to: 2 }],
  ['operator', 'POST', '/api/v1/apply', { text: 'kind: agent\nmetadata: {name: applied}\nspec: {}' }],
  ['operator', 'POST', '/api/v1/diff', { objects: [{ kind: 'secret', metadata: { name: 'key' }, spec: { value: `${SECRET}-new` } }] }],
  ['viewer', 'GET', '/api/v1/export'],
  ['viewer', 'GET', '/api/v1/tokens'],
  ['operator', 'POST', '/api/v1/tokens', { agent: 'robot', name: 'made' }],
  ['operator', 'POST', '/api/v1/tokens/made/rotate'],
  ['operator', 'POST', '/api/v1/tokens/made/revoke'],
  ['admin', 'GET', '/api/v1/operators'],
  ['admin', 'POST', '/api/v1/operators', { name: 'new-one', role: 'viewer' }],
  ['admin', 'POST', '/api/v1/operators/new-one/revoke'],
  ['admin', 'POST', '/api/v1/keys/rotate'],
  ['viewer', 'GET', '/api/v1/access/who?server=echoes&name=read'],
  ['viewer', 'GET', '/api/v1/access/what?agent=robot'],
  ['viewer', 'GET', '/api/v1/organizations'],
  ['admin', 'POST', '/api/v1/organizations', { name: 'another' }],
  ['viewer', 'GET', '/api/v1/limits'],
  ['viewer', 'GET', '/api/v1/limits/refunds'],
  ['viewer', 'GET', '/api/v1/freezes'],
  ['operator', 'POST', '/api/v1/freezes', { name: 'stop', scope: { agent: 'robot' }, reason: 'drill' }],
  ['operator', 'DELETE', '/api/v1/freezes/stop'],
  ['operator', 'POST', '/api/v1/drills', { scope: { agent: 'robot' }, reason: 'drill', waitMs: 100 }],
  ['viewer', 'GET', '/api/v1/deliveries'],
  ['operator', 'POST', '/api/v1/deliveries/replay', {}],
  ['operator', 'POST', '/api/v1/deliveries/{delivery}/replay'],
  ['operator', 'POST', '/api/v1/subscriptions/alerts/test'],
  ['viewer', 'GET', '/api/v1/approvals'],
  ['viewer', 'GET', '/api/v1/approval-stats'],
  ['reviewer', 'GET', '/api/v1/approvals/{ticket}'],
  ['reviewer', 'POST', '/api/v1/approvals/{ticket}/link'],
  ['reviewer', 'POST', '/api/v1/approvals/{ticket}/claim'],
  ['reviewer', 'POST', '/api/v1/approvals/{ticket}/approve'],
  ['reviewer', 'POST', '/api/v1/approvals/{ticket}/revoke', { comment: 'too soon' }],
  ['reviewer', 'POST', '/api/v1/approvals/{other}/deny', { comment: 'no', digest: undefined }],
  ['reviewer', 'POST', '/api/v1/approvals/decide', { verdict: 'approve', filter: { agent: 'robot' }, comment: 'all', dryRun: true }],
  ['viewer', 'GET', '/api/v1/grants'],
  ['reviewer', 'POST', '/api/v1/grants', { ...GRANT, name: 'another' }],
  ['reviewer', 'POST', '/api/v1/grants/some/confirm'],
  ['reviewer', 'POST', '/api/v1/grants/some/revoke'],
  ['viewer', 'GET', '/api/v1/delegations'],
  ['reviewer', 'POST', '/api/v1/delegations', { name: 'handed', to: 'ben', until: SOON }],
  ['reviewer', 'POST', '/api/v1/delegations/handed/end'],
  ['viewer', 'GET', '/api/v1/passkeys?user=ada'],
  ['admin', 'POST', '/api/v1/passkeys/invite', { user: 'ada' }],
  ['reviewer', 'POST', '/api/v1/passkeys/none/remove', undefined, 404],
  ['reviewer', 'POST', '/api/v1/approvals/{other}/challenge', undefined, 409],
  ['viewer', 'GET', '/api/v1/policy/effective?agent=robot'],
  ['viewer', 'GET', '/api/v1/explain/call_1'],
  ['viewer', 'POST', '/api/v1/explain', { text: 'agent: robot\nserver: echoes\ntool: echo' }],
  ['viewer', 'POST', '/api/v1/policy/lint', {}],
  ['viewer', 'POST', '/api/v1/policy/diff', { a: {}, b: { text: POLICY } }],
  ['reviewer', 'POST', '/api/v1/policy/simulate', { text: POLICY, from: '2026-01-01T00:00:00Z' }],
  ['viewer', 'GET', '/api/v1/policy/shadow'],
  ['viewer', 'GET', '/api/v1/policy/starter'],
  ['reviewer', 'GET', '/api/v1/policy/learned?from=2026-01-01T00:00:00Z'],
  ['viewer', 'GET', '/api/v1/servers/echoes/definitions'],
  ['operator', 'POST', '/api/v1/servers/echoes/approve', { hashes: [STATED[0]?.hash] }],
  ['operator', 'POST', '/api/v1/servers/echoes/reject', { hashes: [STATED[0]?.hash] }],
  ['viewer', 'GET', '/api/v1/risk/history?agent=robot&server=tools&tool=echo'],
  ['reviewer', 'POST', '/api/v1/risk/backtest', { text: 'kind: risk\nmetadata: {name: try}\nspec: {}', from: '2026-01-01T00:00:00Z' }],
  ['viewer', 'GET', '/api/v1/log/checkpoints'],
  ['operator', 'POST', '/api/v1/log/checkpoints'],
  ['viewer', 'GET', '/api/v1/log/anchors'],
  ['operator', 'POST', '/api/v1/log/anchors', {}],
  ['viewer', 'GET', '/api/v1/log/keys'],
  ['admin', 'POST', '/api/v1/log/keys/rotate'],
  ['viewer', 'GET', '/api/v1/erasures'],
  ['viewer', 'GET', '/api/v1/log/archive'],
  ['viewer', 'GET', '/api/v1/policy/problems'],
  ['viewer', 'GET', '/api/v1/log/segment?to=256', undefined, 400],
  ['admin', 'POST', '/api/v1/log/archive', { to: 256, hash: 'a'.repeat(64), file: 'b'.repeat(64) }, 409],
  ['viewer', 'GET', '/api/v1/evidence/pack?framework=soc2&from=2026-01-01T00:00:00Z&to=2099-01-01T00:00:00Z'],
  ['admin', 'POST', '/api/v1/erasures', { match: { user: ['nobody'] }, reason: 'test' }],
  ['viewer', 'GET', '/api/v1/log/consistency?from=1&to=2'],
  ['viewer', 'GET', '/api/v1/log/proof?call=call_proved'],
  ['viewer', 'GET', '/api/v1/log?limit=5'],
  ['viewer', 'GET', '/api/v1/log/tail?from=1'],
  ['viewer', 'GET', '/api/v1/log/export'],
  ['viewer', 'GET', '/api/v1/forwards'],
  ['viewer', 'GET', '/api/v1/forwards/siem'],
  ['operator', 'POST', '/api/v1/forwards/siem/test'],
  ['viewer', 'GET', '/api/v1/reports/usage?since=2026-01-01T00:00:00Z'],
  ['viewer', 'GET', '/api/v1/log/1'],
];

/** The ticket of a held call. */
async function heldCall({ context }: AdminSide, text: string): Promise<string> {
  const requester = {
    org: ORG,
    agent: 'robot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
  };
  const asking: Asking = {
    ...{ requester: { ...requester, token: undefined }, owner: undefined, method: 'tools/call', server: 'tools', definition: undefined },
    ...{
      capability: { kind: 'tool', name: 'echo' },
      params: text,
      rule: 'p/held',
      ruleHash: 'ab'.repeat(32),
      reason: 'Held.',
      revision: 1,
    },
    ...{ callId: 'call_1', approvers: undefined, intent: undefined, risk: undefined, findings: [] },
  };
  const part = { params: `{"text":"${text}"}`, description: undefined };
  const asked = await context.approvals.ask(ORG, asking, bindingOf(ORG, asking), () => part, 60_000);
  return asked.type === 'ticket' ? asked.ticket.id : '';
}

describe('every route', () => {
  it('has a row here', () => {
    const pattern = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    const missing = adminRoutes().filter(
      ({ method, path }) =>
        !rows.some(([, rowMethod, rowPath]) => rowMethod === method.toUpperCase() && pattern(path).test(rowPath.split('?')[0] ?? '')),
    );
    expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  it.each(rows)('least role %s: %s %s', async (least, method, path, body, status = 200) => {
    if (least !== undefined) {
      expect((await ask(undefined, method, path, body)).status).toBe(401);
      const wrong = await ask(undefined, method, path, body, { authorization: `Bearer so_${'A'.repeat(43)}` });
      expect(wrong.status).toBe(401);
      expect(await ask(undefined, method, path, body, { authorization: `Bearer ${PLAIN.token}` })).toMatchObject({ status: 401 });
      const below = operatorRoles[operatorRoles.indexOf(least) - 1];
      if (below) expect((await ask(below, method, path, body)).json().error.code).toBe('forbidden');
      if (below) expect((await ask(below, method, path, body)).status).toBe(403);
    }
    expect(await ask(least, method, path, body)).toMatchObject({ status });
  });

  it('never answers with a seeded secret', () => {
    expect(answers.length).toBeGreaterThan(rows.length * 3);
    for (const [request, text] of answers) for (const secret of secrets) expect(text.includes(secret), request).toBe(false);
  });
});

describe('rights', () => {
  it('are not gained through objects', async () => {
    const me = (await ask('operator', 'GET', '/api/v1/objects/operator/operator')).json();
    const risen = { ...me, spec: { ...me.spec, role: 'admin' } };
    expect((await ask('operator', 'PUT', '/api/v1/objects/operator/operator', risen)).status).toBe(403);
    expect((await ask('operator', 'POST', '/api/v1/apply', { objects: [risen] })).status).toBe(403);
    expect((await ask('operator', 'DELETE', '/api/v1/objects/operator/admin')).status).toBe(403);
    expect((await ask('operator', 'POST', '/api/v1/apply', { objects: [], prune: ['operator'] })).status).toBe(403);
    expect((await ask('admin', 'GET', '/api/v1/objects/operator/operator')).json().spec.role).toBe('operator');
  });

  it('to start commands belong to admin, and only where the setting allows', async () => {
    expect((await ask('operator', 'PUT', '/api/v1/objects/server/tools', server({}))).status).toBe(403);
    expect((await ask('admin', 'PUT', '/api/v1/objects/server/tools', server({}))).status).toBe(200);
    expect((await ask('operator', 'PUT', '/api/v1/objects/server/tools', server({ timeoutMs: 500 }))).status).toBe(200);
    expect((await ask('operator', 'PUT', '/api/v1/objects/server/tools', server({ args: ['x'] }))).status).toBe(403);
    side.context.settings.commands = false;
    expect((await ask('admin', 'PUT', '/api/v1/objects/server/tools', server({ args: ['x'] }))).status).toBe(403);
    side.context.settings.commands = true;
  });

  it('end with revocation, at once and for good', async () => {
    const { token } = (await ask('admin', 'POST', '/api/v1/operators', { name: 'brief', role: 'viewer' })).json();
    const as = { authorization: `Bearer ${token}` };
    expect((await ask(undefined, 'GET', '/api/v1/status', undefined, as)).status).toBe(200);
    await ask('admin', 'POST', '/api/v1/operators/brief/revoke');
    expect((await ask(undefined, 'GET', '/api/v1/status', undefined, as)).status).toBe(401);
    const object = (await ask('admin', 'GET', '/api/v1/objects/operator/brief')).json();
    const { revokedAt: _, ...alive } = object.spec;
    expect((await ask('admin', 'PUT', '/api/v1/objects/operator/brief', { ...object, spec: alive })).status).toBe(422);
    expect((await ask('admin', 'POST', '/api/v1/objects/operator/brief/rollback', { to: object.revision - 1 })).status).toBe(422);
  });

  it('to full values and sealed secrets are not those of a viewer', async () => {
    expect((await ask('viewer', 'GET', '/api/v1/log/1?values=true')).status).toBe(403);
    expect((await ask('reviewer', 'GET', '/api/v1/log/1?values=true')).status).toBe(200);
    expect((await ask('operator', 'GET', '/api/v1/export?secrets=true')).status).toBe(403);
    const sealed = await fetch(`${side.url}/api/v1/export?secrets=true`, { headers: { authorization: `Bearer ${side.tokens.admin}` } });
    expect(await sealed.text()).toContain('sealed: v1.');
  });

  it('to plain values of a server are those of who may write them', async () => {
    const spec = { transport: 'http', url: 'http://127.0.0.1:1/', headers: { 'X-Plain': 'in-the-open', 'X-Key': { secret: 'key' } } };
    expect((await ask('operator', 'PUT', '/api/v1/objects/server/web', { kind: 'server', metadata: { name: 'web' }, spec })).status).toBe(
      200,
    );
    for (const path of ['/api/v1/objects', '/api/v1/objects/server/web', '/api/v1/objects/server/web/history', '/api/v1/export']) {
      expect((await ask('viewer', 'GET', path)).text).not.toContain('in-the-open');
      expect((await ask('reviewer', 'GET', path)).text).toContain('(hidden)');
      expect((await ask('operator', 'GET', path)).text).toContain('in-the-open');
    }
    expect((await ask('viewer', 'GET', '/api/v1/objects/server/web')).json().spec.headers['X-Key']).toEqual({ secret: 'key' });
  });

  it('to metrics follow the setting', async () => {
    side.context.settings.metrics = 'loopback';
    expect((await ask(undefined, 'GET', '/metrics')).status).toBe(200);
    side.context.settings.metrics = 'viewer';
    expect((await ask(undefined, 'GET', '/metrics')).status).toBe(401);
  });
});

describe('requests', () => {
  const rawStatus = (headers: Record<string, string>, path = '/openapi.json') =>
    new Promise<number>((resolve, reject) => {
      httpRequest(`${side.url}${path}`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('under a foreign name or from a foreign page are refused', async () => {
    expect(await rawStatus({ host: 'evil.example' })).toBe(403);
    expect(await rawStatus({ host: 'localhost.evil.example:7861' })).toBe(403);
    expect(await rawStatus({ host: 'localhost:7861' })).toBe(401);
    expect(await rawStatus({ origin: 'https://evil.example' })).toBe(403);
    expect(await rawStatus({ origin: side.url })).toBe(401);
    expect((await ask('viewer', 'OPTIONS', '/api/v1/objects')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('for how it is are answered under any name: health checks choose theirs themselves', async () => {
    for (const path of ['/healthz', '/readyz']) expect(await rawStatus({ host: '10.1.2.3:7861' }, path)).toBe(200);
    expect(await rawStatus({ host: '10.1.2.3:7861' }, '/metrics')).toBe(403);
  });

  it('that are not what they should be get an answer that says so', async () => {
    expect((await ask('operator', 'POST', '/api/v1/apply', { text: 'kind: agnet' })).json()).toMatchObject({
      error: { code: 'invalid_objects', details: [expect.stringContaining('input:1:7: unknown kind "agnet". Did you mean "agent"?')] },
    });
    expect((await ask('operator', 'POST', '/api/v1/apply', { text: 'a', objects: [] })).status).toBe(400);
    expect((await ask('operator', 'PUT', '/api/v1/objects/agent/odd', { ...agent('odd'), metdata: {} })).json().error.message).toContain(
      'Did you mean "metadata"?',
    );
    expect((await ask('operator', 'POST', '/api/v1/freezes', { scope: { everyone: true } })).status).toBe(400);
    expect((await ask('viewer', 'GET', '/api/v1/log?limit=501')).status).toBe(400);
    expect((await ask('viewer', 'GET', '/api/v1/log?limt=5')).status).toBe(400);
    expect((await ask('viewer', 'GET', '/api/v1/objects/agnet/x')).json().error.message).toContain('Did you mean "agent"?');
    expect((await ask('viewer', 'GET', '/api/v1/objects/agent/robto')).json().error.message).toContain('Did you mean "robot"?');
    expect((await ask('viewer', 'GET', '/api/v1/nothing')).status).toBe(404);
    expect((await ask('operator', 'POST', '/api/v1/apply', undefined, {})).status).toBe(415);
    const broken = await fetch(`${side.url}/api/v1/apply`, {
      method: 'POST',
      body: '{',
      headers: { authorization: `Bearer ${side.tokens.operator}`, 'content-type': 'application/json' },
    });
    expect(broken.status).toBe(400);
    const huge = await fetch(`${side.url}/api/v1/apply`, {
      method: 'POST',
      body: 'x'.repeat(17 * 1024 * 1024),
      headers: { authorization: `Bearer ${side.tokens.operator}`, 'content-type': 'application/json' },
    });
    expect(huge.status).toBe(413);
  });

  it('with an old revision conflict', async () => {
    const { revision } = (await ask('operator', 'PUT', '/api/v1/objects/agent/shared', agent('shared'))).json();
    const edit = (owner: string) => ({ ...agent('shared'), spec: { owner }, revision });
    expect((await ask('operator', 'PUT', '/api/v1/objects/agent/shared', edit('first'))).status).toBe(200);
    expect((await ask('operator', 'PUT', '/api/v1/objects/agent/shared', edit('second'))).json().error.code).toBe('conflict');
    expect((await ask('operator', 'DELETE', `/api/v1/objects/agent/shared?revision=${revision}`)).status).toBe(409);
    const { versions } = (await ask('viewer', 'GET', '/api/v1/objects/agent/shared/history')).json();
    expect(versions.map((version: { object: { spec: { owner?: string } } }) => version.object.spec.owner)).toEqual(['first', undefined]);
    expect((await ask('operator', 'POST', '/api/v1/objects/agent/shared/rollback', { to: revision })).status).toBe(200);
    expect((await ask('viewer', 'GET', '/api/v1/objects/agent/shared')).json().spec.owner).toBeUndefined();
    expect((await ask('operator', 'POST', '/api/v1/objects/agent/shared/rollback', { to: 9_999 })).json().error.code).toBe(
      'unknown_revision',
    );
  });
});

describe('the log', () => {
  it('is exported as it is, follows live, and verifies', async () => {
    const { text } = await ask('viewer', 'GET', '/api/v1/log/export');
    const verdict = await verifyLog(text.trimEnd().split('\n'));
    expect(verdict).toMatchObject({ state: 'sound', org: ORG });
    const { entries, next } = (await ask('viewer', 'GET', '/api/v1/log?limit=2&order=oldest')).json();
    expect(entries.map((one: { header: { seq: number } }) => one.header.seq)).toEqual([1, 2]);
    expect(next).toBe(3);
  });

  it('is filtered by content', async () => {
    const { entries } = (await ask('viewer', 'GET', '/api/v1/log?type=signin')).json();
    expect(entries.length).toBeGreaterThan(2);
    expect(entries.every((one: { content: { type: string } }) => one.content.type === 'signin')).toBe(true);
    const failed = entries.filter((one: { content: { result: string } }) => one.content.result === 'failed');
    expect(failed.length).toBeGreaterThan(0);
  });

  it('tells followers what is written after they came', async () => {
    const response = await fetch(`${side.url}/api/v1/log/tail`, { headers: { authorization: `Bearer ${side.tokens.viewer}` } });
    const reader = response.body?.getReader();
    let text = '';
    const until = async (needle: string) => {
      while (!text.includes(needle)) text += new TextDecoder().decode((await reader?.read())?.value ?? new Uint8Array());
    };
    await until(': following');
    await ask('operator', 'PUT', '/api/v1/objects/agent/tailed', agent('tailed'));
    await until('"name":"tailed"');
    expect(text).toMatch(/id: \d+\nevent: entry\ndata: \{"content":/);
    await reader?.cancel();
  });
});

describe('freezes', () => {
  it('are not replaced by another one of the same name', async () => {
    const freeze = (scope: object, name?: string) =>
      ask('operator', 'POST', '/api/v1/freezes', { scope, reason: 'x', ...(name ? { name } : {}) });
    expect((await freeze({ agent: 'robot' }, 'incident')).status).toBe(200);
    expect((await freeze({ agent: 'other' }, 'incident')).status).toBe(409);
    expect((await freeze({ agent: 'robot' })).json().name).toBe('agent-robot');
    expect((await freeze({ agent: 'robot' })).json().name).toBe('agent-robot-2');
    expect((await freeze({ everyone: true })).json().name).toBe('everyone');
    const { freezes } = (await ask('viewer', 'GET', '/api/v1/freezes')).json();
    expect(freezes.find((one: { name: string }) => one.name === 'incident')).toMatchObject({ scope: { agent: 'robot' }, active: true });
  });
});

describe('sign-ins', () => {
  it('that fail are recorded, up to a bound', async () => {
    const before = (await side.core.store.log.head(ORG)).seq;
    await Promise.all(Array.from({ length: 200 }, () => ask(undefined, 'GET', '/api/v1/status')));
    const written = (await side.core.store.log.head(ORG)).seq - before;
    expect(written).toBeLessThanOrEqual(2 * MAX_FAILED_PER_MINUTE); // a minute may turn in between
  });
});

describe('following the log', () => {
  const follow = (token: string) => fetch(`${side.url}/api/v1/log/tail`, { headers: { authorization: `Bearer ${token}` } });

  it('ends with the right to, before anything newer is shown', async () => {
    const { token } = (await ask('admin', 'POST', '/api/v1/operators', { name: 'follower', role: 'viewer' })).json();
    const response = await follow(token);
    await ask('admin', 'POST', '/api/v1/operators/follower/revoke');
    await ask('operator', 'PUT', '/api/v1/objects/agent/after-revocation', agent('after-revocation'));
    const text = await response.text(); // the stream ends by itself
    expect(text).not.toContain('after-revocation');
    expect(text).not.toContain('"type":"object"');
  });

  it('is bounded, and a place becomes free when a follower leaves', async () => {
    const followers = await Promise.all(Array.from({ length: MAX_TAILS }, () => follow(side.tokens.viewer)));
    expect(followers.every(({ status }) => status === 200)).toBe(true);
    expect((await follow(side.tokens.viewer)).status).toBe(503);
    await Promise.all(followers.map(({ body }) => body?.cancel()));
    await expect
      .poll(async () => {
        const response = await follow(side.tokens.viewer);
        await response.body?.cancel();
        return response.status;
      })
      .toBe(200);
  });
});

describe('tokens', () => {
  it('are shown once; rotation keeps the rights and ends the old one', async () => {
    const made = (await ask('operator', 'POST', '/api/v1/tokens', { agent: 'robot', scopes: { tools: ['read_*'] } })).json();
    const rotated = (await ask('operator', 'POST', `/api/v1/tokens/${made.name}/rotate`)).json();
    expect(rotated.token).not.toBe(made.token);
    const { tokens } = (await ask('viewer', 'GET', '/api/v1/tokens')).json();
    const row = (name: string) => tokens.find((one: { name: string }) => one.name === name);
    expect(row(made.name).revokedAt).toBeDefined();
    expect(row(rotated.name)).toMatchObject({ agent: 'robot', scopes: { tools: ['read_*'] } });
    const { text } = await ask('viewer', 'GET', '/api/v1/export');
    expect(text.includes(made.token) || text.includes(rotated.token)).toBe(false);
    expect((await ask('operator', 'POST', '/api/v1/tokens', { agent: 'robto' })).json().error.message).toContain('Did you mean "robot"?');
    expect((await ask('operator', 'POST', '/api/v1/tokens', { agent: 'robot', name: 't1' })).json().error.code).toBe('conflict');
  });
});
