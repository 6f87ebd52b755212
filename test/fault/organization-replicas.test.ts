// Several organizations on two gateways that share a database: what one makes works on the other, and is as separate there.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { type Gateway, startGateway } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import { modern } from '../support/agent-side.ts';
import { send } from '../support/http-agent.ts';
import { json, legacyHandshake, type RawServer, startRawServer } from '../support/raw-server.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

let place: Place;
let gateways: Gateway[] = [];
let server: RawServer;
const root = newOperatorToken();

beforeAll(async () => {
  place = await freshPlace('postgres');
  const flags = { dataDir: place.dataDir, databaseUrl: place.databaseUrl, 'agent.port': '0', 'admin.port': '0', logLevel: 'silent' };
  const { config } = loadConfig({ env: {}, flags });
  if (!config) throw new Error('no configuration');
  const spec = {
    role: 'admin' as const,
    rights: ['organizations' as const],
    hash: root.hash,
    hint: root.hint,
    createdAt: '2026-01-01T00:00:00Z',
  };
  await place.seed({ kind: 'operator', metadata: { name: 'root' }, spec });
  gateways = [await startGateway(config), await startGateway(config)];
  server = await startRawServer((request, response) => {
    if (legacyHandshake(request, response)) return;
    const tools = [{ name: 'read', inputSchema: { type: 'object' } }];
    const result = request.message?.method === 'tools/list' ? { tools } : { content: [{ type: 'text', text: 'done' }] };
    json(response, { jsonrpc: '2.0', id: request.message?.id, result });
  });
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.close();
  await server?.close();
  await place?.remove();
});

function admin(gateway: Gateway | undefined, token: string, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) };
  return send(`${gateway?.adminUrl}/api/v1/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
}

function call(gateway: Gateway | undefined, token: string) {
  const { headers, body } = modern('tools/call', { name: 'read', arguments: {} });
  return send(`${gateway?.mcpUrl}/mcp/desk`, { headers: { ...headers, authorization: `Bearer ${token}` }, body });
}

it('an organization made on one gateway works on the other: operator, token, revocation, last use', async () => {
  const [one, other] = gateways;
  const made = await admin(one, root.token, 'POST', 'organizations', { name: 'late' });
  expect(made.status, made.text).toBe(200);
  const operator = (made.json as { token: string }).token;
  // The other one hears of it within a moment; until then its operator is nobody there.
  await expect.poll(async () => (await admin(other, operator, 'GET', 'status')).status, { timeout: 60_000 }).toBe(200);
  const bot = tokenObject('bot-token', 'bot');
  const allow = policyObject('all', [{ name: 'all', match: {}, effect: 'allow' }]);
  const revision = await seed(one as Gateway, 'late', [
    agentObject('bot'),
    bot.object,
    httpServer('desk', server.url, { era: 'legacy', trust: true }),
    allow,
  ]);
  await other?.control.atLeast('late', revision);
  expect((await call(other, bot.token)).text).toContain('done');
  expect((await admin(other, operator, 'GET', 'status')).json).toMatchObject({ organization: 'late' });
  expect((await admin(one, operator, 'POST', 'tokens/bot-token/revoke')).status).toBe(200);
  // Revoked on one, refused by the very next call on the other.
  expect((await call(other, bot.token)).status).not.toBe(200);
  expect((await admin(other, root.token, 'GET', 'objects')).text).not.toContain('bot-token');
});
