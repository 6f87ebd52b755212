// Servers that fail, seen by an agent and an operator of a running gateway: one is left alone, tried with one call and comes back; of several
// endpoints of one server the bad one gets nothing; what is not known to be safe is sent once.
import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_REST_MS } from '../../src/upstream/breaker.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { json, legacyHandshake, type RawRequest, type RawServer, startRawServer } from '../support/raw-server.ts';

/** More than a breaker looks at before it opens. */
const ENOUGH = 8;

/** A server that can be broken: its connections then end without an answer. */
interface Breakable extends RawServer {
  isBroken: boolean;
  calls(tool?: string): number;
}

async function breakable(): Promise<Breakable> {
  const isTool = (name: string | undefined) => (request: RawRequest) =>
    request.message?.method === 'tools/call' && (name === undefined || request.message.params?.name === name);
  const server = await startRawServer((request, response) => answer(made.isBroken, request, response));
  const made: Breakable = { ...server, isBroken: false, calls: (name) => server.received.filter(isTool(name)).length };
  return made;
}

function answer(isBroken: boolean, request: RawRequest, response: ServerResponse): void {
  if (isBroken) return void response.destroy();
  if (request.method === 'GET') return void response.writeHead(405).end();
  if (legacyHandshake(request, response, { sessionId: 's', capabilities: { tools: {} } })) return;
  const reply = (result: object): void => json(response, { jsonrpc: '2.0', id: request.message?.id, result });
  if (request.message?.method !== 'tools/list') return void reply({ content: [{ type: 'text', text: 'done' }] });
  const inputSchema = { type: 'object' };
  reply({
    tools: [
      { name: 'write_note', inputSchema },
      { name: 'read_note', inputSchema, annotations: { readOnlyHint: true, idempotentHint: true } },
    ],
  });
}

let g: OrgGateway;
let one: Tenant;
let first: Breakable;
let second: Breakable;

beforeAll(async () => {
  [first, second] = [await breakable(), await breakable()];
  g = await startOrgGateway(['one']);
  one = g.tenants.one as Tenant;
  await one.apply('kind: policy\nmetadata: {name: all}\nspec: {rules: [{name: all, match: {}, effect: allow}]}\n');
});
/** The time of day stands still: a rest is over when the test says so, however long the calls of the test take. */
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());
afterAll(async () => {
  await g.close();
  await first.close();
  await second.close();
});

const call = (server: string, name = 'write_note') => one.ask('tools/call', { name, arguments: {} }, { path: `/mcp/${server}` });
const healthOf = async (server: string): Promise<string | undefined> => {
  const { json: body } = await one.admin('GET', '/api/v1/status');
  return (body as { servers: { server: string; health: string }[] }).servers.find((found) => found.server === server)?.health;
};

describe('a circuit breaker per server with health state, half-open probes and a clear error to the agent', () => {
  it('opens, tells when to come back, tries with one call, and closes when that is answered', { timeout: 180_000 }, async () => {
    await one.apply(`kind: server\nmetadata: {name: lone}\nspec: {transport: http, url: "${first.url}", era: legacy, trust: true}\n`);
    expect((await call('lone')).text).toContain('done');
    expect(await healthOf('lone')).toBe('up');
    first.isBroken = true;
    let last = '';
    for (let i = 0; i < 3 * ENOUGH && !last.includes('left alone'); i++) last = (await call('lone')).text;
    expect(last).toContain('upstream_unavailable');
    expect(last).toContain('retryAfterMs');
    expect(await healthOf('lone')).toMatch(/^(resting|trial)$/);
    const before = first.received.length;
    await Promise.all(Array.from({ length: 20 }, () => call('lone')));
    expect(first.received.length - before).toBe(0);
    vi.setSystemTime(Date.now() + FIRST_REST_MS);
    await Promise.all(Array.from({ length: 20 }, () => call('lone')));
    // The one trial got through, with what it needs to begin.
    expect(first.received.length - before).toBeGreaterThan(0);
    expect(first.received.length - before).toBeLessThanOrEqual(3);
    first.isBroken = false;
    while (!(await call('lone')).text.includes('done')) vi.setSystemTime(Date.now() + FIRST_REST_MS);
    expect(await healthOf('lone')).toBe('up');
  });
});

describe('outlier ejection among several endpoints of one server', () => {
  it('the bad one gets nothing while the other answers, and the agent notices nothing in the end', async () => {
    await one.apply(
      `kind: server\nmetadata: {name: pair}\nspec: {transport: http, urls: ["${first.url}", "${second.url}"], era: legacy, trust: true}\n`,
    );
    expect((await call('pair')).text).toContain('done');
    const home = first.calls() > 1 && second.calls() === 0 ? first : second;
    const other = home === first ? second : first;
    home.isBroken = true;
    for (let i = 0; i < 3 * ENOUGH && !(await call('pair')).text.includes('done'); i++);
    const [bad, good] = [home.received.length, other.calls()];
    for (let i = 0; i < ENOUGH; i++) expect((await call('pair')).text).toContain('done');
    expect(other.calls() - good).toBe(ENOUGH);
    // Nothing but a trial now and then.
    expect(home.received.length - bad).toBeLessThanOrEqual(3);
    home.isBroken = false;
  });
});

describe('retries only where the call is known to be safe', () => {
  it('what may write is sent once; what definition and operator call repeatable goes to the other endpoint', async () => {
    const { url } = second;
    await one.apply(
      `kind: server\nmetadata: {name: twice}\nspec: {transport: http, urls: ["${first.url}", "${url}"], era: legacy, trust: true, retryTools: ['*']}\n`,
    );
    expect((await call('twice')).text).toContain('done');
    const sentTo = (): number => first.calls() + second.calls();
    const before = sentTo();
    first.isBroken = true;
    second.isBroken = true;
    expect((await call('twice', 'write_note')).text).toMatch(/upstream_(closed|unreachable)/);
    expect(sentTo() - before).toBe(1);
    expect((await call('twice', 'read_note')).text).toMatch(/upstream_(closed|unreachable|unavailable)/);
    expect(sentTo() - before).toBeGreaterThan(1);
    first.isBroken = false;
    second.isBroken = false;
  });
});

describe('a server that cannot be reached', () => {
  it('is said to be unreachable, and not to have no such tool; and a tool that a reachable one does not have is unknown', async () => {
    await one.apply(
      'kind: server\nmetadata: {name: away}\nspec: {transport: http, url: "http://127.0.0.1:9/mcp", era: legacy, trust: true}\n',
    );
    const { text } = await call('away');
    expect(text).toContain('upstream_unreachable');
    expect(text).not.toContain('Unknown tool');
    expect((await call('lone', 'no_such_tool')).text).toContain('Unknown tool');
  });
});
