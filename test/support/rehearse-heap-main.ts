// Fills the log of a gateway with so many recorded calls, has them replayed through a candidate policy over its own API, and looks at the heap with
// every report of progress. Prints what was replayed and the most that was in use after a collection: `node rehearse-heap-main.ts DATADIR CALLS`.
import { newOperatorToken } from '../../src/admin/operator.ts';
import { openCore, startGateway } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { heapPeak } from './heap.ts';
import { agentObject, httpServer, policyObject, seed } from './seed.ts';

const AGENTS = 50;
const TOOLS = 200;
/** Entries written at the same time. */
const AT_ONCE = 1_000;
const CANDIDATE = `kind: policy
metadata: { name: live }
spec:
  order: 1
  rules:
    - { name: much, match: { server: [shop] }, when: "args.amount > 500", effect: deny }
    - { name: rest, match: {}, effect: allow }
`;

const heap = heapPeak();
const [dataDir = '', calls = '0'] = process.argv.slice(2);
const flags = { dataDir, 'agent.port': '0', 'admin.port': '0', logLevel: 'error' };
const { config } = loadConfig({ env: {}, flags });
if (!config) throw new Error('no configuration');
const core = await openCore(config, { create: true });
const { token, hash, hint } = newOperatorToken();
const spec = { role: 'admin' as const, hash, hint, createdAt: '2026-01-01T00:00:00Z' };
const operator: StoredObject = { kind: 'operator', metadata: { name: 'ops' }, spec };
const agents = Array.from({ length: AGENTS }, (_, i) => agentObject(`agent-${i}`));
const live = policyObject('live', [{ name: 'rest', match: {}, effect: 'allow' }], 1);
const judged = await seed(core, config.organization, [operator, httpServer('shop', 'http://127.0.0.1:9/mcp'), live, ...agents]);
for (let from = 0; from < Number(calls); from += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(calls) - from) }, (_, i) => record(from + i)));
await core.store.lifecycle.close();

const gateway = await startGateway(config);
let reports = 0;
let last: Record<string, unknown> = {};
const response = await fetch(`${gateway.adminUrl}/api/v1/policy/simulate`, {
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  body: JSON.stringify({ text: CANDIDATE, from: '2020-01-01T00:00:00Z' }),
});
if (response.status !== 200) throw new Error(await response.text());
let rest = '';
for await (const chunk of response.body ?? []) {
  const lines = (rest + Buffer.from(chunk).toString()).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    last = JSON.parse(line);
    if (last.type !== 'progress') continue;
    reports++;
    heap.look();
  }
}
const { type, changed, calls: replayed } = last;
const rssMiB = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ type, replayed, changed, reports, peakHeapMiB: heap.mib, rssMiB }));
await gateway.close();

function record(i: number): Promise<unknown> {
  const fields = {
    timeMs: Date.now(),
    call: `call_${i}`,
    principal: { agent: `agent-${i % AGENTS}` },
    surface: 'server/shop',
    method: 'tools/call',
    server: 'shop',
    tool: `tool_${i % TOOLS}`,
    effect: 'allow' as const,
    rule: 'live/rest',
    code: 'allowed',
    judged,
    credential: 'none' as const,
    client: { era: 'modern' as const, version: '2026-07-28' },
    origin: 'agent' as const,
    single: true,
    intent: 'write' as const,
  };
  const text = JSON.stringify({ name: fields.tool, arguments: { amount: i % 1_000, note: 'x'.repeat(200) } });
  return core.log.record(config?.organization ?? '', { type: 'decision', fields, arguments: { text } });
}
