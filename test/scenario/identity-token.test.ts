// The life of a token, over the wire of a running gateway: made, rotated with an overlap, revoked, expired, seen in use and reported when it is not.
// Each test is named after the sentence it shows.
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenHash } from '../../src/auth/token.ts';
import { modern } from '../support/agent-side.ts';
import { type OpenStream, openStream } from '../support/http-agent.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';

const SOON_MS = 5_000;
const QUIET_MS = 150;

let orgs: OrgGateway;
let acme: Tenant;

beforeAll(async () => {
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
});
afterAll(() => orgs?.close());

interface Made {
  name: string;
  token: string;
  expiresAt?: string;
  previousUntil?: string;
}

async function post(path: string, body?: object): Promise<Made> {
  const made = await acme.admin('POST', path, body);
  expect(made.status, made.text).toBe(200);
  return made.json as Made;
}

const status = async (token: string) => (await acme.ask('tools/call', { name: 'common', arguments: {} }, { token })).status;

async function tokens(query = ''): Promise<{ name: string; lastUsedAt?: string; expiring: boolean; unused: boolean; state: string }[]> {
  return ((await acme.admin('GET', `/api/v1/tokens${query}`)).json as { tokens: [] }).tokens;
}

/** A standing stream of this token, open when it resolves. */
async function listen(token: string): Promise<OpenStream> {
  const { headers, body } = modern('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const stream = await openStream(`${orgs.gateway.mcpUrl}/mcp/desk`, { headers: { ...headers, authorization: `Bearer ${token}` }, body });
  expect(stream.status).toBe(200);
  expect(JSON.stringify(await stream.message())).toContain('acknowledged');
  // It stands: nothing but the token ends it.
  const next = stream.next();
  expect(await Promise.race([next, pause(QUIET_MS, 'open')])).toBe('open');
  return { ...stream, next: async () => (await next) && stream.next() };
}

/** Resolves when the stream is over. */
async function end(stream: OpenStream): Promise<void> {
  for (let frame = await stream.next(); frame !== undefined; frame = await stream.next());
}

describe('rotate with overlap', () => {
  it('the new token works at once, the old one until the overlap ends, and not a moment longer', async () => {
    const old = await post('/api/v1/tokens', { agent: 'bot', name: 'rotating', scopes: { tools: ['common'] } });
    const stream = await listen(old.token);
    const next = await post('/api/v1/tokens/rotating/rotate', { overlapMs: SOON_MS });
    expect(next.name).not.toBe('rotating');
    expect([await status(next.token), await status(old.token)]).toEqual([200, 200]);
    const untilMs = Date.parse(next.previousUntil ?? '');
    expect(untilMs - Date.now()).toBeLessThanOrEqual(SOON_MS);
    // A stream that is already open under the old token ends with it, too, though nothing is said on it.
    await end(stream);
    expect(Date.now()).toBeGreaterThanOrEqual(untilMs - 50);
    expect([await status(next.token), await status(old.token)]).toEqual([200, 401]);
    const rows = await tokens();
    expect(rows.find(({ name }) => name === 'rotating')).toMatchObject({ state: 'expired', replacedBy: next.name });
    expect(rows.find(({ name }) => name === next.name)).toMatchObject({ state: 'valid', scopes: { tools: ['common'] } });
  });

  it('without one the old token ends at once, with everything that runs under it', async () => {
    const old = await post('/api/v1/tokens', { agent: 'bot', name: 'hard' });
    const stream = await listen(old.token);
    const next = await post('/api/v1/tokens/hard/rotate');
    await end(stream);
    expect([await status(next.token), await status(old.token)]).toEqual([200, 401]);
  });

  it('never makes an old token live longer than it would have, and rotates each token once', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await post('/api/v1/tokens', { agent: 'bot', name: 'short', expiresAt });
    const next = await post('/api/v1/tokens/short/rotate', { overlapMs: 3_600_000 });
    expect([next.previousUntil, next.expiresAt]).toEqual([expiresAt, expiresAt]);
    const again = await acme.admin('POST', '/api/v1/tokens/short/rotate');
    expect([again.status, again.text.includes(next.name)]).toEqual([422, true]);
  });
});

describe('revoke', () => {
  it('binds on the next call, ends live streams, and cannot be taken back', async () => {
    const made = await post('/api/v1/tokens', { agent: 'bot', name: 'doomed' });
    const stream = await listen(made.token);
    const session = await acme.session('/mcp/desk', made.token);
    expect(await status(made.token)).toBe(200);
    await post('/api/v1/tokens/doomed/revoke');
    await end(stream);
    expect(await status(made.token)).toBe(401);
    expect((await session.post({ jsonrpc: '2.0', id: 2, method: 'tools/list' })).status).toBe(401);
    const { metadata, spec } = (await acme.admin('GET', '/api/v1/objects/token/doomed')).json as {
      metadata: object;
      spec: { revokedAt?: string };
    };
    const { revokedAt: _, ...alive } = spec;
    expect((await acme.admin('POST', '/api/v1/apply', { objects: [{ kind: 'token', metadata, spec: alive }] })).status).toBe(422);
  });
});

it('a change of something else ends no stream, not even one of a token that is bound to a network', async () => {
  const made = await post('/api/v1/tokens', { agent: 'bot', name: 'netted', sourceNetworks: ['127.0.0.0/8'] });
  const stream = await listen(made.token);
  await acme.apply('kind: agent\nmetadata: {name: unrelated}\nspec: {}');
  const ended = end(stream);
  expect(await Promise.race([ended, pause(2 * QUIET_MS, 'open')])).toBe('open');
  await post('/api/v1/tokens/netted/revoke');
  await ended;
});

describe('expiry', () => {
  it('ends a quiet stream, and refuses from its instant on', async () => {
    const made = await post('/api/v1/tokens', { agent: 'bot', name: 'brief', expiresAt: new Date(Date.now() + SOON_MS).toISOString() });
    const stream = await listen(made.token);
    await end(stream);
    expect(await status(made.token)).toBe(401);
  });

  it('is at the latest what the organization allows, for tokens there are and tokens to come', async () => {
    const endless = await post('/api/v1/tokens', { agent: 'bot', name: 'endless' });
    await acme.apply('kind: organization\nmetadata: {name: acme}\nspec: {tokens: {maxLifetimeMs: 60000}}');
    const made = await post('/api/v1/tokens', { agent: 'bot', name: 'bounded' });
    expect(Date.parse(made.expiresAt ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
    const late = await acme.admin('POST', '/api/v1/tokens', { agent: 'bot', expiresAt: '2100-01-01T00:00:00Z' });
    expect(late.status).toBe(422);
    const { found } = orgs.gateway.control.identify(tokenHash(endless.token), Date.now() + 61_000, '');
    expect(found.code).toBe('token_expired');
    await acme.admin('DELETE', '/api/v1/objects/organization/acme');
    expect(await status(endless.token)).toBe(200);
  });
});

describe('last used, listed by agent, expiring and unused ones reported', () => {
  it('survives a restart, and costs no write per call', async () => {
    const made = await post('/api/v1/tokens', { agent: 'bot', name: 'remembered' });
    expect(await status(made.token)).toBe(200);
    const { seq } = await orgs.gateway.store.log.head('acme');
    const seen = (await tokens('?agent=bot')).find(({ name }) => name === 'remembered')?.lastUsedAt;
    expect(seen).toBeDefined();
    // Not even a restart writes an entry or an object for it.
    await orgs.restart();
    expect((await orgs.gateway.store.log.head('acme')).seq - seq).toBeLessThanOrEqual(3);
    expect((await tokens()).find(({ name }) => name === 'remembered')?.lastUsedAt).toBe(seen);
    expect((await acme.admin('GET', '/api/v1/tokens?agent=nobody')).status).toBe(404);
  });

  it('in the list, in metrics, and not for tokens that are gone', async () => {
    await acme.apply('kind: organization\nmetadata: {name: acme}\nspec: {tokens: {expiringWithinMs: 60000, unusedForMs: 60000}}');
    await post('/api/v1/tokens', { agent: 'bot', name: 'ending', expiresAt: new Date(Date.now() + 30_000).toISOString() });
    await post('/api/v1/tokens', { agent: 'bot', name: 'idle' });
    await post('/api/v1/tokens', { agent: 'bot', name: 'gone' });
    await post('/api/v1/tokens/gone/revoke');
    await pause(20);
    const named = async (query: string) => (await tokens(query)).map(({ name }) => name);
    expect(await named('?expiringWithinMs=60000')).toContain('ending');
    expect(await named('?expiringWithinMs=60000')).not.toContain('idle');
    const unused = await named('?unusedForMs=10');
    expect([unused.includes('idle'), unused.includes('gone')]).toEqual([true, false]);
    const either = await named('?expiringWithinMs=60000&unusedForMs=86400000');
    expect([either.includes('ending'), either.includes('idle')]).toEqual([true, false]);
    expect((await orgs.home.admin('GET', '/metrics')).text).toMatch(/sallyport_tokens_expiring\{org="acme"\} [1-9]/);
  });
});
