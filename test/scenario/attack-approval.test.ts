// Attacks on approvals: what was approved is what runs, by whom it was asked, once, and nothing else.
import type { Hono } from 'hono';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { createRouter } from '../../src/admin/router.ts';
import { MAX_LIVE_PER_AGENT } from '../../src/approval/desk.ts';
import type { Reviewer } from '../../src/approval/ticket.ts';
import type { CallOutcome } from '../../src/call.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { adminContextOf, seedOperators } from '../support/admin-side.ts';
import { callOf, echoServer, type Harness, harness, ok, TOOLS } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const tokens = {
  writer: tokenObject('writer', 'writer'),
  second: tokenObject('writer-2', 'writer'),
  other: tokenObject('other', 'other'),
  anna: tokenObject('anna', 'writer', { user: 'anna' }),
};
const user: StoredObject = { kind: 'user', metadata: { name: 'anna' }, spec: { disabled: false } };
const ANNA: Reviewer = { operator: 'op', user: 'anna', teams: [], roles: [] };
const REVIEWER: Reviewer = { operator: 'rita', user: undefined, teams: [], roles: [] };

let h: Harness;
beforeEach(async () => {
  h = await harness({
    objects: [
      ...[agentObject('writer'), agentObject('other'), user, ...Object.values(tokens).map(({ object }) => object)],
      ...[httpServer('notes', 'http://127.0.0.1:9'), httpServer('twin', 'http://127.0.0.1:9')],
      policyObject('p', [
        { name: 'held', match: { kind: ['call'] }, effect: 'hold' },
        { name: 'rest', match: {}, effect: 'allow' },
      ]),
    ],
  });
});
afterEach(() => h?.close());

interface Ask {
  as?: keyof typeof tokens;
  server?: string;
  tool?: string;
  /** Exact JSON text. */
  args?: string;
}

function ask({ as = 'writer', server = 'notes', tool = 'write_note', args = '{"text":"a"}' }: Ask = {}): Promise<CallOutcome> {
  const call = callOf('tools/call', {
    bearer: tokens[as].token,
    params: { name: tool, arguments: JSON.parse(args) },
    surface: { type: 'server', server },
  });
  call.paramsText = `{"name":"${tool}","arguments":${args}}`;
  return h.pipeline.run(call);
}

const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
const ticketOf = (outcome: CallOutcome): string => (outcome.type === 'denied' ? (outcome.approval?.id ?? '') : '');
const approve = (id: string, who = REVIEWER) => h.approvals.vote(h.org, id, who, 'approve', undefined);

it.each<[string, Ask]>([
  ['other arguments', { args: '{"text":"b"}' }],
  ['one more argument', { args: '{"text":"a","more":1}' }],
  ['another tool', { tool: 'read_note', args: '{"id":1}' }],
  ['another server', { server: 'twin' }],
  ['another agent', { as: 'other' }],
  ['the same agent for a person', { as: 'anna' }],
])('approve A, execute B: %s', async (_, b) => {
  const id = ticketOf(await ask());
  await approve(id);
  const outcome = await ask(b);
  expect(outcome).toMatchObject({ type: 'denied', code: 'approval_required' });
  expect(ticketOf(outcome)).not.toBe(id);
  expect(ran()).toBe(0);
  expect((await ask()).type).toBe('result');
});

it.each([
  ['9007199254740993', '9007199254740992'],
  ['0.30000000000000001', '0.3'],
  ['123456789012345678', '123456789012345679'],
  ['1e400', '1e500'],
  ['1e400', 'null'],
])('approve %s, execute %s: numbers that look the same once parsed', async (a, b) => {
  // Beside half a character, which has no canonical form, too.
  for (const text of ['x', 'x\\ud800']) {
    const args = (n: string): string => `{"text":"${text}","n":${n}}`;
    await approve(ticketOf(await ask({ args: args(a) })));
    expect((await ask({ args: args(b) })).type).toBe('denied');
    expect(ran()).toBe(0);
  }
});

it('texts with half a character, which have no canonical form, are asked about and told apart', async () => {
  const args = (half: string): string => `{"text":"x\\u${half}"}`;
  const id = ticketOf(await ask({ args: args('d800') }));
  expect(id).toMatch(/^appr_/);
  expect(ticketOf(await ask({ args: args('d800') }))).toBe(id);
  await approve(id);
  expect(ticketOf(await ask({ args: args('d801') }))).not.toBe(id);
  expect(ran()).toBe(0);
  expect((await ask({ args: args('d800') })).type).toBe('result');
  // Of an agent that used a grant, where no rule holds the call.
  await h.seed(policyObject('p', [{ name: 'rest', match: {}, effect: 'allow' }]));
  expect((await ask({ args: args('d802') })).type).toBe('result');
  expect(ran()).toBe(2);
});

it('changed order and spacing of the same arguments are the same call; another token of the same agent, too', async () => {
  const id = ticketOf(await ask({ args: '{"text":"x","n":1}' }));
  expect(ticketOf(await ask({ args: '{ "n": 1, "text": "x" }', as: 'second' }))).toBe(id);
});

it('a definition that changed since is not what was approved', async () => {
  const id = ticketOf(await ask());
  await approve(id);
  h.answer((request) =>
    request.method === 'tools/list'
      ? ok({ tools: TOOLS.map((tool) => ({ ...tool, description: 'Deletes all notes.' })) })
      : echoServer(request),
  );
  await h.definitions.refresh(h.org, 'notes');
  expect(ticketOf(await ask())).not.toBe(id);
  expect(ran()).toBe(0);
});

it('a grant is used once, however many calls come at once and however often it is replayed', async () => {
  await approve(ticketOf(await ask()));
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask()));
  expect(outcomes.filter(({ type }) => type === 'result')).toHaveLength(1);
  for (let i = 0; i < 3; i++) expect((await ask()).type).toBe('denied');
  expect(ran()).toBe(1);
});

it('nobody approves a call that is made for them', async () => {
  const id = ticketOf(await ask({ as: 'anna' }));
  expect(await approve(id, ANNA)).toMatchObject({ type: 'problem', problem: 'self_approval' });
  expect(await approve(id, { ...REVIEWER, operator: 'anna' })).toMatchObject({ problem: 'self_approval' });
});

it('a ticket of another organization is not there', async () => {
  await h.core.store.objects.createOrganization('else');
  await h.core.vault.prepare('else');
  const id = ticketOf(await ask());
  expect(await h.approvals.vote('else', id, REVIEWER, 'approve', undefined)).toEqual({ type: 'unknown' });
  expect(await h.approvals.revoke('else', id, 'rita', undefined)).toEqual({ type: 'unknown' });
  expect(await h.approvals.opened('else', id)).toBeUndefined();
  expect(await h.approvals.find(h.org, id)).toMatchObject({ state: 'open', votes: [] });
});

it('nor over the admin API, whatever role the operator has there; a reviewer without the role is refused', async () => {
  await h.core.store.objects.createOrganization('else');
  await h.core.vault.prepare('else');
  const tokens = await seedOperators(h.core, 'else');
  const own = await seedOperators(h.core, h.org);
  const routers = ['else', h.org].map((org) =>
    createRouter(adminContextOf(h.core, org, { approvals: h.approvals }), { allowedHosts: [], remoteAddress: () => '127.0.0.1' }),
  );
  const id = ticketOf(await ask());
  const post = async (which: 0 | 1, token: string, what: string): Promise<number> => {
    const headers = { host: '127.0.0.1', authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(what === 'claim' ? {} : { comment: 'x' });
    return (await (routers[which] as Hono).request(`/api/v1/approvals/${id}/${what}`, { method: 'POST', headers, body })).status;
  };
  for (const what of ['approve', 'deny', 'revoke', 'claim']) {
    expect(await post(0, tokens.admin, what), what).toBe(404);
    expect(await post(1, tokens.admin, what), what).toBe(401);
    expect(await post(1, own.viewer, what), what).toBe(403);
  }
  expect(await h.approvals.find(h.org, id)).toMatchObject({ state: 'open', votes: [], version: 1 });
  expect(await post(1, own.reviewer, 'approve')).toBe(200);
});

it('an agent has so many tickets at most, and others still get theirs', async () => {
  for (let i = 0; i < MAX_LIVE_PER_AGENT; i++) expect(ticketOf(await ask({ args: `{"text":"${i}"}` }))).not.toBe('');
  const over = await ask({ args: '{"text":"one more"}' });
  expect(over).toMatchObject({ code: 'approval_required', message: expect.stringContaining('already has 100') });
  expect(ticketOf(over)).toBe('');
  expect(ticketOf(await ask({ as: 'other' }))).not.toBe('');
});

it('what is refused says nothing of other tickets, and the log holds no argument', async () => {
  await ask({ args: '{"text":"very secret text"}' });
  expect(JSON.stringify(await h.entries())).not.toContain('very secret text');
});
