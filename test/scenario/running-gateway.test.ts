// What is promised about who may do what, shown on a gateway that runs: an own process, a real server behind it, agents over the wire, people at the
// command line. Each test is named after the sentence it shows; they go on from one another, as a day with the gateway does.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { CLI_ENTRY, type CliResult, runCli } from '../support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { modernCaller, type RawAnswer, type RawCaller } from '../support/raw-caller.ts';
import { json, type RawServer, startRawServer } from '../support/raw-server.ts';

const amount = { type: 'object', properties: { amount: { type: 'number' }, currency: { type: 'string' } }, required: ['amount'] };
const TOOLS = [
  { name: 'create_refund', description: 'Pays money back to a customer', inputSchema: amount },
  { name: 'get_refund', description: 'Reads a refund', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'close_account', description: 'Deletes the account of a customer', inputSchema: { type: 'object' } },
];
const POLICY = `kind: policy
metadata: { name: refunds }
spec:
  access: 'Ask the payments team in #payments.'
  rules:
    - { name: small, match: { server: [shop], tool: [create_refund] }, when: args.amount <= 500, effect: allow }
    - { name: reads, match: { server: [shop], tool: ['get_*'] }, effect: allow }
  cases:
    - { name: a small one, given: { server: shop, tool: create_refund, args: { amount: 5 } }, expect: allow }
`;

let folder: string;
let shop: RawServer;
let gateway: GatewayProcess;
let bot: RawCaller;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-running-'));
  shop = await startRawServer(({ message }, response) => {
    const result = message?.method === 'tools/list' ? { tools: TOOLS } : { content: [{ type: 'text', text: 'done' }] };
    json(response, { jsonrpc: '2.0', id: message?.id, result: { resultType: 'complete', ...result } });
  });
  gateway = await startGateway({ dataDir: join(folder, 'data'), entry: CLI_ENTRY });
  await apply(
    'base.yaml',
    `kind: server
metadata: { name: shop }
spec: { transport: http, url: '${shop.url}', era: modern, trust: true, tags: [payments] }
---
kind: agent
metadata: { name: bot }
spec: { class: support }
---
${POLICY}`,
  );
  bot = await agent('bot');
});

afterAll(async () => {
  await bot?.close();
  await gateway?.stop();
  await shop?.close();
  await rm(folder, { recursive: true, force: true });
});

const cli = (...args: string[]): Promise<CliResult> =>
  runCli(args, { cwd: folder, env: { SALLYPORT_ADMIN_URL: gateway.adminUrl, SALLYPORT_DATA_DIR: join(folder, 'data') } });
async function ok(...args: string[]): Promise<string> {
  const result = await cli(...args);
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return result.stdout;
}
const file = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
async function apply(name: string, text: string): Promise<string> {
  await file(name, text);
  return ok('apply', '-f', name);
}
async function agent(name: string, ...more: string[]): Promise<RawCaller> {
  const { token } = JSON.parse(await ok('token', 'create', name, '--json', ...more)) as { token: string };
  return modernCaller(`${gateway.mcpUrl}/mcp/shop`, token);
}
const refund = (sum: number, caller = bot): Promise<RawAnswer | undefined> =>
  caller.ask('tools/call', { name: 'create_refund', arguments: { amount: sum, currency: 'USD' } });
const saidOf = (answer: RawAnswer | undefined): JsonObject => (answer?.result?._meta?.['io.sallyport/decision'] ?? {}) as JsonObject;
const ran = (): number => shop.received.filter(({ message }) => message?.method === 'tools/call').length;

describe('the denied agent gets the public part: code, reason, what would pass, how to request access', () => {
  it('and explain <call id> every candidate rule with the values it saw, the first match and near misses', async () => {
    expect((await refund(5))?.result?.isError).not.toBe(true);
    const denied = await refund(501);
    const before = ran();
    expect(saidOf(denied)).toMatchObject({ code: 'no_rule_allows', hint: expect.stringContaining('args.amount <= 500') });
    expect(denied?.result?.content?.[0]?.text).toContain('Ask the payments team in #payments.');
    const text = await ok('explain', String(saidOf(denied).callId));
    expect(text).toMatch(/refunds\/small: .*args\.amount = 501/);
    expect(text).toContain('args.amount <= 500 → allow by refunds/small');
    expect(ran()).toBe(before);
  });

  it('and when a limit that is full has room for such a call', async () => {
    const spec = '{match: {tool: [create_refund]}, quota: {max: 1, windowMs: 3600000}}';
    await apply('hourly.yaml', `kind: limit\nmetadata: {name: hourly}\nspec: ${spec}\n`);
    const full = await refund(5).then(() => refund(5));
    expect(saidOf(full)).toMatchObject({ code: 'limit_exceeded', retryAfterMs: expect.any(Number) });
    await file('small.yaml', 'agent: bot\nserver: shop\ntool: create_refund\nargs: { amount: 5 }\n');
    const line = /hourly \(quota\): 1 of 1, no room before (\S+)/.exec(await ok('explain', '--what-if', 'small.yaml'));
    expect(Date.parse(line?.[1] ?? '')).toBeGreaterThan(Date.now());
    await ok('delete', 'limit', 'hourly');
  });

  it('explain --what-if FILE asks the same of a call that was not made', async () => {
    await file('call.yaml', 'agent: bot\nserver: shop\ntool: create_refund\nargs: { amount: 600 }\n');
    expect(await ok('explain', '--what-if', 'call.yaml')).toContain('args.amount = 600');
  });
});

describe('every activation is a revision with author and diff, effective on the next request, rolled back with one command', () => {
  it('and one whose cases fail is refused, keeping the last good one', async () => {
    await file('broken.yaml', POLICY.replace('args.amount <= 500', 'args.amount <= 1'));
    const refused = await cli('apply', '-f', 'broken.yaml');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/broken\.yaml:\d+:\d+: .*case "a small one"/);
    expect((await refund(5))?.result?.isError).not.toBe(true);
  });

  it('the next call is decided by it, and by the old one after the rollback', async () => {
    await apply('stricter.yaml', POLICY.replace('args.amount <= 500', 'args.amount <= 50'));
    expect(saidOf(await refund(60)).code).toBe('no_rule_allows');
    expect(await ok('history', 'policy', 'refunds', '--diff')).toMatch(/-.*args\.amount <= 500\n\+.*args\.amount <= 50/);
    await ok('rollback', 'policy', 'refunds');
    expect((await refund(60))?.result?.isError).not.toBe(true);
    // Whoever does it, too, does not bring back what was taken out of force.
    const again = await cli('rollback', 'policy', 'refunds');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('it seems to be rolled back already. Say with --to')]);
    expect((await refund(60))?.result?.isError).not.toBe(true);
  });
});

describe('policy test, policy lint, policy diff A B with a concrete call that is decided differently', () => {
  it('from the files of a person who tries a change', async () => {
    await file('wider.yaml', POLICY.replace('args.amount <= 500', 'args.amount <= 900'));
    expect(await ok('policy', 'test', 'wider.yaml')).toContain('1 case passes');
    const diff = await cli('policy', 'diff', 'now', 'wider.yaml');
    expect(diff.code).toBe(1);
    expect(diff.stdout).toMatch(/deny by builtin\/default → allow by refunds\/small: .*"amount":/);
    await file(
      'lint.yaml',
      POLICY.replace(
        '    - { name: reads',
        "    - { name: twice, match: { server: [shop], tool: ['get_*'] }, effect: allow }\n    - { name: reads",
      ),
    );
    const lint = await cli('policy', 'lint', 'lint.yaml');
    expect([lint.code, lint.stdout]).toEqual([1, expect.stringMatching(/unreachable: refunds\/reads[\s\S]*uncovered: .*close_account/)]);
  });
});

describe('policy simulate --policy FILE --last 30d: replay recorded calls through a candidate set', () => {
  it('table of changed decisions by rule, agent, tool', async () => {
    const { code, stdout } = await cli('policy', 'simulate', '--policy', 'wider.yaml', '--last', '30d');
    expect([code, stdout]).toEqual([1, expect.stringMatching(/deny → allow +builtin\/default +refunds\/small +bot +shop\/create_refund/)]);
  });
});

describe('shadow mode: the candidate runs beside the live set and its differences are recorded, nothing enforced', () => {
  it('while calls go on as they did', async () => {
    const shadow = `kind: policy
metadata: { name: none }
spec: { mode: shadow, order: 1, rules: [{ name: none, match: { tool: [create_refund] }, effect: deny }] }
`;
    await apply('shadow.yaml', shadow);
    for (const sum of [1, 2, 3]) expect((await refund(sum))?.result?.isError).not.toBe(true);
    expect(await ok('policy', 'shadow')).toMatch(
      /Watching: none\.[\s\S]*allow → deny +refunds\/small +none\/none +bot +shop\/create_refund +3 /,
    );
    await ok('delete', 'policy', 'none');
  });
});

describe('starter policies', () => {
  it('policy init from the registered definitions grouped by intent, policy learn --last 7d from recorded traffic', async () => {
    expect(await ok('policy', 'init')).toMatch(/# What reads[\s\S]*get_refund/);
    expect(await ok('policy', 'learn', '--last', '7d')).toMatch(/create_refund[\s\S]*args\.amount/);
  });
});

describe('who can call X, and what can Y call, exact', () => {
  it('as the calls come out', async () => {
    await apply('other.yaml', 'kind: agent\nmetadata: { name: idle }\nspec: { disabled: true }\n');
    expect(await ok('access', 'who', 'shop', 'get_refund')).toContain('bot');
    const what = JSON.parse(await ok('access', 'what', '--agent', 'bot', '--json')) as unknown;
    expect(JSON.stringify(what)).toContain('get_refund');
    const { tools = [] } = ((await bot.ask('tools/list'))?.result ?? {}) as { tools?: { name: string }[] };
    expect(tools.map(({ name }) => name)).toEqual(['create_refund', 'get_refund']);
    expect(saidOf(await bot.ask('tools/call', { name: 'close_account', arguments: {} })).code).toBe('no_rule_allows');
  });
});

describe('tokens: rotate with overlap, revoke (binding on the next call), last used, list by agent', () => {
  it('at the command line and over the wire', async () => {
    const other = await agent('bot', '--name', 'second');
    expect((await refund(1, other))?.result?.isError).not.toBe(true);
    const { token } = JSON.parse(await ok('token', 'rotate', 'second', '--overlap', '1h', '--json')) as { token: string };
    const renewed = modernCaller(`${gateway.mcpUrl}/mcp/shop`, token);
    for (const caller of [other, renewed]) expect((await refund(1, caller))?.result?.isError).not.toBe(true);
    expect(await ok('token', 'list', '--agent', 'bot')).toMatch(/second .*ends soon|second .*until/);
    await ok('token', 'revoke', 'second');
    expect((await refund(1, other))?.result).toBeUndefined();
    expect((await refund(1, renewed))?.result?.isError).not.toBe(true);
    await other.close();
    await renewed.close();
  });
});

describe('quotas over windows ("10 refunds an hour") and over argument sums', () => {
  it('are refused as a tool result with retryAfterMs, and reach no server', async () => {
    const limit = (name: string, quota: string): string => `kind: limit
metadata: { name: ${name} }
spec: { match: { tool: [create_refund] }, per: [agent], quota: ${quota} }
`;
    const sums = limit('refund-sum', '{ max: 400, calendar: day, sum: { path: amount, where: { currency: USD } } }');
    await apply('limits.yaml', `${limit('refunds', '{ max: 10, windowMs: 3600000 }')}---\n${sums}`);
    expect((await refund(399))?.result?.isError).not.toBe(true);
    expect(saidOf(await refund(2))).toMatchObject({ code: 'limit_exceeded', rule: 'limit/refund-sum', retryAfterMs: expect.any(Number) });
    await ok('delete', 'limit', 'refund-sum');
    const before = ran();
    // One of the ten is used.
    for (let i = 0; i < 12; i++) await refund(1);
    expect(ran() - before).toBe(9);
    expect(saidOf(await refund(1))).toMatchObject({ code: 'limit_exceeded', rule: 'limit/refunds' });
    await ok('delete', 'limit', 'refunds');
  });
});

describe('risk: score and parts are in the entry and in explain; bands gate; risk backtest replays the log under other weights', () => {
  it('for a profile that is applied while the gateway runs', async () => {
    const profile = (deny: number): string => `kind: risk\nmetadata: { name: all }\nspec: { bands: { deny: ${deny} } }\n`;
    await file('risk.yaml', profile(1));
    expect(await ok('risk', 'backtest', '-f', 'risk.yaml', '--last', '7d')).toMatch(/deny/);
    await apply('risk.yaml', profile(1));
    const denied = saidOf(await refund(2));
    expect(denied.code).toMatch(/risk|denied/);
    expect(await ok('explain', String(denied.callId))).toMatch(/intent[\s\S]*magnitude[\s\S]*novelty/);
    await ok('delete', 'risk', 'all');
    expect((await refund(2))?.result?.isError).not.toBe(true);
  });
});

describe('kill switch: freezes with reason, --drill, --revoke-tokens; verified from the log', () => {
  it('binds the next call, and what it revoked stays revoked when it is lifted', async () => {
    expect(await ok('freeze', '--agent', 'bot', '--reason', 'a drill', '--drill')).toMatch(/ ms/);
    expect((await refund(3))?.result?.isError).not.toBe(true);
    const before = ran();
    await ok('freeze', 'incident', '--agent', 'bot', '--reason', 'looking into it', '--revoke-tokens');
    expect((await refund(3))?.result).toBeUndefined();
    await ok('unfreeze', 'incident');
    const after = await refund(3);
    expect(after?.result).toBeUndefined();
    expect(ran()).toBe(before);
    await ok('log', 'export', '-o', 'log.jsonl');
    expect(await ok('verify', 'log.jsonl')).toMatch(/sound|verified|entries/i);
  });
});
