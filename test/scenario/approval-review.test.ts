// What a reviewer is shown of a held call: arguments whole, findings with their place, the rule and what it saw, the pinned definition, and how
// the call differs from what the same agent sent before. And what is kept of having looked.
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule } from '../../src/object/kinds.ts';
import { PASS } from '../../src/pipeline/flight.ts';
import { echoServer, ok } from '../support/pipeline-harness.ts';
import { type Rehearsal, rehearsal } from '../support/rehearsal.ts';
import { policyObject } from '../support/seed.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const large: PolicyRule = {
  name: 'large',
  match: { tool: ['create_refund'] },
  when: 'args.amount > 100',
  effect: 'hold',
  reason: 'Large refunds are looked at.',
};
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };

let r: Rehearsal;
let clock: ManualClock;
afterEach(() => r?.h.close());

async function open(): Promise<void> {
  clock = new ManualClock(NOW);
  const inspectors = [
    {
      name: 'played',
      inspectArguments: (flight: { call: { findings: unknown } }) => {
        flight.call.findings = [{ type: 'pii.email', where: 'arguments', path: '/to', count: 1, confidence: 0.9, action: undefined }];
        return PASS;
      },
    },
  ];
  r = await rehearsal([large, rest], [], undefined, { clock, inspectors: inspectors as never });
}
async function earlier(n: number): Promise<void> {
  for (let i = 0; i < n; i++) {
    expect((await r.call('create_refund', { amount: 10 + i, to: i % 2 ? 'ada@x' : 'bob@x', note: 'x' })).type).toBe('result');
    clock.advance(1_000);
  }
}
async function held(args: JsonObject): Promise<string> {
  const outcome = await r.call('create_refund', args);
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(JSON.stringify(outcome));
  return outcome.approval.id;
}
async function shown(id: string, role: 'viewer' | 'reviewer' | 'operator' = 'reviewer'): Promise<JsonObject & Record<string, JsonObject>> {
  const { status, body } = await r.api(`approvals/${id}`, { role });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as never;
}

function valuesOf(body: Record<string, JsonObject>): JsonObject[] {
  return (body.usual?.values ?? []) as JsonObject[];
}

describe('the reviewer is shown', () => {
  it('arguments whole, findings with class and place, the rule as it is written and what it saw', async () => {
    await open();
    const body = await shown(await held({ amount: 5_000, to: 'eve@x' }));
    expect(JSON.parse(String(body.params))).toMatchObject({ arguments: { amount: 5_000, to: 'eve@x' } });
    expect(body.findings).toEqual([{ type: 'pii.email', path: '/to', count: 1, confidence: 0.9 }]);
    expect(body.why).toMatchObject({ text: { name: 'large', when: 'args.amount > 100' }, changed: false, missing: [] });
    expect(body.why?.saw).toMatchObject({ 'args.amount': 5_000 });
    expect(body).toMatchObject({
      rule: 'p/large',
      reason: 'Large refunds are looked at.',
      definition: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('what this agent never sent before: the recipient, the amount, the missing note', async () => {
    await open();
    await earlier(6);
    const body = await shown(await held({ amount: 5_000, to: 'eve@x', urgent: true }));
    expect(body.history).toMatchObject({ calls: 6, unreadable: 0, cut: false, since: new Date(NOW).toISOString() });
    const marks = Object.fromEntries(valuesOf(body).map(({ path, mark }) => [path, mark]));
    expect(marks).toEqual({ '/amount': 'above', '/to': 'new_value', '/urgent': 'new_place' });
    const [amount, to] = valuesOf(body);
    expect(amount).toMatchObject({ range: { min: 10, median: 13, max: 15 } });
    expect(to).toMatchObject({ recipient: true, values: [{ count: 3 }, { count: 3 }] });
    expect(body.usual?.absent).toEqual([{ path: '/note', calls: 6 }]);
  });

  it('only what the same agent did with the same tool, let through, before it asked; and too little is called that', async () => {
    await open();
    await earlier(3);
    await r.call('send_mail', { to: 'eve@x' });
    const id = await held({ amount: 5_000, to: 'eve@x' });
    clock.advance(1_000);
    await earlier(4);
    expect((await shown(id)).usual).toMatchObject({ calls: 3, isEnough: false, absent: [] });
    expect(valuesOf(await shown(id)).map(({ mark }) => mark)).toEqual([undefined, undefined]);
  });

  it('calls whose arguments were erased are counted, not guessed', async () => {
    await open();
    await earlier(6);
    const commitments = (await r.decisions()).filter(({ method }) => method === 'tools/call').map((one) => String(one.arguments));
    await r.h.core.store.log.erasePayloads(r.h.org, commitments);
    const body = await shown(await held({ amount: 5_000, to: 'eve@x' }));
    expect(body.history).toMatchObject({ calls: 6, unreadable: 6 });
    expect(body.usual).toMatchObject({ calls: 0, isEnough: false });
  });

  it('that the tool was another one when it was called before, and what it said then', async () => {
    await open();
    const listed = (description: string) =>
      r.h.answer((request) =>
        request.method === 'tools/list'
          ? ok({ tools: [{ name: 'create_refund', description, inputSchema: { type: 'object' } }] })
          : echoServer(request),
      );
    listed('Refunds.');
    await r.call('create_refund', { amount: 1 });
    const [first] = r.h.definitions.stated(r.h.org, 'shop');
    await r.context.definitions.save([{ hash: first?.hash ?? '', text: JSON.stringify(first?.value) }]);
    listed('Refunds, and tells nobody.');
    await r.h.definitions.refresh(r.h.org, 'shop');
    const body = await shown(await held({ amount: 5_000 }));
    expect(body.description).toBe('Refunds, and tells nobody.');
    expect(body.pinned).toMatchObject({ before: { hash: first?.hash, description: 'Refunds.', lastUsedAt: new Date(NOW).toISOString() } });
    expect(body.pinned?.pinned).toBeUndefined();
  });

  it('that the rule reads otherwise now', async () => {
    await open();
    const id = await held({ amount: 5_000 });
    await r.put(policyObject('p', [{ ...large, reason: 'Another text.' }, rest]));
    expect((await shown(id)).why).toMatchObject({ changed: true, text: { reason: 'Large refunds are looked at.' } });
  });
});

describe('having looked', () => {
  it('is an entry each time, and the vote says how long before it was; a vote without it says so in the numbers', async () => {
    await open();
    const id = await held({ amount: 5_000 });
    const unread = await held({ amount: 6_000 });
    await shown(id);
    clock.advance(60_000);
    await shown(id);
    clock.advance(7_000);
    await r.api(`approvals/${id}/approve`, { role: 'reviewer', body: {} });
    await r.api(`approvals/${unread}/deny`, { role: 'operator', body: { comment: 'no' } });
    const body = await shown(id);
    expect(body.votes).toMatchObject([{ by: 'reviewer', lookedMs: 7_000 }]);
    const reads = (await r.h.entries()).filter(({ content }) => content.event === 'approval' && content.what === 'read');
    expect(reads).toHaveLength(3);
    const stats = (await r.api('approval-stats', { role: 'viewer' })).body;
    expect(stats).toMatchObject({ medianLookedMs: 7_000, decidedUnread: 1 });
    expect(stats.reviewers).toEqual(
      expect.arrayContaining([
        { by: 'reviewer', approved: 1, refused: 0, unread: 0 },
        { by: 'operator', approved: 0, refused: 1, unread: 1 },
      ]),
    );
  });

  it('needs role reviewer', async () => {
    await open();
    const id = await held({ amount: 5_000 });
    expect((await r.api(`approvals/${id}`, { role: 'viewer' })).status).toBe(403);
  });
});
