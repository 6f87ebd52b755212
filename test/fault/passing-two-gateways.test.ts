// What passes through, on two gateway processes over one PostgreSQL: a token made at one becomes its value at the other and ends everywhere with a purge, a
// canary touched at one freezes the agent at the other, a flow held at one is released there by the decision made through the other,
// and what was read at one is held on its way out of the other.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { dlpSpec } from '../../src/object/kind/dlp.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { modernCaller, type RawAnswer } from '../support/raw-caller.ts';
import { json, type RawServer, startRawServer } from '../support/raw-server.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const LIMIT_MS = 600_000;
const MAIL = 'ines.okafor@northwind-traders.com';
const PHONE = '+49 30 23125 042';
const clerk = tokenObject('clerk', 'clerk');
const reviewer = newOperatorToken();
const tools = ['get_customer', 'get_phone', 'send_mail'].map((name) => ({ name, inputSchema: { type: 'object' } }));
const dlp = (tokens: object): StoredObject => ({
  kind: 'dlp',
  metadata: { name: 'guard' },
  spec: dlpSpec.parse({
    rules: [{ name: 'mail', types: ['pii.email'], direction: 'result', action: 'tokenize' }],
    tokens: { revealTo: ['mail'], ...tokens },
  }),
});
const flow = (spec: object): StoredObject => ({
  kind: 'flow',
  metadata: { name: 'out' },
  spec: flowSpec.parse({ mixed: 'allow', ...spec }),
});

const OUT = {
  rules: [{ name: 'phones', action: 'hold' }],
  decoys: [{ name: 'export_all', description: 'Exports all.', servers: ['crm'] }],
  onTouch: { freezeAgent: true },
};

let place: Place;
let server: RawServer;
let sides: [HostedGateway, HostedGateway];

beforeAll(async () => {
  place = await freshPlace('postgres');
  const said: Record<string, string> = { get_customer: `mail: ${MAIL}`, get_phone: `phone: ${PHONE}` };
  server = await startRawServer(({ message }, response) => {
    const text = said[String(message?.params?.name)] ?? 'sent';
    const result = message?.method === 'tools/list' ? { tools } : { content: [{ type: 'text', text }] };
    json(response, { jsonrpc: '2.0', id: message?.id, result: { resultType: 'complete', ...result } });
  });
  await place.seed(
    agentObject('clerk'),
    clerk.object,
    {
      kind: 'operator',
      metadata: { name: 'rita' },
      spec: { role: 'reviewer', hash: reviewer.hash, hint: reviewer.hint, createdAt: '2026-01-01T00:00:00Z' },
    },
    httpServer('crm', server.url, { era: 'modern', data: { labels: ['private'], sink: 'internal', untrusted: false } }),
    httpServer('mail', server.url, { era: 'modern', data: { labels: ['internal'], sink: 'external', untrusted: false } }),
    policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
    dlp({}),
    // What each read by itself comes first; what the other read is looked at further below.
    flow({ ...OUT, unseen: 'allow' }),
  );
  sides = [await startHosted(place), await startHosted(place)];
}, LIMIT_MS);

afterAll(async () => {
  for (const gateway of sides ?? []) await gateway.kill();
  await server?.close();
  await place?.remove();
}, LIMIT_MS);

async function ask(side: 0 | 1, at: string, name: string, args: JsonObject = {}): Promise<RawAnswer | undefined> {
  const caller = modernCaller(`${sides[side].url}/mcp/${at}`, clerk.token);
  try {
    return await caller.ask('tools/call', { name, arguments: args });
  } finally {
    await caller.close();
  }
}
const decisionOf = (answer: RawAnswer | undefined): JsonObject => (answer?.result?._meta?.['io.sallyport/decision'] ?? {}) as JsonObject;
const lastArguments = (): unknown =>
  server.received.findLast(({ message }) => message?.method === 'tools/call')?.message?.params?.arguments;
const sent = (): number => server.received.filter(({ message }) => message?.params?.name === 'send_mail').length;

it('a token that one gave is opened by the other, for the server that may have it, until it is purged through either', {
  timeout: LIMIT_MS,
}, async () => {
  const text = (await ask(0, 'crm', 'get_customer'))?.result?.content?.[0]?.text ?? '';
  const token = /dlp_email_[\w-]+/.exec(text)?.[0] ?? '';
  expect(token.length).toBeGreaterThan(60);
  expect((await ask(1, 'mail', 'send_mail', { to: token }))?.result?.isError).not.toBe(true);
  expect(lastArguments()).toEqual({ to: MAIL });
  await sides[0].write(dlp({ validFrom: new Date(Date.now() + 1).toISOString() }));
  const before = sent();
  for (const side of [0, 1] as const)
    expect(decisionOf(await ask(side, 'mail', 'send_mail', { to: token }))).toMatchObject({ rule: 'builtin/dlp-token' });
  expect(sent()).toBe(before);
});

it('what is held at one is released there by the decision made through the other, once', { timeout: LIMIT_MS }, async () => {
  await ask(0, 'crm', 'get_phone');
  const before = sent();
  const args = { body: `call ${PHONE}` };
  const held = decisionOf(await ask(0, 'mail', 'send_mail', args));
  expect(held).toMatchObject({ code: 'approval_required', rule: 'flow/out/phones' });
  const { id } = held.approval as { id: string };
  const approved = await fetch(`${sides[1].adminUrl}/api/v1/approvals/${id}/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${reviewer.token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  expect(approved.status).toBe(200);
  for (const side of [0, 1, 0] as const) expect((await ask(side, 'mail', 'send_mail', args))?.result?.isError).not.toBe(true);
  expect(sent()).toBe(before + 1);
});

it('what was read at one is held on its way out of the other, and not of the one that can compare it', { timeout: LIMIT_MS }, async () => {
  await sides[1].write(flow(OUT));
  await ask(0, 'crm', 'get_phone');
  const before = sent();
  const held = decisionOf(await ask(1, 'mail', 'send_mail', { body: 'see you' }));
  expect(held).toMatchObject({ code: 'approval_required', rule: 'flow/unseen' });
  expect(sent()).toBe(before);
  expect((await ask(0, 'mail', 'send_mail', { body: 'see you there' }))?.result?.isError).not.toBe(true);
  expect(sent()).toBe(before + 1);
});

it('a decoy touched at one freezes the agent at the other', { timeout: LIMIT_MS }, async () => {
  expect((await ask(0, 'crm', 'export_all'))?.error ?? (await ask(0, 'crm', 'export_all'))?.result?.isError).toBeTruthy();
  await expect.poll(async () => decisionOf(await ask(1, 'crm', 'get_phone')).code, { timeout: LIMIT_MS / 3 }).toBe('frozen');
});
