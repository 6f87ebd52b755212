// Held calls, tickets and grants on a real store with a played server: what the agent is told, when the call runs, which entries are written.
import { afterEach, expect, it } from 'vitest';
import type { Reviewer } from '../../src/approval/ticket.ts';
import { verifyLog } from '../../src/audit/verify.ts';
import type { CallOutcome } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { callOf, type Harness, type HarnessOptions, harness } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const HOUR_MS = 3_600_000;
const writer = tokenObject('writer', 'writer');
const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };
const BEN: Reviewer = { operator: 'ben', user: undefined, teams: [], roles: [] };
const held: PolicyRule = { name: 'held', match: { tool: ['write_note'] }, effect: 'hold', reason: 'A person looks at this.' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };

const STOP: StoredObject = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'writer' }, reason: 'drill' } };

let h: Harness;
afterEach(() => h?.close());

async function open(rules: PolicyRule[] = [held, rest], options: HarnessOptions = {}): Promise<void> {
  h = await harness({
    ...options,
    objects: [agentObject('writer', { owner: 'otto' }), writer.object, httpServer('notes', 'http://127.0.0.1:9'), policyObject('p', rules)],
  });
}

function write(text: string, more: JsonObject = {}): Promise<CallOutcome> {
  return h.pipeline.run(callOf('tools/call', { bearer: writer.token, params: { name: 'write_note', arguments: { text }, ...more } }));
}

function ticketOf(outcome: CallOutcome): string {
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(`no ticket: ${JSON.stringify(outcome)}`);
  return outcome.approval.id;
}

const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
const approve = (id: string, who = ANNA) => h.approvals.vote(h.org, id, who, 'approve', undefined);

async function steps(): Promise<unknown[]> {
  return (await h.entries())
    .map(({ content }) => content)
    .filter(({ event }) => event === 'approval')
    .map(({ what }) => what);
}

it('is asked once, runs once after an approval, and is asked anew when its answer is not kept any more', async () => {
  const clock = new ManualClock();
  await open([held, rest], { clock });
  const first = await write('hello');
  expect(first).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'p/held', approval: { state: 'open' } });
  const id = ticketOf(first);
  expect(ticketOf(await write('hello', { _meta: { progressToken: 'another' } }))).toBe(id);
  expect(ran()).toBe(0);
  expect(await approve(id)).toMatchObject({ type: 'voted', ticket: { state: 'approved' } });
  const outcomes = await Promise.all([write('hello'), write('hello'), write('hello')]);
  expect(outcomes.filter(({ type }) => type === 'result')).toHaveLength(1);
  expect(ran()).toBe(1);
  expect(await write('hello')).toMatchObject({ approval: { id, state: 'used' }, answer: { type: 'result' } });
  clock.advance(HOUR_MS);
  expect(ticketOf(await write('hello'))).not.toBe(id);
  expect(ran()).toBe(1);
  expect(await steps()).toEqual(['requested', 'granted', 'consumed', 'requested']);
  const decisions = (await h.entries())
    .map(({ content }) => content)
    .filter(({ type, approval }) => type === 'decision' && approval === id);
  expect(decisions.map(({ effect }) => effect).sort()).toEqual(['allow', 'hold', 'hold', 'hold', 'hold', 'hold']);
});

it('default deny: a ticket that nobody decides, and a grant that nobody uses, end', async () => {
  const clock = new ManualClock();
  await open([held, rest], { clock });
  const undecided = ticketOf(await write('a'));
  const unused = ticketOf(await write('b'));
  await approve(unused);
  clock.advance(HOUR_MS);
  expect(await approve(undecided)).toMatchObject({ type: 'problem', problem: 'not_open', ticket: { state: 'expired' } });
  expect(ticketOf(await write('b'))).not.toBe(unused);
  expect(ran()).toBe(0);
});

it('tells the agent of a refusal and its reason, and asks nobody again', async () => {
  await open();
  const id = ticketOf(await write('x'));
  expect(await h.approvals.vote(h.org, id, ANNA, 'refuse', undefined)).toMatchObject({ problem: 'comment_required' });
  await h.approvals.vote(h.org, id, ANNA, 'refuse', 'not on a Friday');
  const again = await write('x');
  expect(again).toMatchObject({ approval: { id, state: 'refused' }, hint: expect.stringContaining('not on a Friday') });
  expect(await steps()).toEqual(['requested', 'refused']);
});

it('a grant can be taken back before it is used', async () => {
  await open();
  const id = ticketOf(await write('x'));
  await approve(id);
  expect(await h.approvals.revoke(h.org, id, 'ben', 'too soon')).toMatchObject({ type: 'voted', ticket: { state: 'revoked' } });
  expect(ticketOf(await write('x'))).not.toBe(id);
  expect(ran()).toBe(0);
});

it('takes as many people as the rule says, the people it names, and nobody about their own', async () => {
  await open([{ ...held, obligations: { approvers: { teams: ['treasury'], quorum: 2 } } }, rest]);
  const id = ticketOf(await write('x'));
  const of = (operator: string, user: string, teams = ['treasury']): Reviewer => ({ operator, user, teams, roles: [] });
  expect(await approve(id, of('carl', 'carl', []))).toMatchObject({ problem: 'not_a_reviewer' });
  expect(await approve(id, of('o1', 'otto'))).toMatchObject({ problem: 'self_approval' });
  expect(await approve(id, of('anna', 'anna'))).toMatchObject({ type: 'voted', ticket: { state: 'open' } });
  expect(await approve(id, of('anna', 'anna'))).toMatchObject({ problem: 'voted_already' });
  expect(await approve(id, of('anna-2', 'anna'))).toMatchObject({ problem: 'voted_already' });
  expect(ticketOf(await write('x'))).toBe(id);
  expect(await approve(id, of('ben', 'ben'))).toMatchObject({ ticket: { state: 'approved' } });
  expect((await write('x')).type).toBe('result');
});

it('a freeze ends tickets and grants: lifting it brings none back', async () => {
  await open();
  const open1 = ticketOf(await write('a'));
  const granted = ticketOf(await write('b'));
  await approve(granted);
  await h.seed(STOP);
  expect(await write('b')).toMatchObject({ type: 'denied', code: 'frozen' });
  await expect.poll(async () => (await h.approvals.find(h.org, granted))?.state).toBe('drained');
  await expect.poll(async () => (await h.approvals.find(h.org, open1))?.state).toBe('drained');
  expect(await approve(open1)).toMatchObject({ problem: 'not_open' });
  expect(ran()).toBe(0);
});

it('the whole table runs again: a later denial denies, a later allowance allows, another rule asks anew', async () => {
  await open();
  const first = ticketOf(await write('x'));
  await approve(first);
  await h.seed(policyObject('p', [{ ...held, effect: 'deny' }, rest]));
  expect(await write('x')).toMatchObject({ code: 'denied_by_rule' });
  await h.seed(policyObject('p', [{ ...held, reason: 'Another text.' }, rest]));
  expect(ticketOf(await write('x'))).not.toBe(first);
  await h.seed(policyObject('p', [rest]));
  expect((await write('x')).type).toBe('result');
  expect(await steps()).toEqual(['requested', 'granted', 'superseded', 'requested']);
});

it('what was asked for, or granted, before the organization demanded more answers no call afterwards', async () => {
  await open();
  const demand = (approvers: object): Promise<unknown> =>
    h.seed({ kind: 'organization', metadata: { name: h.org }, spec: { approvals: { approvers } } } as StoredObject);
  const [granted, asked] = [ticketOf(await write('x')), ticketOf(await write('y'))];
  await approve(granted);
  await demand({ passkey: true });
  expect(await approve(asked)).toMatchObject({ ticket: { state: 'approved' } });
  const again = [ticketOf(await write('x')), ticketOf(await write('y'))];
  expect(ran()).toBe(0);
  for (const id of again) expect(await approve(id)).toMatchObject({ type: 'problem', problem: 'passkey_required' });
  expect((await h.approvals.find(h.org, granted))?.state).toBe('superseded');
  await demand({ passkey: true, remindAfterMs: HOUR_MS });
  expect(ticketOf(await write('x'))).toBe(again[0]);
  await demand({ users: ['anna'], quorum: 2 });
  expect(ticketOf(await write('x'))).not.toBe(again[0]);
});

it('keeps a client that asked for progress waiting, then runs the call at once', async () => {
  await open([held, rest], { approvalWaitMs: 20_000 });
  const told: JsonObject[] = [];
  const peer = { notify: (_: string, params: JsonObject | undefined) => void told.push(params ?? {}), request: undefined };
  const params = { name: 'write_note', arguments: { text: 'x' }, _meta: { progressToken: 7 } };
  const running = h.pipeline.run(callOf('tools/call', { bearer: writer.token, params, peer }));
  await expect.poll(() => told.length).toBeGreaterThan(0);
  expect(told[0]).toMatchObject({ progressToken: 7, progress: 1, message: expect.stringContaining('appr_') });
  const [ticket] = await h.approvals.list(h.org, { live: true, limit: 10 });
  await approve(ticket?.id ?? '', BEN);
  expect((await running).type).toBe('result');
  expect(ran()).toBe(1);
});

it('the reviewer reads the arguments as they were sent; the store holds them sealed; the log verifies', async () => {
  await open();
  const id = ticketOf(await write('attack at dawn'));
  expect(await h.approvals.opened(h.org, id)).toMatchObject({
    description: 'Writes a note.',
    params: expect.stringContaining('attack at dawn'),
  });
  expect(Buffer.from((await h.core.store.approvals.sealed(h.org, id)) ?? []).toString('latin1')).not.toContain('dawn');
  expect(JSON.stringify(await h.core.store.approvals.get(h.org, id))).not.toContain('dawn');
  const lines: string[] = [];
  for await (const { header, content, hash } of h.core.store.log.read({ org: h.org }))
    lines.push(`{"content":${content},"hash":"${hash}","header":${header}}`);
  expect(await verifyLog(lines)).toMatchObject({ state: 'sound' });
});
