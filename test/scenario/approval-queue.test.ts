// The queue of held calls: claiming, many at once by a preview, filters, reminders and escalation, and deciding in somebody's place.
import { afterEach, describe, expect, it } from 'vitest';
import { watchTickets } from '../../src/app/approvals.ts';
import { CLAIM_MS, MAX_REMINDERS } from '../../src/approval/ticket.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { slackMessage } from '../../src/notify/channel/slack.ts';
import { eventsOf } from '../../src/notify/entry-event.ts';
import { eventBody } from '../../src/notify/event.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { silentLogger } from '../../src/observe/log.ts';
import { type Rehearsal, rehearsal } from '../support/rehearsal.ts';

const NOW = Date.parse('2026-03-02T12:00:00Z');
const MINUTE_MS = 60_000;
const held: PolicyRule = { name: 'held', match: { kind: ['call'] }, effect: 'hold' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };
const user = (name: string, teams: string[] = []): StoredObject =>
  ({ kind: 'user', metadata: { name }, spec: { teams, disabled: false } }) as StoredObject;
const PEOPLE = [
  { kind: 'team', metadata: { name: 'treasury' }, spec: {} } as StoredObject,
  { kind: 'team', metadata: { name: 'board' }, spec: {} } as StoredObject,
  ...[user('ada', ['treasury']), user('ben'), user('cleo', ['board']), user('otto', ['treasury'])],
];

type Role = 'viewer' | 'reviewer' | 'operator' | 'admin';
let r: Rehearsal;
let clock: ManualClock;
afterEach(() => r?.h.close());

async function open(rules: PolicyRule[] = [held, rest]): Promise<void> {
  clock = new ManualClock(NOW);
  r = await rehearsal(rules, PEOPLE, undefined, { clock });
}
async function ticket(tool = 'create_refund', args: JsonObject = {}): Promise<string> {
  const outcome = await r.call(tool, args);
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(JSON.stringify(outcome));
  return outcome.approval.id;
}
async function link(role: Role, name: string): Promise<void> {
  const operator = (await r.context.view()).operator(role) as StoredObject<'operator'>;
  const { revision: _, ...object } = operator;
  await r.put({ ...object, spec: { ...operator.spec, user: name } } as StoredObject);
}
const post = (path: string, role: Role, body: unknown = {}) => r.api(path, { role, body });
const list = async (query = '') =>
  ((await r.api(`approvals${query}`, { role: 'viewer' })).body.approvals as JsonObject[]).map(({ id }) => id);
/** One look of the gateway at what waits. */
async function look(): Promise<void> {
  const { approvals, usedGrants, deliveries, pipeline, control } = r.h;
  await watchTickets({ approvals, usedGrants, deliveries, pipeline, control, clock, logger: silentLogger })();
}
const steps = async () =>
  (await r.h.entries())
    .map(({ content }) => content)
    .filter(({ event }) => event === 'approval')
    .map(({ what }) => what);

describe('claiming', () => {
  it('tells others, keeps nobody from deciding, is taken over only on purpose, and ends by itself', async () => {
    await open();
    const id = await ticket();
    expect((await post(`approvals/${id}/claim`, 'reviewer')).body).toMatchObject({ claimed: { by: 'reviewer' } });
    expect((await post(`approvals/${id}/claim`, 'operator')).status).toBe(409);
    expect(await list('?claimedBy=reviewer')).toEqual([id]);
    expect((await post(`approvals/${id}/claim`, 'operator', { force: true })).body).toMatchObject({ claimed: { by: 'operator' } });
    expect((await post(`approvals/${id}/claim`, 'operator', { leave: true })).body.claimed).toBeUndefined();
    await post(`approvals/${id}/claim`, 'operator');
    clock.advance(CLAIM_MS);
    expect((await post(`approvals/${id}/claim`, 'reviewer')).body).toMatchObject({ claimed: { by: 'reviewer' } });
    expect((await post(`approvals/${id}/approve`, 'operator')).body).toMatchObject({ state: 'approved' });
    expect((await post(`approvals/${id}/claim`, 'reviewer')).status).toBe(409);
    expect(await steps()).toEqual(['requested', 'claimed', 'claimed', 'unclaimed', 'claimed', 'claimed', 'granted']);
  });
});

describe('many at once', () => {
  const body = { verdict: 'approve', filter: { agent: 'bot' }, comment: 'checked' };

  it('decides exactly what the preview showed, and nothing once the set is another one', async () => {
    await open();
    const [a, b] = [await ticket('create_refund', { n: 1 }), await ticket('create_refund', { n: 2 })];
    expect((await post('approvals/decide', 'reviewer', body)).status).toBe(422);
    const seen = (await post('approvals/decide', 'reviewer', { ...body, dryRun: true })).body;
    expect((seen.decided as JsonObject[]).map(({ id }) => id).sort()).toEqual([a, b].sort());
    const c = await ticket('create_refund', { n: 3 });
    expect((await post('approvals/decide', 'reviewer', { ...body, preview: seen.preview })).status).toBe(409);
    expect(await list('?state=open')).toHaveLength(3);
    const again = (await post('approvals/decide', 'reviewer', { ...body, dryRun: true })).body;
    for (const changed of [{ verdict: 'refuse' }, { filter: { tool: 'close_account' } }])
      expect((await post('approvals/decide', 'reviewer', { ...body, ...changed, preview: again.preview })).status).toBe(409);
    expect((await post('approvals/decide', 'operator', { ...body, preview: again.preview })).status).toBe(409);
    const done = (await post('approvals/decide', 'reviewer', { ...body, preview: again.preview })).body;
    expect((done.decided as JsonObject[]).map(({ id, state }) => [id, state]).sort()).toEqual(
      [a, b, c].map((id) => [id, 'approved']).sort(),
    );
  });
});

describe('filters', () => {
  it('by tool, age and state', async () => {
    await open();
    const first = await ticket('create_refund');
    clock.advance(MINUTE_MS);
    const second = await ticket('close_account');
    expect(await list('?tool=close_account')).toEqual([second]);
    expect(await list(`?before=${new Date(NOW + 1).toISOString()}`)).toEqual([first]);
    expect(await list('?minRisk=1')).toEqual([]);
    await post(`approvals/${first}/deny`, 'reviewer', { comment: 'no' });
    expect(await list('?state=refused')).toEqual([first]);
    expect((await r.api('approval-stats', { role: 'viewer' })).body).toMatchObject({
      open: 1,
      oldestOpenMs: 0,
      medianToDecideMs: MINUTE_MS,
    });
  });
});

describe('waiting', () => {
  const approvers = { teams: ['treasury'], remindAfterMs: 5 * MINUTE_MS, escalate: { afterMs: 12 * MINUTE_MS, teams: ['board'] } };

  it('is reminded of, then more people may decide; each is told once, whichever gateway looks', async () => {
    await open([{ ...held, obligations: { approvers } }, rest]);
    await link('reviewer', 'cleo');
    const told: [string, string][] = [];
    r.h.approvals.events.listen((_org, event, { id }) => told.push([event, id]));
    const id = await ticket();
    await look();
    clock.advance(5 * MINUTE_MS);
    await Promise.all([look(), look()]);
    await look();
    expect((await post(`approvals/${id}/approve`, 'reviewer')).status).toBe(403);
    clock.advance(7 * MINUTE_MS);
    await look();
    await look();
    expect(told.map(([event]) => event)).toEqual(['requested', 'reminded', 'escalated', 'reminded']);
    expect(await steps()).toEqual(['requested', 'reminded', 'escalated', 'reminded']);
    expect((await r.api(`approvals/${id}`, { role: 'reviewer' })).body).toMatchObject({ reminders: 2, escalatedAt: expect.any(String) });
    expect((await post(`approvals/${id}/approve`, 'reviewer')).body).toMatchObject({ state: 'approved' });
  });

  it('says with each step that approving takes a passkey, so that no message offers a button for it', async () => {
    await open([{ ...held, obligations: { approvers: { ...approvers, passkey: true } } }, rest]);
    await ticket();
    for (const minutes of [5, 7]) {
      clock.advance(minutes * MINUTE_MS);
      await look();
    }
    expect(await steps()).toEqual(['requested', 'reminded', 'escalated']);
    const told: string[] = [];
    for await (const entry of r.h.core.store.log.read({ org: r.h.org }))
      for (const body of eventsOf(r.h.org, entry, false).map((event) => eventBody(r.h.org, event))) {
        if (!body.type.startsWith('approval.')) continue;
        told.push(body.type);
        expect(body.data.passkey).toBe('required');
        expect(JSON.stringify(slackMessage(body))).toContain('Get the link to approve with a passkey');
      }
    expect(told).toEqual(['approval.requested', 'approval.reminded', 'approval.escalated']);
  });

  it('ends the reminding when it is decided, and after so many', async () => {
    await open([{ ...held, obligations: { approvers: { remindAfterMs: MINUTE_MS } } }, rest]);
    const id = await ticket();
    const other = await ticket('close_account');
    await post(`approvals/${other}/deny`, 'reviewer', { comment: 'no' });
    for (let i = 0; i < MAX_REMINDERS + 2; i++) {
      clock.advance(MINUTE_MS);
      await look();
    }
    expect((await r.h.approvals.find(r.h.org, id))?.reminded?.count).toBe(MAX_REMINDERS);
    expect((await r.h.approvals.find(r.h.org, other))?.reminded).toBeUndefined();
  });
});

describe("in somebody's place", () => {
  const rules: PolicyRule[] = [{ ...held, obligations: { approvers: { teams: ['treasury'], quorum: 1 } } }, rest];
  const until = new Date(NOW + 60 * MINUTE_MS).toISOString();

  it('decides as the other one may, for that time, and says so', async () => {
    await open(rules);
    await link('reviewer', 'ada');
    await link('operator', 'ben');
    const id = await ticket();
    expect((await post(`approvals/${id}/approve`, 'operator')).status).toBe(403);
    expect((await post('delegations', 'reviewer', { to: 'ben', until, reason: 'holiday' })).status).toBe(200);
    expect((await post(`approvals/${id}/approve`, 'operator')).body).toMatchObject({
      state: 'approved',
      votes: [{ by: 'operator', user: 'ben', onBehalfOf: 'ada' }],
    });
    const granted = (await r.h.entries()).find(({ content }) => content.what === 'granted');
    expect(granted?.content).toMatchObject({ by: 'operator', user: 'ben', onBehalfOf: 'ada' });
    const later = await ticket('close_account');
    clock.advance(60 * MINUTE_MS);
    expect((await post(`approvals/${later}/approve`, 'operator')).status).not.toBe(200);
  });

  it('is one vote for both, is not handed on, and not in a circle', async () => {
    await open([{ ...held, obligations: { approvers: { teams: ['treasury'], quorum: 2 } } }, rest]);
    await link('reviewer', 'ada');
    await link('operator', 'ben');
    await link('admin', 'cleo');
    await post('delegations', 'reviewer', { to: 'ben', until });
    const id = await ticket();
    expect((await post(`approvals/${id}/approve`, 'operator')).body).toMatchObject({ state: 'open' });
    expect((await post(`approvals/${id}/approve`, 'reviewer')).status).toBe(409);
    expect((await post('delegations', 'operator', { to: 'cleo', until })).status).toBe(200);
    expect((await post(`approvals/${id}/approve`, 'admin')).status).toBe(403);
    expect((await post('delegations', 'admin', { to: 'ada', until })).status).toBe(422);
    expect((await post('delegations', 'reviewer', { to: 'ada', until })).status).toBe(400);
    expect((await post('delegations', 'reviewer', { from: 'otto', to: 'ada', until })).status).toBe(403);
  });

  it('never to or for whom the call is made by', async () => {
    await open(rules);
    const { revision: _, ...agent } = (await r.context.view()).agent('bot') as StoredObject<'agent'>;
    await r.put({ ...agent, spec: { ...agent.spec, owner: 'otto' } } as StoredObject);
    await link('reviewer', 'otto');
    await link('operator', 'ben');
    await link('admin', 'ada');
    const id = await ticket();
    // otto answers for the agent: what he may not do he cannot hand over, and nobody can hand it to him.
    expect((await post('delegations', 'reviewer', { to: 'ben', until })).status).toBe(200);
    expect((await post(`approvals/${id}/approve`, 'operator')).status).toBe(403);
    expect((await post('delegations', 'admin', { to: 'otto', until })).status).toBe(200);
    expect((await post(`approvals/${id}/approve`, 'reviewer')).status).toBe(403);
  });

  it('cannot be taken by writing the object', async () => {
    await open(rules);
    await link('operator', 'ben');
    const object = { kind: 'delegation', metadata: { name: 'd' }, spec: { from: 'ada', to: 'ben', until } };
    expect((await post('apply', 'operator', { objects: [object] })).status).toBe(403);
    expect((await post('apply', 'admin', { objects: [object] })).status).toBe(200);
    expect((await post('apply', 'operator', { objects: [], prune: ['delegation'] })).status).toBe(403);
  });

  it('is ended by either of the two, or by role admin', async () => {
    await open(rules);
    await link('reviewer', 'ada');
    await link('operator', 'ben');
    const made = async () => String((await post('delegations', 'reviewer', { to: 'ben', until })).body.name);
    const name = await made();
    expect((await post(`delegations/${name}/end`, 'operator')).status).toBe(200);
    const again = await made();
    await link('operator', 'cleo');
    expect((await post(`delegations/${again}/end`, 'operator')).status).toBe(403);
    expect((await post(`delegations/${again}/end`, 'admin')).status).toBe(200);
  });
});
