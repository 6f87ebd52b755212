// Limits and servers as operators see them: applied from a file, used over the wire, shown by the command line, the admin API and the metrics;
// floods in the log; a server that is gone.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { FLOOD_WINDOW_MS } from '../../src/limit/flood.ts';
import { BREAKER_MINIMUM } from '../../src/upstream/breaker.ts';
import { type AttackedGateway, READ, startAttacked, WRITE } from '../support/attacked-gateway.ts';
import { runCli } from '../support/cli-process.ts';
import { readEntries } from '../support/pipeline-harness.ts';
import { httpServer } from '../support/seed.ts';

const FILE = `kind: limit
metadata: { name: notes }
spec:
  match: { tool: [write_note] }
  per: [agent]
  quota: { max: "10", calendar: day, timeZone: Europe/Berlin, sum: { path: id, decimals: 0 } }
---
kind: limit
metadata: { name: slow }
spec: { match: { tool: [read_note] }, rate: { max: 1, windowMs: 3600000 } }
`;

let on: AttackedGateway;
let folder: string;
beforeAll(async () => {
  on = await startAttacked();
  folder = await mkdtemp(join(tmpdir(), 'sallyport-limit-'));
  await writeFile(join(folder, 'limits.yaml'), FILE);
});
afterAll(async () => {
  await on.close();
  await rm(folder, { recursive: true, force: true });
});

async function cli(...args: string[]): Promise<string> {
  const env = { SALLYPORT_ADMIN_URL: on.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: on.operator };
  const result = await runCli([...args, '--data', folder], { env });
  expect(result, args.join(' ')).toMatchObject({ code: 0 });
  return result.stdout;
}

async function admin(path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${on.gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${on.operator}` } });
  return { status: response.status, body: await response.text() };
}

const write = (id: number) => on.ask('tools/call', { ...WRITE, arguments: { id } }, { token: on.alice });

it('limit list and limit show tell what is used', async () => {
  expect(await cli('limit', 'list')).toContain('None.');
  expect(await cli('apply', '-f', join(folder, 'limits.yaml'))).toContain('limit/notes: created');
  await write(7);
  await write(4);
  expect(on.ran()).toEqual(['write_note']);
  expect(await cli('limit', 'list')).toMatch(/notes +10 of id a day +agent +7 of 10 \(agent=alice\)/);
  const shown = await cli('limit', 'show', 'notes');
  expect(shown).toContain('for tool write_note, counted per agent');
  expect(shown).toMatch(/quota +agent=alice +7 of 10 +\d{4}-\d\d-\d\dT2[23]:00/);
  const { limits } = JSON.parse((await admin('/api/v1/limits')).body) as { limits: { name: string; usage: JsonObject[] }[] };
  expect(limits.map(({ name }) => name)).toEqual(['notes', 'slow']);
  expect(limits[0]?.usage).toMatchObject([{ part: 'quota', key: 'agent=alice', used: '7', max: '10' }]);
  expect((await admin('/api/v1/limits/nodes')).body).toContain('Did you mean');
  expect(await cli('get', 'limits')).toContain('quota 10');
});

it('a flood is one entry of the log with its number, and a metric', async () => {
  for (let i = 0; i < 30; i++) await on.ask('tools/call', READ, { token: on.alice });
  const { limits, clock, config } = on.gateway;
  const told = limits.floods.collect(clock.nowMs() + FLOOD_WINDOW_MS + 1);
  expect(told).toMatchObject([{ agent: 'alice', limit: 'slow', count: 24 }]);
  expect((await admin('/metrics')).body).toContain('sallyport_limited_total{org="default",limit="slow"} 29');
  for (let i = 0; i < 10; i++) await on.ask('tools/call', READ, { token: on.alice });
  // What is left at the end is written then.
  await limits.stop();
  const entries = await readEntries(on.gateway, config.organization);
  expect(entries.at(-1)?.content).toMatchObject({
    type: 'system',
    event: 'limited',
    agent: 'alice',
    token: 'alice',
    limit: 'slow',
    refused: 5,
  });
  await writeFile(join(folder, 'log.jsonl'), (await admin('/api/v1/log/export')).body);
  expect(await cli('verify', join(folder, 'log.jsonl'))).toContain('SOUND');
});

it('a server that is gone is left alone: the agent is told when to come back, operators see it, the gateway stays ready', async () => {
  await on.change(httpServer('vault', 'http://127.0.0.1:9/mcp', { era: 'legacy' }));
  const ask = () => on.ask('tools/call', { name: 'write_note', arguments: {} }, { token: on.alice, path: '/mcp/vault' });
  let last: unknown;
  for (let i = 0; i < BREAKER_MINIMUM + 2; i++) last = (await on.ask('tools/list', {}, { token: on.alice, path: '/mcp/vault' })).json;
  await ask();
  expect(last).toMatchObject({ error: { data: { code: 'upstream_unavailable', server: 'vault', retryAfterMs: expect.any(Number) } } });
  expect((await admin('/readyz')).status).toBe(200);
  expect((await admin('/metrics')).body).toMatch(/sallyport_server_health\{server="vault",org="default"\} 0/);
  expect((await admin('/metrics')).body).toMatch(/sallyport_server_health\{server="notes",org="default"\} 1/);
  const { servers } = JSON.parse((await admin('/api/v1/status')).body) as { servers: JsonObject[] };
  expect(servers.find(({ server }) => server === 'vault')).toMatchObject({ health: 'resting' });
  expect(await cli('get', 'servers')).toMatch(/server\/vault .*(?:resting|trial)/);
  expect(await cli('get', 'server', 'vault')).toMatch(/^# vault: (?:resting|trial)/);
});
