// A gateway with a policy that only watches, a server that counts, and so many calls over the wire, of which half would be denied. Looks at the heap as
// they go. Prints what was answered, forwarded and counted, and the most that was in use after a collection: `node shadow-heap-main.ts DATADIR CALLS`.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { openCore, startGateway } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { heapPeak } from './heap.ts';
import { modernCaller } from './raw-caller.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from './seed.ts';

const AGENTS = 20;
const TOOLS = 20;
const AT_ONCE = 20;
const LOOK_EVERY = 1_000;

const heap = heapPeak();
const [dataDir = '', calls = '0'] = process.argv.slice(2);
const flags = { dataDir, 'agent.port': '0', 'admin.port': '0', logLevel: 'error' };
const { config } = loadConfig({ env: {}, flags });
if (!config) throw new Error('no configuration');

let forwarded = 0;
const tools = Array.from({ length: TOOLS }, (_, i) => ({ name: `tool_${i}`, inputSchema: { type: 'object' } }));
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id: unknown; method: string };
  if (method === 'tools/call') forwarded++;
  const result = method === 'tools/list' ? { resultType: 'complete', tools } : { resultType: 'complete', content: [] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;

const { token, hash, hint } = newOperatorToken();
const operator: StoredObject = {
  kind: 'operator',
  metadata: { name: 'ops' },
  spec: { role: 'admin', hash, hint, createdAt: '2026-01-01T00:00:00Z' },
};
const names = Array.from({ length: AGENTS }, (_, i) => `agent-${i}`);
const tokens = names.map((name) => tokenObject(name, name));
const candidate: StoredObject = {
  kind: 'policy',
  metadata: { name: 'candidate' },
  spec: { order: 1, mode: 'shadow', rules: [{ name: 'much', match: { tool: ['*'] }, when: 'args.amount >= 500', effect: 'deny' }] },
};
const core = await openCore(config, { create: true });
await seed(core, config.organization, [
  ...[operator, candidate, httpServer('shop', url, { era: 'modern' }), policyObject('live', [{ name: 'all', match: {}, effect: 'allow' }])],
  ...names.map((name) => agentObject(name)),
  ...tokens.map(({ object }) => object),
]);
await core.store.lifecycle.close();

const gateway = await startGateway(config);
const callers = tokens.map((one) => modernCaller(`${gateway.mcpUrl}/mcp/shop`, one.token));
let answered = 0;
for (let from = 0; from < Number(calls); from += AT_ONCE) {
  const some = Array.from({ length: Math.min(AT_ONCE, Number(calls) - from) }, (_, i) => ask(from + i));
  answered += (await Promise.all(some)).filter(Boolean).length;
  if ((from + AT_ONCE) % LOOK_EVERY > 0) continue;
  heap.look();
}
const response = await fetch(`${gateway.adminUrl}/api/v1/policy/shadow`, { headers: { authorization: `Bearer ${token}` } });
const steps = (await response.text())
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { type: string; rows: { count: number }[]; beyond: number });
const told = steps.at(-1) ?? { rows: [], beyond: 0 };
const reports = steps.filter(({ type }) => type === 'progress').length;
for (const caller of callers) await caller.close();
await gateway.close();
server.close();

const again = await openCore(config, { create: false });
let [recorded, entries, most] = [0, 0, 0];
for await (const { content } of again.store.log.read({ org: config.organization })) {
  const entry = JSON.parse(content) as { event?: string; beyond: number; differences: { count: number }[] };
  if (entry.event !== 'shadow') continue;
  entries++;
  most = Math.max(most, entry.differences.length);
  recorded += entry.beyond + entry.differences.reduce((sum, { count }) => sum + count, 0);
}
await again.store.lifecycle.close();
const shown = told.beyond + told.rows.reduce((sum, { count }) => sum + count, 0);
console.log(JSON.stringify({ answered, forwarded, reports, shown, beyond: told.beyond, recorded, entries, most, peakHeapMiB: heap.mib }));

async function ask(i: number): Promise<boolean> {
  // Each agent uses each tool, and of every two calls in a row one is large.
  const params = { name: `tool_${Math.floor(i / AGENTS) % TOOLS}`, arguments: { amount: (i * 499) % 1_000, note: 'x'.repeat(200) } };
  const answer = await callers[i % AGENTS]?.ask('tools/call', params);
  return answer?.result?.resultType === 'complete' && answer.result.isError !== true;
}
