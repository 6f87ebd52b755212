// Conditions of policies and standing grants that fit no longer, because what a tool takes became known or is another now: told without anybody
// asking, on a running gateway, while the conditions themselves deny. The metric shows what is known and looks at nothing.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { canonicalJson } from '../../src/lib/canonical-json.ts';
import { sha256Hex } from '../../src/lib/digest.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { runCli } from '../support/cli-process.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { event, json, legacyHandshake, openEvents, type RawServer, startRawServer } from '../support/raw-server.ts';
import { seed } from '../support/seed.ts';

const POLL = { timeout: 120_000, interval: 100 };
const LONG = { timeout: 300_000 };
const pay = (type: string): JsonObject => ({ name: 'pay', inputSchema: { type: 'object', properties: { amount: { type } } } });

interface Played extends RawServer {
  tools: JsonObject[];
  /** Says on every open stream that its tools are others now. */
  announce(): number;
}

let orgs: OrgGateway;
let acme: Tenant;
const open: Played[] = [];
beforeAll(async () => {
  orgs = await startOrgGateway(['acme', 'other']);
  acme = orgs.tenants.acme as Tenant;
});
beforeEach(() => expect.poll(() => problems('acme'), POLL).toBe(0));
afterAll(async () => {
  await orgs?.close();
  for (const server of open) await server.close();
});

const cli = async (...args: string[]) => {
  const done = await runCli(args, { env: { SALLYPORT_OPERATOR_TOKEN: acme.operator, SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl } });
  return done;
};

/** As the metric shows them: as last looked at. */
async function problems(org: string): Promise<number> {
  const { text } = await acme.admin('GET', '/metrics');
  return Number(new RegExp(`sallyport_policy_problems\\{org="${org}"\\} (\\d+)`).exec(text)?.[1]);
}

async function played(tools: JsonObject[]): Promise<Played> {
  const streams: Parameters<typeof event>[0][] = [];
  const made: Played = {
    ...(await startRawServer((request, response) => {
      if (request.method === 'GET') return void streams.push(openEvents(response));
      if (legacyHandshake(request, response, { sessionId: 'one', capabilities: { tools: { listChanged: true } } })) return;
      const result = request.message?.method === 'tools/list' ? { tools: made.tools } : { content: [{ type: 'text', text: 'done' }] };
      json(response, { jsonrpc: '2.0', id: request.message?.id, result });
    })),
    tools,
    announce: () => {
      for (const stream of streams) event(stream, { jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
      return streams.length;
    },
  };
  open.push(made);
  return made;
}

const register = (name: string, { url }: RawServer, trust: boolean): Promise<void> =>
  acme.apply(JSON.stringify({ kind: 'server', metadata: { name }, spec: { transport: 'http', url, era: 'legacy', trust } }));
const rules = (name: string, ...all: object[]): Promise<void> =>
  acme.apply(
    JSON.stringify({ kind: 'policy', metadata: { name }, spec: { order: 1, rules: all.map((rule, i) => ({ name: `r${i}`, ...rule })) } }),
  );
const remove = async (kind: string, name: string): Promise<void> => {
  const { status, text } = await acme.admin('DELETE', `/api/v1/objects/${kind}/${name}`);
  expect(status, text).toBe(200);
};
const ask = (server: string, method: string, params: JsonObject = {}) => acme.ask(method, params, { path: `/mcp/${server}` });

it('of a server that is trusted, right after it was read for the first time', LONG, async () => {
  const server = await played([pay('number')]);
  await register('trusty', server, true);
  // Nothing is known of the tool yet: the condition is taken as it stands.
  await rules('of-trusty', { match: { server: ['trusty'], tool: ['pay'] }, when: "args.amount == '500'", effect: 'allow' });
  expect(await problems('acme')).toBe(0);
  expect((await ask('trusty', 'tools/list')).text).toContain('pay');
  await expect.poll(() => problems('acme'), POLL).toBe(1);
  expect(await problems('other')).toBe(0);
  const { problems: told } = (await acme.admin('GET', '/api/v1/policy/problems')).json as { problems: JsonObject[] };
  expect(told).toEqual([
    { policy: 'of-trusty', where: 'spec.rules[0].when, character 13', message: expect.stringContaining('tool "pay" of server "trusty"') },
  ]);
  await remove('policy', 'of-trusty');
});

it('of a server that is trusted, when it says that its tools are others now', LONG, async () => {
  const server = await played([pay('number')]);
  await register('says', server, true);
  await rules('of-says', { match: { server: ['says'], tool: ['pay'] }, when: 'args.amount <= 500', effect: 'allow' });
  expect((await ask('says', 'tools/call', { name: 'pay', arguments: { amount: 5 } })).text).toContain('done');
  expect(await problems('acme')).toBe(0);
  server.tools = [pay('string')];
  await expect.poll(() => server.announce(), POLL).toBeGreaterThan(0);
  await expect.poll(() => problems('acme'), POLL).toBe(1);
  // And it mends itself when the tool does.
  server.tools = [pay('number')];
  server.announce();
  await expect.poll(() => problems('acme'), POLL).toBe(0);
  await remove('policy', 'of-says');
});

it('of a server whose tools are approved, with another schema: in a policy that was fine, and in a standing grant', LONG, async () => {
  const server = await played([pay('number')]);
  await register('held', server, false);
  const approve = async () => {
    const done = await cli('server', 'approve', 'held');
    expect(done.code, done.stderr).toBe(0);
  };
  await approve();
  await rules(
    'of-held',
    { match: { server: ['held'], tool: ['pay'] }, when: 'args.amount > 900', effect: 'deny' },
    { match: { server: ['held'], tool: ['pay'] }, effect: 'hold' },
  );
  const spec = { agent: 'bot', server: 'held', tool: 'pay', when: 'args.amount <= 100', reason: 'small sums' };
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const granted = await acme.admin('POST', '/api/v1/grants', { ...spec, until, name: 'small' });
  expect(granted.status, granted.text).toBe(200);
  expect((await ask('held', 'tools/call', { name: 'pay', arguments: { amount: 5 } })).text).toContain('done');
  expect(await problems('acme')).toBe(0);

  server.tools = [pay('string')];
  await ask('held', 'tools/list');
  await approve();
  await expect.poll(() => problems('acme'), POLL).toBe(2);
  expect((await acme.admin('GET', '/api/v1/policy/problems')).json).toEqual({
    problems: [
      { policy: 'of-held', where: 'spec.rules[0].when, character 13', message: expect.stringContaining('tool "pay" of server "held"') },
      { grant: 'small', where: 'spec.when, character 13', message: expect.any(String) },
    ],
  });
  // It fails closed: with the rule, and without it with the grant.
  expect((await ask('held', 'tools/call', { name: 'pay', arguments: { amount: '5' } })).text).toContain('policy_error');
  await rules('of-held', { match: { server: ['held'], tool: ['pay'] }, effect: 'hold' });
  expect((await ask('held', 'tools/call', { name: 'pay', arguments: { amount: '5' } })).text).toContain('approval_required');
  await expect.poll(() => problems('acme'), POLL).toBe(1);
  const { checks } = JSON.parse((await cli('doctor', '--json')).stdout) as { checks: { name: string }[] };
  expect(checks.find(({ name }) => name === 'policies')).toMatchObject({
    state: 'fail',
    message: expect.stringMatching(/^grant\/small, spec\.when, character 13: .*it answers no call, and people are asked$/),
    next: expect.stringContaining('sallyport get grant small -o yaml > small.yaml'),
  });
  await remove('grant', 'small');
  await expect.poll(() => problems('acme'), POLL).toBe(0);
  await remove('policy', 'of-held');
});

it('a case that passed by a role, when the role is another', LONG, async () => {
  const role = (tool: string): Promise<void> =>
    acme.apply(JSON.stringify({ kind: 'role', metadata: { name: 'payer' }, spec: { grants: [{ server: ['till'], tool: [tool] }] } }));
  await role('pay');
  const given = { agent: 'somebody', roles: ['payer'], server: 'till', tool: 'pay' };
  const denies = { name: 'never', match: { server: ['till'], tool: ['close'] }, effect: 'deny' };
  const spec = { order: 1, rules: [denies], cases: [{ name: 'payers pay', given, expect: { effect: 'allow', rule: 'role/payer/1' } }] };
  await acme.apply(JSON.stringify({ kind: 'policy', metadata: { name: 'cased' }, spec }));
  await orgs.gateway.policies.settled();
  expect(await problems('acme')).toBe(0);
  await role('get_*');
  await expect.poll(() => problems('acme'), POLL).toBe(1);
  expect((await acme.admin('GET', '/api/v1/policy/problems')).json).toEqual({
    problems: [{ policy: 'cased', where: 'spec.cases[0]', message: expect.stringContaining('payers pay') }],
  });
  await role('pay');
  await expect.poll(() => problems('acme'), POLL).toBe(0);
  await remove('policy', 'cased');
});

it('of a server that this process never read, when somebody approves other definitions of it', LONG, async () => {
  await rules('of-held', { match: { server: ['held'], tool: ['pay'] }, when: 'args.amount == "5"', effect: 'deny' });
  await orgs.restart();
  await orgs.gateway.policies.settled();
  expect(await problems('acme')).toBe(0);
  // As another gateway on the same database does it.
  const [text, before] = [canonicalJson(pay('boolean')), orgs.gateway.control.current('acme')?.view.get('snapshot', 'held')];
  const hash = sha256Hex(text);
  await orgs.gateway.store.definitions.saveDefinitions('acme', [{ hash, text }]);
  const definitions = [{ kind: 'tool', name: 'pay', hash }];
  await seed(orgs.gateway, 'acme', [{ ...before, spec: { ...before?.spec, definitions } } as unknown as StoredObject]);
  await expect.poll(() => problems('acme'), POLL).toBe(1);
  expect(orgs.gateway.catalog.list('acme', 'held', 'tool')).toEqual([]);
});
