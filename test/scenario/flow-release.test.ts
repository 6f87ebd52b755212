// The whole product and two unmodified servers that others wrote: customer data read through one is stopped on its way out by the other, released by
// a person's approval once, and stopped again after that; the log tells it without a value.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { LogVerifier } from '../../src/audit/verify.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { agentObject, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';
import { server } from '../support/third-party.ts';

const LIMIT_MS = 600_000;
const { resolve } = createRequire(import.meta.url);
const CUSTOMER = 'Ines Okafor,ines.okafor@northwind-traders.com,+1 415 555 0142';

let place: Place;
let gateway: HostedGateway;
let sandbox: string;
let outside: string;
const clerk = tokenObject('clerk', 'clerk');
const reviewer = newOperatorToken();

beforeAll(async () => {
  place = await freshPlace('sqlite');
  sandbox = join(place.dataDir, 'sandbox');
  outside = join(place.dataDir, 'memory.jsonl');
  mkdirSync(sandbox, { recursive: true });
  writeFileSync(join(sandbox, 'customers.csv'), `name,email,phone\n${CUSTOMER}\n`);
  await place.seed(
    agentObject('clerk'),
    clerk.object,
    {
      kind: 'operator',
      metadata: { name: 'rita' },
      spec: { role: 'reviewer', hash: reviewer.hash, hint: reviewer.hint, createdAt: '2026-01-01T00:00:00Z' },
    },
    server('crm', {
      transport: 'stdio',
      command: process.execPath,
      args: [resolve('@modelcontextprotocol/server-filesystem/dist/index.js'), sandbox],
      data: { labels: ['private'], sink: 'internal', untrusted: false },
    }),
    server('partner', {
      transport: 'stdio',
      command: process.execPath,
      args: [resolve('@modelcontextprotocol/server-memory/dist/index.js')],
      env: { MEMORY_FILE_PATH: outside },
      data: { labels: ['internal'], sink: 'external', untrusted: false },
    }),
    policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
    {
      kind: 'flow',
      metadata: { name: 'out' },
      spec: flowSpec.parse({ rules: [{ name: 'customers', from: ['private'], action: 'hold' }] }),
    } satisfies StoredObject<'flow'>,
  );
  gateway = await startHosted(place);
}, LIMIT_MS);
afterAll(async () => {
  await gateway?.kill();
  await place?.remove();
}, LIMIT_MS);

async function connect(name: string): Promise<Client> {
  const client = new Client({ name: 'clerk', version: '1' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp/${name}`), {
      requestInit: { headers: { authorization: `Bearer ${clerk.token}` } },
    }),
  );
  return client;
}

async function tickets(): Promise<{ id: string; state: string }[]> {
  const response = await fetch(`${gateway.adminUrl}/api/v1/approvals`, { headers: { authorization: `Bearer ${reviewer.token}` } });
  return ((await response.json()) as { approvals: { id: string; state: string }[] }).approvals;
}

async function approve(id: string): Promise<number> {
  const response = await fetch(`${gateway.adminUrl}/api/v1/approvals/${id}/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reviewer.token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  return response.status;
}

it('is held, runs once when a person approved it, and is held again', { timeout: LIMIT_MS }, async () => {
  const [crm, partner] = [await connect('crm'), await connect('partner')];
  const [, mail] = CUSTOMER.split(',') as [string, string];
  const send = {
    name: 'create_entities',
    arguments: { entities: [{ name: 'lead', entityType: 'lead', observations: [`write to ${mail}`] }] },
  };
  const harmless = {
    name: 'create_entities',
    arguments: { entities: [{ name: 'note', entityType: 'note', observations: ['call back on Monday'] }] },
  };
  try {
    const read = await crm.callTool({ name: 'read_text_file', arguments: { path: join(sandbox, 'customers.csv') } });
    expect(JSON.stringify(read)).toContain(mail);

    const held = JSON.stringify(await partner.callTool(send));
    expect(held).toContain('approval_required');
    expect(held).toContain('read from crm.read_text_file');
    expect(held).not.toContain(mail);
    expect(JSON.stringify(await partner.callTool(harmless))).not.toContain('approval_required');
    expect(readFileSync(outside, 'utf8')).not.toContain(mail);

    const [ticket, ...others] = await tickets();
    expect(others).toEqual([]);
    expect(await approve(ticket?.id ?? '')).toBe(200);
    expect((await partner.callTool(send)).isError).not.toBe(true);
    expect(readFileSync(outside, 'utf8')).toContain(mail);

    // One approval is one call: the identical one gets the answer of that one and does nothing, another one is held again.
    const before = readFileSync(outside, 'utf8');
    expect(JSON.stringify(await partner.callTool(send))).toContain('"state":"used"');
    expect(readFileSync(outside, 'utf8')).toBe(before);
    const other = { ...send, arguments: { entities: [{ name: 'second', entityType: 'lead', observations: [`mail ${mail}`] }] } };
    expect(JSON.stringify(await partner.callTool(other))).toContain('approval_required');
    expect(readFileSync(outside, 'utf8')).toBe(before);
    expect((await tickets()).map(({ id }) => id)).not.toContain(ticket?.id);
  } finally {
    await crm.close();
    await partner.close();
  }
  const lines = await gateway.lines(1);
  const verifier = new LogVerifier();
  for (const line of lines) verifier.take(line);
  expect(verifier.verdict()).toMatchObject({ state: 'sound' });
  const contents = lines.map((line) => (JSON.parse(line) as { content: Record<string, unknown> }).content);
  expect(contents.filter(({ event }) => event === 'approval').map(({ what }) => what)).toEqual([
    'requested',
    'granted',
    'consumed',
    'requested',
  ]);
  const judged = contents.filter(
    ({ type, rule, tool }) => type === 'decision' && (rule === 'flow/out/customers' || tool === 'create_entities'),
  );
  expect(judged.map(({ effect }) => effect)).toEqual(['hold', 'allow', 'allow', 'hold', 'hold']);
  expect(JSON.stringify(contents)).toContain('flow.private');
  const told = `${lines.join('\n')}\n${await gateway.metrics()}\n${gateway.stderr()}`;
  for (const value of CUSTOMER.split(',')) expect(told).not.toContain(value);
});
