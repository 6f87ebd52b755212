// Standing grants on a real store with a played server: what they let run, what they do not, who may write them, and what the log says.
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { GrantSpec, PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { PASS } from '../../src/pipeline/flight.ts';
import { type Rehearsal, rehearsal } from '../support/rehearsal.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const HOUR_MS = 3_600_000;
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const held: PolicyRule = { name: 'held', match: { tool: ['create_refund'] }, effect: 'hold', reason: 'A person looks.' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };
const WHAT = { agent: 'bot', server: 'shop', tool: 'create_refund', until: at(HOUR_MS), reason: 'support week' };
const user = (name: string, more = {}): StoredObject =>
  ({ kind: 'user', metadata: { name }, spec: { disabled: false, ...more } }) as StoredObject;

let r: Rehearsal;
let clock: ManualClock;
afterEach(() => r?.h.close());

async function open(rules: PolicyRule[] = [held, rest], more: StoredObject[] = []): Promise<void> {
  clock = new ManualClock(NOW);
  r = await rehearsal(rules, more, undefined, { clock });
}

/** As an operator of this role writes it. */
async function grant(spec: Partial<GrantSpec> & { name?: string } = {}, role: 'reviewer' | 'operator' | 'admin' = 'reviewer') {
  const reply = await r.api('grants', { role, body: { ...WHAT, ...spec } });
  if (reply.status === 200) await r.h.control.atLeast(r.h.org, Number(reply.body.revision));
  return reply;
}
async function post(path: string, role: 'viewer' | 'reviewer' | 'operator' | 'admin', body: unknown = {}) {
  const reply = await r.api(path, { role, body });
  if (reply.status === 200 && reply.body.revision !== undefined) await r.h.control.atLeast(r.h.org, Number(reply.body.revision));
  return reply;
}
const refund = (amount: number, more: JsonObject = {}) => r.call('create_refund', { amount, ...more });
const grants = async () => (await r.api('grants', { role: 'viewer' })).body.grants as JsonObject[];
const used = async () =>
  (await r.h.entries()).map(({ content }) => content).filter(({ type, event }) => type === 'system' && event === 'grant');

describe('a standing grant', () => {
  it('lets what fits it run without a ticket, names itself in both entries, and leaves the rest to people', async () => {
    await open();
    expect((await grant({ name: 'small', when: 'args.amount <= 100' })).status).toBe(200);
    expect((await refund(100)).type).toBe('result');
    expect(await refund(101)).toMatchObject({ type: 'denied', code: 'approval_required', approval: { state: 'open' } });
    expect(await r.h.approvals.list(r.h.org, { live: true, limit: 10 })).toHaveLength(1);
    const [use] = await used();
    expect(use).toMatchObject({ what: 'used', grant: 'small', setAt: at(0), agent: 'bot', tool: 'create_refund', rule: 'p/held' });
    const decision = (await r.decisions()).find(({ call }) => call === use?.call);
    expect(decision).toMatchObject({ effect: 'allow', rule: 'p/held', approval: 'grant/small' });
    expect(await grants()).toMatchObject([{ name: 'small', used: 1, state: 'in_force', votes: [{ by: 'reviewer', stands: true }] }]);
  });

  it('ends at its time, at its last use, by revocation, and with a freeze; each binds the very next call', async () => {
    await open();
    await grant({ name: 'two', maxUses: 2 });
    for (const amount of [1, 2]) expect((await refund(amount)).type).toBe('result');
    expect(await refund(3)).toMatchObject({ code: 'approval_required' });
    expect(await grants()).toMatchObject([{ state: 'used_up', used: 2 }]);
    await grant({ name: 'hour' });
    expect((await refund(4)).type).toBe('result');
    await r.put({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'bot' }, reason: 'drill' } });
    expect(await refund(5)).toMatchObject({ code: 'frozen' });
    const lifted = await r.api('grants/hour/revoke', { role: 'reviewer', body: {} });
    expect(lifted.status).toBe(200);
    expect(await grants()).toMatchObject([{ name: 'two' }]);
  });

  it('is over at its end, and has not begun before its beginning', async () => {
    await open();
    await grant({ name: 'later', from: at(HOUR_MS / 2) });
    expect(await refund(1)).toMatchObject({ code: 'approval_required' });
    clock.advance(HOUR_MS / 2);
    expect((await refund(2)).type).toBe('result');
    clock.advance(HOUR_MS / 2);
    expect(await refund(3)).toMatchObject({ code: 'approval_required' });
  });

  it('of many calls at once lets through as many as it has uses', async () => {
    await open();
    await grant({ maxUses: 3 });
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, amount) => refund(amount)));
    expect(outcomes.filter(({ type }) => type === 'result')).toHaveLength(3);
    expect(await used()).toHaveLength(3);
  });

  it('is about one agent, server, tool, person and definition, and about nothing else', async () => {
    await open();
    await grant({ name: 'tool', tool: 'close_account' });
    await grant({ name: 'def', definition: 'ab'.repeat(32) });
    await r.put(user('ada'));
    await grant({ name: 'user', user: 'ada' });
    await grant({ name: 'rule', rules: ['p/other'] });
    await grant({ name: 'broken', when: 'args.missing > 1' });
    expect(await refund(1)).toMatchObject({ code: 'approval_required' });
    await grant({ name: 'any', when: "args.amount < 5 && tool.name == 'create_refund'" });
    expect((await refund(2)).type).toBe('result');
  });

  it('a refusal of exactly this call goes before it, an approval too, and an open ticket is ended by it', async () => {
    await open();
    const waiting = async (amount: number): Promise<string> => {
      const outcome = await refund(amount);
      return outcome.type === 'denied' ? (outcome.approval?.id ?? '') : '';
    };
    const [refused, approved, undecided] = [await waiting(1), await waiting(2), await waiting(3)];
    const rita = { operator: 'reviewer', user: undefined, teams: [], roles: [] };
    await r.h.approvals.vote(r.h.org, refused, rita, 'refuse', 'no');
    await r.h.approvals.vote(r.h.org, approved, rita, 'approve', undefined);
    await grant({});
    expect(await refund(1)).toMatchObject({ approval: { state: 'refused' } });
    expect((await refund(2)).type).toBe('result');
    expect(await used()).toEqual([]);
    expect((await refund(3)).type).toBe('result');
    expect(await r.h.approvals.find(r.h.org, undecided)).toMatchObject({ state: 'superseded' });
    expect(await used()).toHaveLength(1);
  });

  it('answers no hold of content unless it names it', async () => {
    const inspectors = [
      {
        name: 'played',
        inspectArguments: (flight: { heldBy: unknown }) => {
          flight.heldBy = { rule: 'dlp/cards', reason: 'A card number.' };
          return PASS;
        },
      },
    ];
    clock = new ManualClock(NOW);
    r = await rehearsal([rest], [], undefined, { clock, inspectors: inspectors as never });
    await grant({ name: 'plain' });
    expect(await refund(1)).toMatchObject({ code: 'approval_required', rule: 'dlp/cards' });
    await grant({ name: 'named', rules: ['dlp/cards'] });
    expect((await refund(2)).type).toBe('result');
  });
});

describe('who grants', () => {
  const people: StoredObject[] = [user('ada', { teams: ['treasury'] }), user('ben', { teams: ['treasury'] }), user('otto')];
  const team: StoredObject = { kind: 'team', metadata: { name: 'treasury' }, spec: {} } as StoredObject;
  async function link(role: 'reviewer' | 'operator' | 'admin', name: string): Promise<void> {
    const view = await r.context.view();
    const operator = view.operator(role) as StoredObject<'operator'>;
    const { revision: _, ...object } = operator;
    await r.put({ ...object, spec: { ...operator.spec, user: name } });
  }
  const treasury: PolicyRule = { ...held, obligations: { approvers: { teams: ['treasury'], quorum: 2 } } };

  it('takes the people and the number of people that the rule takes', async () => {
    await open([treasury, rest], [team, ...people]);
    await link('reviewer', 'ada');
    await link('admin', 'ben');
    await grant({ name: 'g' }, 'operator');
    expect((await post('grants/g/confirm', 'reviewer')).status).toBe(200);
    expect(await refund(1)).toMatchObject({ code: 'approval_required' });
    expect((await post('grants/g/confirm', 'reviewer')).status).toBe(409);
    expect((await post('grants/g/confirm', 'admin')).status).toBe(200);
    expect((await refund(2)).type).toBe('result');
    await r.put(user('ben', { teams: ['treasury'], disabled: true }));
    expect(await refund(3)).toMatchObject({ code: 'approval_required' });
  });

  it('nobody grants their own agent, whatever role they have', async () => {
    await open([held, rest], people);
    const { revision: _, ...agent } = (await r.context.view()).agent('bot') as StoredObject<'agent'>;
    await r.put({ ...agent, spec: { ...agent.spec, owner: 'otto' } });
    await link('admin', 'otto');
    await grant({ name: 'own' }, 'admin');
    expect(await refund(1)).toMatchObject({ code: 'approval_required' });
    await post('grants/own/confirm', 'reviewer');
    expect((await refund(2)).type).toBe('result');
  });

  it('a rule may let none answer it', async () => {
    await open([{ ...held, obligations: { approvers: { standing: false } } }, rest]);
    await grant();
    expect(await refund(1)).toMatchObject({ code: 'approval_required' });
  });

  it('a changed grant begins anew: its votes are gone, and who wrote it cannot be said by a file', async () => {
    await open([treasury, rest], [team, ...people]);
    await link('reviewer', 'ada');
    await link('admin', 'ben');
    await grant({ name: 'g', when: 'args.amount <= 1', maxUses: 1 });
    await post('grants/g/confirm', 'admin');
    expect((await refund(1)).type).toBe('result');
    const forged = {
      kind: 'grant',
      metadata: { name: 'g' },
      spec: { ...WHAT, setBy: 'admin', setAt: at(-1), votes: ['reviewer', 'admin'].map((by) => ({ by, at: at(0) })) },
    };
    clock.advance(1);
    expect((await post('apply', 'operator', { objects: [forged] })).status).toBe(200);
    expect(await grants()).toMatchObject([{ setBy: 'operator', setAt: at(1), votes: [{ by: 'operator' }], used: 0 }]);
    expect(await refund(0)).toMatchObject({ code: 'approval_required' });
    const { versions } = (await r.api('objects/grant/g/history')).body as { versions: { revision: number }[] };
    expect((await post('objects/grant/g/rollback', 'operator', { to: versions.at(1)?.revision })).status).toBe(200);
    expect(await grants()).toMatchObject([{ votes: [{ by: 'operator' }] }]);
  });
});

describe('what is said of it', () => {
  it('explain shows the grants of the agent for the tool, and why one does not answer', async () => {
    await open();
    await grant({ name: 'small', when: 'args.amount <= 100' });
    await refund(101);
    await refund(1);
    const calls = (await r.decisions()).filter(({ method }) => method === 'tools/call');
    const standing = async (i: number) => (await r.api(`explain/${String(calls.at(i)?.call)}`)).body.standing;
    expect(await standing(0)).toEqual([{ grant: 'small', answers: false, why: 'its condition does not hold' }]);
    expect(await standing(-1)).toMatchObject([{ grant: 'small', answers: true }]);
  });

  it('one without end, too long, unreviewed, over, or with a condition that does not fit is refused', async () => {
    await open();
    const { until: _, ...endless } = WHAT;
    expect((await r.api('grants', { role: 'reviewer', body: endless })).status).toBe(400);
    const DAY_MS = 24 * HOUR_MS;
    expect((await grant({ until: at(367 * DAY_MS), reviewAt: at(DAY_MS) })).status).toBe(422);
    expect((await grant({ until: at(91 * DAY_MS) })).status).toBe(422);
    expect((await grant({ until: at(-1) })).status).toBe(422);
    expect((await grant({ when: 'args.amount <=' })).status).toBe(422);
    expect((await grant({ agent: 'nobody' })).status).toBe(422);
    expect((await grant({ from: at(HOUR_MS), until: at(HOUR_MS) })).status).toBe(400);
    expect((await grant({ name: 'No Name' })).status).toBe(400);
    expect((await grant({ until: at(91 * DAY_MS), reviewAt: at(DAY_MS), name: 'long' })).status).toBe(200);
    expect((await grant({ name: 'long' })).status).toBe(409);
    clock.advance(DAY_MS);
    expect(await grants()).toMatchObject([{ name: 'long', reviewOverdue: true, state: 'in_force' }]);
  });
});
