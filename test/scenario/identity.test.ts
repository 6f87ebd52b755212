// Identities and grants, over the wire of a running gateway: who a call is attributed to, what roles grant, what a token may do, and from where.
// Each test is named after the sentence it shows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/auth/token.ts';
import { type AskOptions, type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

let orgs: OrgGateway;
let acme: Tenant;

beforeAll(async () => {
  orgs = await startOrgGateway(['acme'], { flags: { 'agent.trustedProxies': '127.0.0.0/8' } });
  acme = orgs.tenants.acme as Tenant;
});
afterAll(() => orgs?.close());

const use = (token: string, options: AskOptions & { name?: string } = {}) =>
  acme.ask('tools/call', { name: options.name ?? 'common', arguments: {} }, { ...options, token });

async function newToken(body: object): Promise<{ name: string; token: string; expiresAt?: string; previousUntil?: string }> {
  const made = await acme.admin('POST', '/api/v1/tokens', body);
  expect(made.status, made.text).toBe(200);
  return made.json as { name: string; token: string };
}

async function lastDecision(): Promise<Record<string, unknown>> {
  const { entries } = (await acme.admin('GET', '/api/v1/log?type=decision&limit=1')).json as { entries: { content: object }[] };
  return entries[0]?.content as Record<string, unknown>;
}

describe('a call is always attributed to an agent and, where known, a user', () => {
  it('in the entry of the log', async () => {
    const forAnn = await newToken({ agent: 'bot', name: 'for-ann', user: 'ann' });
    expect((await use(forAnn.token)).text).toContain(acme.mark);
    expect((await lastDecision()).principal).toEqual({ agent: 'bot', class: 'coder', token: 'for-ann', user: 'ann' });
    await use(acme.token);
    expect((await lastDecision()).principal).toEqual({ agent: 'bot', class: 'coder', token: 'bot-token' });
  });

  it('and what is known of both is filled in: teams, roles, labels, class, environment', () => {
    const { found } = orgs.gateway.control.identify(tokenHash(acme.token), Date.now(), '127.0.0.1');
    expect(found.principal).toMatchObject({
      org: 'acme',
      agentClass: 'coder',
      environment: 'prod',
      teams: ['crew'],
      roles: ['worker'],
      labels: { mark: acme.mark },
    });
  });

  it('a token of a user that is gone or disabled lets nobody in, from the next call on', async () => {
    await acme.apply('kind: user\nmetadata: {name: bob}\nspec: {}');
    const forBob = await newToken({ agent: 'bot', user: 'bob', name: 'for-bob' });
    expect((await use(forBob.token)).status).toBe(200);
    await acme.apply('kind: user\nmetadata: {name: bob}\nspec: {disabled: true}');
    expect((await use(forBob.token)).status).toBe(401);
    // Removing a user that a token acts for is refused as long as the token names them.
    expect((await acme.admin('DELETE', '/api/v1/objects/user/bob')).status).toBe(422);
  });

  it('a class that is disabled stops its agents', async () => {
    await acme.apply(
      'kind: class\nmetadata: {name: tester}\nspec: {}\n---\nkind: agent\nmetadata: {name: t}\nspec: {class: tester, team: crew}',
    );
    const tester = await newToken({ agent: 't', name: 'tester' });
    expect((await use(tester.token)).text).toContain(acme.mark);
    await acme.apply('kind: class\nmetadata: {name: tester}\nspec: {disabled: true}');
    expect((await use(tester.token)).status).toBe(401);
  });
});

describe('asserted client names are labels only, never policy inputs', () => {
  it('whatever a client calls itself, in either era, decides nothing', async () => {
    await acme.apply(`kind: agent\nmetadata: {name: stranger}\nspec: {}`);
    const stranger = await newToken({ agent: 'stranger' });
    for (const name of ['bot', 'worker', 'crew', 'admin', '__proto__']) {
      const meta = {
        'io.modelcontextprotocol/clientInfo': { name, version: '1', agent: 'bot', class: 'coder', roles: ['worker'], teams: ['crew'] },
      };
      const answer = await acme.ask('tools/call', { name: 'common', arguments: {}, _meta: meta }, { token: stranger.token });
      expect(answer.text).toContain('no_rule_allows');
      expect((await lastDecision()).principal).toEqual({ agent: 'stranger', token: stranger.name });
    }
    const opened = await fetch(`${orgs.gateway.mcpUrl}/mcp/desk`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${stranger.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'user-agent': 'bot',
        'x-agent': 'bot',
        'x-sallyport-agent': 'bot',
        from: 'ann@example.com',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bot', version: '1' } },
      }),
    });
    expect(await opened.text()).toContain('no_rule_allows');
  });
});

describe('roles grant server, tool and method selectors to teams, users, agents and classes', () => {
  const member: [string, string, string][] = [
    ['agents', 'agents: [granted]', ''],
    ['classes', 'classes: [special]', ''],
    ['teams, through the agent', 'teams: [guild]', ''],
    ['teams, through the user', 'teams: [readers]', 'eve'],
    ['users', 'users: [eve]', 'eve'],
  ];

  it.each(member)('to %s', async (_, members, user) => {
    await acme.apply(`
kind: team
metadata: {name: guild}
spec: {}
---
kind: user
metadata: {name: eve}
spec: {}
---
kind: team
metadata: {name: readers}
spec: {members: {users: [eve]}}
---
kind: agent
metadata: {name: granted}
spec: {class: special, team: guild}
---
kind: role
metadata: {name: temporary}
spec: {members: {${members}}, grants: [{server: [des?], tool: [com*], method: [tools/*]}]}
`);
    const token = await newToken({ agent: 'granted', ...(user === '' ? {} : { user }) });
    const other = await newToken({ agent: 'stranger' });
    expect((await use(token.token)).text).toContain(acme.mark);
    expect((await lastDecision()).rule).toBe('role/temporary/1');
    expect((await use(token.token, { name: 'tool_acme' })).text).toContain('no_rule_allows');
    expect((await use(other.token)).text).toContain('no_rule_allows');
    const listed = await acme.ask('tools/list', {}, { token: token.token });
    expect([listed.text.includes('"common"'), listed.text.includes('tool_acme')]).toEqual([true, false]);
    // Whoever leaves the role has nothing of it on the next call.
    await acme.apply('kind: role\nmetadata: {name: temporary}\nspec: {grants: [{server: [desk]}]}');
    expect((await use(token.token)).text).toContain('no_rule_allows');
  });

  it('a grant that selects nothing is refused, and so is a member that does not exist', async () => {
    const refused = async (spec: string) =>
      (await acme.admin('POST', '/api/v1/apply', { text: `kind: role\nmetadata: {name: wide}\nspec: ${spec}` })).text;
    expect(await refused('{grants: [{}]}')).toContain('a grant needs a selector');
    expect(await refused('{members: {agents: [botx]}, grants: [{server: [desk]}]}')).toContain('agent/botx, which does not exist');
    expect(await refused('{members: {users: [__proto__]}, grants: [{server: [desk]}]}')).toContain('lower-case letters');
  });
});

describe('tokens have scopes by server, tool, prompt, resource and method, and an environment', () => {
  it.each([
    [{ servers: ['des*'] }, 200, 'done by'],
    [{ servers: ['bank'] }, 200, 'out_of_scope'],
    [{ tools: ['comm?n'] }, 200, 'done by'],
    [{ tools: ['tool_*'] }, 200, 'out_of_scope'],
    [{ prompts: ['*'] }, 200, 'out_of_scope'],
    [{ resources: ['note://*'] }, 200, 'out_of_scope'],
    [{ methods: ['tools/*'] }, 200, 'done by'],
    [{ methods: ['resources/*'] }, 200, 'out_of_scope'],
  ])('%j', async (scopes, status, text) => {
    const token = await newToken({ agent: 'bot', scopes });
    const answer = await use(token.token);
    expect([answer.status, answer.text.includes(text)]).toEqual([status, true]);
  });

  it('the environment of a token is that of its calls, before that of agent, class and organization', async () => {
    const staging = await newToken({ agent: 'bot', environment: 'staging' });
    const principal = (token: string) => orgs.gateway.control.identify(tokenHash(token), Date.now(), '').found.principal;
    expect([principal(staging.token)?.environment, principal(acme.token)?.environment]).toEqual(['staging', 'prod']);
    await acme.apply('kind: organization\nmetadata: {name: acme}\nspec: {environment: anywhere}');
    const stranger = await newToken({ agent: 'stranger' });
    expect(principal(stranger.token)?.environment).toBe('anywhere');
  });

  it('rate limits and quotas of a token bind its calls, and no others', async () => {
    const limits = { rate: { max: 60, windowMs: 60_000 }, concurrency: 2, quota: { max: 1000, windowMs: 86_400_000 } };
    const { name } = await newToken({ agent: 'bot', limits });
    const { tokens } = (await acme.admin('GET', '/api/v1/tokens')).json as { tokens: { name: string }[] };
    expect(tokens.find((token) => token.name === name)).toMatchObject({ limits });
    const one = await newToken({ agent: 'bot', limits: { rate: { max: 1, windowMs: 60_000 } } });
    const answers = [await use(one.token), await use(one.token)].map(({ text }) => text.includes(acme.mark));
    expect([answers, (await use(acme.token)).text.includes(acme.mark)]).toEqual([[true, false], true]);
  });
});

describe('source networks', () => {
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });

  it('are checked against the peer, and against what a trusted proxy says of it, from the right', async () => {
    const { token } = await newToken({ agent: 'bot', name: 'office', sourceNetworks: ['192.0.2.0/24', '2001:db8::/32'] });
    const tried: [string, number][] = [
      ['192.0.2.7', 200],
      ['::ffff:192.0.2.7', 200],
      ['2001:db8::1', 200],
      ['198.51.100.1', 401],
      // What the client wrote itself stands to the left of what the proxy saw.
      ['192.0.2.7, 198.51.100.1', 401],
      ['198.51.100.1, 192.0.2.7', 200],
      ['192.0.2.7, unknown', 401],
      ['192.0.2.7:443', 401],
      ['', 401],
      ['127.0.0.1', 401],
    ];
    for (const [address, status] of tried) expect([address, (await use(token, from(address))).status]).toEqual([address, status]);
    // Without the header the peer is the client: this machine, which is in neither network.
    expect((await use(token)).status).toBe(401);
  });

  it('a class and an organization narrow what a token allows, and a token cannot widen them', async () => {
    await acme.apply(
      'kind: class\nmetadata: {name: netted}\nspec: {sourceNetworks: [192.0.2.0/25]}\n---\nkind: agent\nmetadata: {name: n}\nspec: {class: netted, team: crew}',
    );
    const { token } = await newToken({ agent: 'n', sourceNetworks: ['192.0.2.0/24', '203.0.113.0/24'] });
    expect((await use(token, from('192.0.2.1'))).status).toBe(200);
    expect((await use(token, from('192.0.2.200'))).status).toBe(401);
    expect((await use(token, from('203.0.113.1'))).status).toBe(401);
  });

  it('that cannot be read are refused when they are given', async () => {
    for (const network of ['10.0.0.1/8', '10.0.0.0/33', 'office', '::/0/0', '10.0.0.0/8\n']) {
      const made = await acme.admin('POST', '/api/v1/tokens', { agent: 'bot', sourceNetworks: [network] });
      expect([network, made.status]).toEqual([network, 400]);
    }
  });

  it('a refusal stands in the log with the address, and tells the caller nothing that a stranger would not be told', async () => {
    const { token } = await newToken({ agent: 'bot', sourceNetworks: ['192.0.2.0/24'] });
    const refused = await use(token, from('198.51.100.77'));
    const stranger = await use(`sp_${'C'.repeat(49)}`);
    expect([refused.status, refused.text]).toEqual([stranger.status, stranger.text]);
    // A few attempts a second are recorded, and there were others just now.
    const look = async () => {
      await use(token, from('198.51.100.77'));
      return (await acme.admin('GET', '/api/v1/log?type=signin&limit=500')).text;
    };
    await expect.poll(look, { interval: 300 }).toContain('198.51.100.77');
  });
});

describe('names', () => {
  it.each(['bοt', 'ｂot', 'Bot', 'bot\u200b', 'b%6ft', '__proto__', 'constructor ', 'bot/../bot', ''])(
    'that look like others or like something of the language are no names: %j',
    async (name) => {
      const object = { kind: 'agent', metadata: { name }, spec: {} };
      expect((await acme.admin('POST', '/api/v1/apply', { objects: [object] })).status).toBe(400);
    },
  );

  it('"constructor" is a name like any other: it has what was granted to it, and nothing that was not', async () => {
    await acme.apply(
      'kind: team\nmetadata: {name: constructor}\nspec: {}\n---\nkind: agent\nmetadata: {name: constructor}\nspec: {class: constructor}',
    );
    const { token } = await newToken({ agent: 'constructor', name: 'constructor' });
    expect((await use(token)).text).toContain('no_rule_allows');
    const { principal } = orgs.gateway.control.identify(tokenHash(token), Date.now(), '').found;
    expect([principal?.teams, principal?.roles]).toEqual([[], []]);
    for (const path of ['objects/agent/__proto__', 'objects/__proto__/bot', 'tokens/__proto__/rotate', 'access/what?agent=__proto__'])
      expect([path, (await acme.admin(path.includes('rotate') ? 'POST' : 'GET', `/api/v1/${path}`)).status]).toEqual([path, 404]);
  });

  it('labels called like something of the language are labels, or are refused', async () => {
    const text = '{"kind":"agent","metadata":{"name":"labelled","labels":{"__proto__":"x","constructor":"y"}},"spec":{}}';
    const applied = await acme.admin('POST', '/api/v1/apply', { text });
    if (applied.status !== 200) return expect(applied.status).toBe(400);
    const { token } = await newToken({ agent: 'labelled' });
    const labels = orgs.gateway.control.identify(tokenHash(token), Date.now(), '').found.principal?.labels ?? {};
    expect(Object.getPrototypeOf(labels) === Object.prototype || Object.getPrototypeOf(labels) === null).toBe(true);
    expect(Object.hasOwn(labels, 'polluted') || ({} as Record<string, unknown>).x !== undefined).toBe(false);
    return undefined;
  });
});

it('a token is found by the hash of all of it: its hash, its name and its hint open nothing', async () => {
  const { token, name } = await newToken({ agent: 'bot' });
  for (const wrong of [tokenHash(token), name, token.slice(0, 9), `${token} `, token.toUpperCase(), token.replace('sp_', 'so_')]) {
    const answer = await use(wrong.trimEnd() === token ? `${token}x` : wrong);
    expect(answer.status).toBe(401);
  }
});
