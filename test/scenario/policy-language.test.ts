// The sentences of the policy language, one test for each, through a running gateway with everything it looks with: objects over the admin API,
// calls over HTTP, and what the log says of them.
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli-process.ts';
import type { Received } from '../support/http-agent.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json, type RawRequest } from '../support/raw-server.ts';

const text = { type: 'string' };
const TOOLS = [
  { name: 'create_refund', description: 'Refund a payment of a customer', properties: { amount: { type: 'number' }, currency: text } },
  { name: 'get_customer', description: 'Look up a customer', properties: { customer_id: text } },
  { name: 'read_file', description: 'Read a file', properties: { path: text } },
  { name: 'query', description: 'Run SQL', properties: { sql: text } },
  { name: 'send_mail', description: 'Send an e-mail', properties: { to: { type: 'array', items: text }, body: text } },
  { name: 'delete_account', description: 'Close a bank account for good', properties: { account: text, note: text } },
].map(({ name, description, properties }) => ({
  ...{ name, description },
  ...(name === 'get_customer' && { annotations: { readOnlyHint: true } }),
  inputSchema: { type: 'object', properties, additionalProperties: false },
}));

const OWN_OBJECTS = `
kind: agent
metadata: {name: bot, labels: {customer: c-17}}
spec: {owner: ann, class: coder, team: crew}
---
kind: role
metadata: {name: worker}
spec: {members: {teams: [crew]}, grants: [{server: [elsewhere]}]}
---
kind: server
metadata: {name: desk}
spec: {transport: http, url: "URL", era: legacy, trust: true, tags: [money], toolTags: {"get_*": [lookup]}, tools: {create_refund: {category: financial}}}
`;

let g: OrgGateway;
let one: Tenant;

beforeAll(async () => {
  g = await startOrgGateway(['one'], { answer: listing });
  one = g.tenants.one as Tenant;
  await one.apply(OWN_OBJECTS.replace('URL', one.server.url));
});
afterAll(() => g.close());
afterEach(async () => {
  for (const name of ['a', 'b', 'c', 'd']) await one.admin('DELETE', `/api/v1/objects/policy/${name}`);
});

function listing(_org: string, request: RawRequest, response: ServerResponse): boolean {
  if (request.message?.method !== 'tools/list') return false;
  json(response, { jsonrpc: '2.0', id: request.message.id, result: { tools: TOOLS } });
  return true;
}

const policy = (rules: string, more = '', name = 'a'): string =>
  `kind: policy\nmetadata: {name: ${name}}\nspec:\n${more.replace(/^/gm, '  ')}\n  rules:\n${rules.replace(/^/gm, '    ')}\n`;
const refusal = async (yaml: string): Promise<string> => {
  const { status, text: said } = await one.admin('POST', '/api/v1/apply', { text: yaml });
  expect(status, said).toBeGreaterThanOrEqual(400);
  return said;
};

async function call(name: string, args: Record<string, unknown> = {}, token?: string): Promise<string> {
  const reply = await one.ask('tools/call', { name, arguments: args }, token === undefined ? {} : { token });
  const result = (reply.json as { result?: { isError?: boolean; content?: { text: string }[] } }).result;
  if (result && !result.isError) return 'done';
  return codeIn(reply);
}

/** The stable code of a refusal, wherever the era puts it. */
function codeIn(reply: Received): string {
  return /"code":"([a-z_]+)"/.exec(reply.text)?.[1] ?? reply.text;
}

interface Decision {
  type: string;
  tool?: string;
  rule?: string;
  event?: string;
  [member: string]: unknown;
}

async function entries(query = ''): Promise<Decision[]> {
  const { json: body } = await one.admin('GET', `/api/v1/log?limit=500${query}`);
  return (body as { entries: { content: Decision }[] }).entries.map(({ content }) => content);
}

/** Of calls, the newest first. */
const decisions = async (): Promise<Decision[]> => (await entries('&type=decision')).filter(({ method }) => method === 'tools/call');

describe('YAML policies, ordered: first match wins; no match denies; any evaluation error denies this call with policy_error', () => {
  it('first match wins, in the order that is written', async () => {
    await one.apply(
      policy(`- {name: no-query, match: {tool: [query]}, effect: deny}\n- {name: all, match: {server: [desk]}, effect: allow}`),
    );
    expect(await call('query', { sql: 'SELECT 1' })).toBe('denied_by_rule');
    expect(await call('read_file', { path: '/a' })).toBe('done');
    await one.apply(
      policy(`- {name: all, match: {server: [desk]}, effect: allow}\n- {name: no-query, match: {tool: [query]}, effect: deny}`),
    );
    expect(await call('query', { sql: 'SELECT 1' })).toBe('done');
  });

  it('no match denies', async () => {
    await one.apply(policy(`- {name: other, match: {server: [elsewhere]}, effect: allow}`));
    const before = one.server.received.length;
    expect(await call('read_file', { path: '/a' })).toBe('no_rule_allows');
    expect(one.server.received.slice(before).filter(({ message }) => message?.method === 'tools/call')).toEqual([]);
  });

  it('an evaluation error denies this call with policy_error, raises an incident, and touches no other call', async () => {
    await one.apply(
      policy(
        `- {name: sum, match: {tool: [create_refund]}, when: "args.amount < 10", effect: deny}\n- {name: all, match: {}, effect: allow}`,
      ),
    );
    expect(await call('create_refund', {})).toBe('policy_error');
    expect(await call('create_refund', { amount: 11 })).toBe('done');
    expect((await entries()).filter(({ event }) => event === 'incident')).not.toEqual([]);
  });
});

describe('order is visible: organization guardrails, then team, then agent, then organization defaults; within a policy the written order', () => {
  it('and policy show --effective --agent prints the final list', async () => {
    const rules = (name: string): string =>
      `- {name: ${name}-1, match: {tool: [query]}, effect: deny}\n- {name: ${name}-2, match: {tool: [query]}, effect: allow}`;
    await one.apply(policy(rules('last'), 'order: 1', 'a'));
    await one.apply(policy(rules('third'), 'tier: agent\nagent: bot', 'b'));
    await one.apply(policy(rules('second'), 'tier: team\nteam: crew', 'c'));
    await one.apply(policy(rules('first'), 'tier: guardrail', 'd'));
    const { stdout } = await runCli(['policy', 'show', '--effective', '--agent', 'bot'], {
      env: { SALLYPORT_ADMIN_URL: g.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: one.operator },
    });
    const shown = [...stdout.matchAll(/\b(first|second|third|last)-([12])\b/g)].map(([name]) => name);
    expect(shown).toEqual(['first-1', 'first-2', 'second-1', 'second-2', 'third-1', 'third-2', 'last-1', 'last-2']);
    for (const name of ['d', 'c', 'b', 'a']) {
      expect(await call('query', { sql: 'SELECT 1' })).toBe('denied_by_rule');
      expect((await decisions())[0]?.rule).toBe(`${name}/${{ a: 'last', b: 'third', c: 'second', d: 'first' }[name]}-1`);
      await one.admin('DELETE', `/api/v1/objects/policy/${name}`);
    }
  });
});

describe('a rule matches by', () => {
  const today = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  /** Never the day of now, whatever the zone of the machine is, and not the one that may begin while this runs. */
  const otherDays = (): string => [3, 4].map((more) => today[(new Date().getUTCDay() + more) % 7]).join(', ');
  it.each([
    ['agent', 'agent: [b?t]', 'agent: [cat]'],
    ['class', 'class: [coder]', 'class: [writer]'],
    ['team', 'team: [crew]', 'team: [others]'],
    ['role', 'role: [worker]', 'role: [boss]'],
    ['user', 'user: [ann]', 'user: [bob]'],
    ['environment', 'environment: [prod]', 'environment: [test]'],
    ['server', 'server: [desk]', 'server: [des]'],
    ['tool', 'tool: [get_*]', 'tool: [set_*]'],
    ['method kind', 'kind: [call]', 'kind: [read, list]'],
    ['method', 'method: [tools/call]', 'method: [tools/list]'],
    ['tags of the server', 'tags: [money]', 'tags: [time]'],
    ['tags of the tool', 'tags: [look*]', 'tags: [looks]'],
    ['intent', 'intent: [read]', 'intent: [write, destructive]'],
    ['time window with weekday and time zone', 'time: {zone: Europe/Berlin}', () => `time: {weekdays: [${otherDays()}], zone: UTC}`],
    ['source network', 'source: [127.0.0.0/8]', 'source: [10.0.0.0/8]'],
  ] as [string, string, string | (() => string)][])('%s', async (_what, fits, other) => {
    const made = await one.admin('POST', '/api/v1/tokens', { agent: 'bot', user: 'ann', name: `of-ann-${Math.trunc(performance.now())}` });
    const { token } = made.json as { token: string };
    const only = (matcher: string): string => policy(`- {name: r, match: {${matcher}}, effect: allow}`);
    await one.apply(only(fits));
    expect(await call('get_customer', { customer_id: 'c-1' }, token)).toBe('done');
    await one.apply(only(typeof other === 'string' ? other : other()));
    expect(await call('get_customer', { customer_id: 'c-1' }, token)).toMatch(/no_rule_allows|not_found|unknown/);
  });

  it('category', async () => {
    await one.apply(policy('- {name: money, match: {category: [financial]}, effect: deny}\n- {name: rest, match: {}, effect: allow}'));
    expect(await call('create_refund', { amount: 1 })).toBe('denied_by_rule');
    expect(await call('read_file', { path: '/a' })).toBe('done');
  });

  it('prompt and resource', async () => {
    await one.apply(policy("- {name: r, match: {resource: ['note://one/*'], prompt: [hello]}, effect: allow}"));
    expect((await one.ask('resources/read', { uri: 'note://one/1' })).text).toContain('mark-of-one');
    expect((await one.ask('resources/read', { uri: 'note://same/1' })).text).not.toContain('mark-of-one');
    expect((await one.ask('prompts/get', { name: 'hello' })).text).toContain('done by');
    expect((await one.ask('prompts/get', { name: 'other' })).text).not.toContain('done by');
  });

  it('findings', async () => {
    await one.apply('kind: dlp\nmetadata: {name: look}\nspec: {rules: [{name: see, types: [secret], action: log}]}\n');
    await one.apply(policy("- {name: secrets, match: {findings: ['secret.*']}, effect: deny}\n- {name: rest, match: {}, effect: allow}"));
    expect(await call('delete_account', { note: 'nothing to see' })).toBe('done');
    expect(await call('delete_account', { note: `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}` })).toBe('denied_by_rule');
    await one.admin('DELETE', '/api/v1/objects/dlp/look');
  });

  it('risk at least', async () => {
    await one.apply('kind: risk\nmetadata: {name: usual}\nspec: {}\n');
    const from = (score: number): string =>
      policy(`- {name: risky, match: {riskAtLeast: ${score}}, effect: deny}\n- {name: rest, match: {}, effect: allow}`);
    await one.apply(from(100));
    expect(await call('read_file', { path: '/a' })).toBe('done');
    await one.apply(from(1));
    expect(await call('read_file', { path: '/a' })).toBe('denied_by_rule');
    await one.admin('DELETE', '/api/v1/objects/risk/usual');
  });
});

describe('when sees', () => {
  it.each([
    ['the arguments', "args.customer_id == 'c-1'"],
    ['the metadata of the tool', "tool.annotations.readOnlyHint == true && tool.description.startsWith('Look')"],
    [
      'the principal',
      "principal.agent == 'bot' && principal.class == 'coder' && 'crew' in principal.teams && principal.labels.customer == 'c-17'",
    ],
    ['the server', "server.name == 'desk' && 'money' in server.tags"],
    ['findings', 'findings.size() == 0'],
    ['flow labels', "!('private' in flow)"],
    ['history facts', 'facts.agent.calls >= 0'],
    ['the time', "now > timestamp('2026-01-01T00:00:00Z')"],
    ['texts by expressions of linear time', "args.customer_id.matches('^c-[0-9]+$')"],
  ])('%s', async (_what, when) => {
    const only = (condition: string): string =>
      policy(`- {name: r, match: {tool: [get_customer]}, when: ${JSON.stringify(condition)}, effect: allow}`);
    await one.apply(only(when));
    expect(await call('get_customer', { customer_id: 'c-1' }), when).toBe('done');
    await one.apply(only(`!(${when})`));
    expect(await call('get_customer', { customer_id: 'c-1' }), when).toBe('no_rule_allows');
  });
});

describe('obligations', () => {
  it('log level, notify channel, redact, require quota, reason text for the agent', async () => {
    await one.apply('kind: limit\nmetadata: {name: two}\nspec: {match: {agent: [nobody]}, quota: {max: 2, calendar: month}}\n');
    const asks = "obligations: {log: critical, notify: ['#security-alerts'], redact: ['pii.*'], quota: [two]}";
    await one.apply(
      policy(
        `- {name: no, match: {tool: [query]}, effect: deny, reason: Ask the data team.}\n- {name: all, match: {}, effect: allow, ${asks}}`,
      ),
    );
    expect((await one.ask('tools/call', { name: 'query', arguments: { sql: 'SELECT 1' } })).text).toContain('Ask the data team.');
    expect([await call('read_file', {}), await call('read_file', {}), await call('read_file', {})]).toEqual([
      'done',
      'done',
      'limit_exceeded',
    ]);
    expect((await decisions())[1]).toMatchObject({ log: 'critical', notify: ['#security-alerts'], rule: 'a/all' });
    await one.admin('DELETE', '/api/v1/objects/policy/a');
    await one.admin('DELETE', '/api/v1/objects/limit/two');
  });
});

describe('the seed example works as written', () => {
  it('financial and destructive ⇒ require approval, notify #security-alerts, log critical', async () => {
    const spec = `transport: http, url: "${one.server.url}", era: legacy, trust: true, tools: {delete_account: {category: financial}}`;
    await one.apply(`kind: server\nmetadata: {name: bank}\nspec: {${spec}}\n`);
    await one.apply(await readFile('examples/policies/financial-destructive.yaml', 'utf8'));
    await one.apply(policy('- {name: all, match: {}, effect: allow}'));
    const held = await one.ask('tools/call', { name: 'delete_account', arguments: { account: '1' } }, { path: '/mcp/bank' });
    expect(codeIn(held)).toBe('approval_required');
    expect((await one.ask('tools/call', { name: 'get_customer', arguments: {} }, { path: '/mcp/bank' })).text).toContain('done by');
    expect((await decisions()).find(({ tool }) => tool === 'delete_account')).toMatchObject({
      effect: 'hold',
      intent: 'destructive',
      category: 'financial',
      log: 'critical',
      notify: ['#security-alerts'],
      rule: 'financial-destructive/require-approval',
    });
    await one.admin('DELETE', '/api/v1/objects/policy/financial-destructive');
  });
});

describe('argument rules', () => {
  it.each([
    [
      'create_refund under 500',
      { tool: 'create_refund', when: 'args.amount < 500' },
      { amount: 499.99 },
      [{ amount: 500 }, { amount: '1' }, {}],
    ],
    [
      'own customer only',
      { tool: 'get_customer', when: 'args.customer_id == principal.labels.customer' },
      { customer_id: 'c-17' },
      [{ customer_id: 'c-18' }, { customer_id: 'C-17' }, {}],
    ],
    [
      'path prefix',
      { tool: 'read_file', when: "path_within(args.path, '/data/public')" },
      { path: '/data/public/a.txt' },
      [{ path: '/data/public/../private' }, { path: '/data/publicity' }, { path: '/data/public/%2e%2e/x' }, { path: '~/x' }],
    ],
    [
      'SQL read-only',
      { tool: 'query', intent: 'read' },
      { sql: 'SELECT * FROM orders' },
      [
        { sql: 'DELETE FROM orders' },
        { sql: 'SELECT 1; DROP TABLE orders' },
        { sql: 'WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x' },
      ],
    ],
    [
      'recipient domain in a list',
      { tool: 'send_mail', when: "args.to.all(t, domain_of(t) in ['example.com', 'example.org'])" },
      { to: ['ann@example.com', 'bob@example.org'] },
      [{ to: ['ann@example.com', 'eve@evil.test'] }, { to: ['ann@example.com@evil.test'] }, { to: ['ann@example.com,eve@evil.test'] }],
    ],
  ] as [string, { tool: string; when?: string; intent?: string }, Record<string, unknown>, Record<string, unknown>[]][])(
    '%s',
    async (_what, { tool, when, intent }, allowed, refused) => {
      const matcher = `tool: [${tool}]${intent ? `, intent: [${intent}]` : ''}`;
      await one.apply(policy(`- {name: r, match: {${matcher}},${when ? ` when: ${JSON.stringify(when)},` : ''} effect: allow}`));
      expect(await call(tool, allowed)).toBe('done');
      for (const args of refused)
        expect(await call(tool, args), JSON.stringify(args)).toMatch(/^(no_rule_allows|policy_error|invalid_arguments)$/);
    },
  );
});

describe('when is type-checked at publish against the pinned input schemas of the tools that the rule can match', () => {
  it('with line and column', async () => {
    await one.ask('tools/list');
    const said = await refusal(policy('- name: r\n  match: {tool: [create_refund]}\n  when: args.amuont <= 500\n  effect: allow'));
    expect(said).toMatch(/8:\d+/);
    expect(said).toContain('amuont');
    expect(await refusal(policy("- name: r\n  match: {tool: [create_refund]}\n  when: args.amount == 'much'\n  effect: allow"))).toMatch(
      /8:\d+/,
    );
  });

  it('explicit semantics for absent fields: reading one is an error, has() asks', async () => {
    await one.apply(policy('- {name: r, match: {tool: [create_refund]}, when: "args.currency == \'USD\'", effect: allow}'));
    expect(await call('create_refund', { amount: 1 })).toBe('policy_error');
    await one.apply(
      policy('- {name: r, match: {tool: [create_refund]}, when: "!has(args.currency) || args.currency == \'USD\'", effect: allow}'),
    );
    expect(await call('create_refund', { amount: 1 })).toBe('done');
    expect(await call('create_refund', { amount: 1, currency: 'EUR' })).toBe('no_rule_allows');
  });
});

describe('every activation is a revision with author and diff', () => {
  it('effective on the next request, rolled back with one command', async () => {
    const cli = (...args: string[]) =>
      runCli(args, { env: { SALLYPORT_ADMIN_URL: g.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: one.operator } });
    await one.apply(policy('- {name: r, match: {tool: [query]}, effect: allow}'));
    expect(await call('query', { sql: 'SELECT 1' })).toBe('done');
    await one.apply(policy('- {name: r, match: {tool: [query]}, effect: deny}'));
    expect(await call('query', { sql: 'SELECT 1' })).toBe('denied_by_rule');
    const { stdout } = await cli('history', 'policy', 'a', '--diff');
    expect(stdout).toMatch(/effect: allow[\s\S]*effect: deny|effect: deny[\s\S]*effect: allow/);
    const { versions } = (await one.admin('GET', '/api/v1/objects/policy/a/history')).json as {
      versions: { revision: number; author: string }[];
    };
    expect(versions.every(({ author }) => author.length > 0)).toBe(true);
    const back = await cli('rollback', 'policy', 'a', '--to', String(versions[1]?.revision));
    expect(back.code, back.stderr).toBe(0);
    expect(await call('query', { sql: 'SELECT 1' })).toBe('done');
  });

  it('a policy carries its cases; activation runs them and refuses on failure, keeping the last good one', async () => {
    const rule = (effect: string): string => `- {name: r, match: {tool: [query]}, effect: ${effect}}`;
    const cases = 'cases:\n  - {name: queries pass, given: {server: desk, tool: query}, expect: allow}';
    await one.apply(policy(rule('allow'), cases));
    expect(await refusal(policy(rule('deny'), cases))).toContain('queries pass');
    expect(await call('query', { sql: 'SELECT 1' })).toBe('done');
  });
});

describe('explain --what-if', () => {
  it('judges what the call would do as the gateway does: a rule on intent sees it', async () => {
    await one.ask('tools/list');
    await one.apply(policy('- {name: reads, match: {tool: [query], intent: [read]}, effect: allow}'));
    const asked = async (sql: string) =>
      (await one.admin('POST', '/api/v1/explain', { text: `agent: bot\nserver: desk\ntool: query\nargs: {sql: "${sql}"}\n` })).json;
    expect(await asked('SELECT 1')).toMatchObject({ decision: { effect: 'allow' }, asked: { intent: 'read' } });
    expect(await asked('DROP TABLE orders')).toMatchObject({ decision: { effect: 'deny' }, asked: { intent: 'destructive' } });
  });
});
