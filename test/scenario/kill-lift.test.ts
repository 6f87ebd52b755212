// Lifting a freeze can require a second person. The one who set it, and whoever acts for them, tries everything else.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { FIRST_LOOK, LIFT_REQUEST_MS } from '../../src/object/freeze-guard.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type AdminSide, ORG, startAdminSide } from '../support/admin-side.ts';
import { readEntries } from '../support/pipeline-harness.ts';
import { agentObject, seed, tokenObject } from '../support/seed.ts';

let side: AdminSide;
let count = 0;
let name = '';
/** What the clock is ahead. */
let aheadMs = 0;

beforeAll(async () => {
  side = await startAdminSide();
  const { clock } = side.core;
  const shifted = { nowMs: () => clock.nowMs() + aheadMs, monotonicMs: () => clock.monotonicMs() };
  side.context.clock = shifted;
  side.context.objects = { ...side.context.objects, clock: shifted };
  await seed(side.core, ORG, [agentObject('robot', { class: 'suspect' }), tokenObject('robot', 'robot').object]);
});
afterAll(() => side.close());
beforeEach(() => {
  aheadMs = 0;
  name = `f${++count}`;
  side.context.objects = { ...side.context.objects, liftApprovals: 1 };
});

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

async function send(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const response = await fetch(`${side.url}/api/v1/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const as = (role: 'operator' | 'admin') => (method: string, path: string, body?: unknown) => send(side.tokens[role], method, path, body);
const operator = as('operator');
const admin = as('admin');

const set = (more: object = {}, by = admin) =>
  by('POST', 'freezes', { name, scope: { class: 'suspect' }, reason: 'incident', liftApprovals: 2, ...more });
const stored = async (): Promise<StoredObject<'freeze'> | undefined> => {
  const { body, status } = await admin('GET', `objects/freeze/${name}`);
  return status === 200 ? body : undefined;
};
const lift = (by = admin) => by('DELETE', `freezes/${name}`);
/** As a file would have it. */
const file = async (change: object = {}) => {
  const { metadata, spec } = (await stored()) as StoredObject<'freeze'>;
  return { kind: 'freeze', metadata, spec: { ...spec, ...change } };
};
const refused = (answer: Answer, says: string | RegExp) => {
  expect(answer).toMatchObject({ status: 403, body: { error: { code: 'forbidden', message: expect.stringMatching(says) } } });
};

describe('a freeze says who set it', () => {
  it('and nobody can say so for somebody else, when it is made or later', async () => {
    const spec = {
      scope: { agent: 'robot' },
      reason: 'x',
      setBy: 'admin',
      setAt: '2020-01-01T00:00:00Z',
      liftRequest: { by: 'x', at: '2020-01-01T00:00:00Z' },
    };
    expect((await operator('PUT', `objects/freeze/${name}`, { kind: 'freeze', metadata: { name }, spec })).status).toBe(200);
    const made = await stored();
    expect(made?.spec).toMatchObject({ setBy: 'operator', reason: 'x' });
    expect(made?.spec.liftRequest).toBeUndefined();
    expect(made?.spec.setAt).not.toBe('2020-01-01T00:00:00Z');
    await admin('POST', 'apply', { objects: [await file({ reason: 'y', setBy: 'nobody' })] });
    expect((await stored())?.spec).toMatchObject({ setBy: 'operator', setAt: made?.spec.setAt, reason: 'y' });
    expect((await operator('POST', 'freezes', { scope: { agent: 'robot' }, reason: 'x', author: 'admin' })).status).toBe(400);
    expect((await operator('POST', 'freezes', { scope: { agent: 'robot' }, reason: '  ' })).status).toBe(400);
    expect((await operator('POST', 'freezes', { scope: { agent: 'robot' } })).status).toBe(400);
  });
});

describe('lifting with two people', () => {
  it('one operator asks, a different one confirms; both are recorded, and the reason can be read from the log', async () => {
    await set();
    expect((await lift(operator)).body).toMatchObject({ lifted: false });
    expect((await stored())?.spec.liftRequest?.by).toBe('operator');
    const { freezes } = (await admin('GET', 'freezes')).body;
    expect(freezes.find((one: { name: string }) => one.name === name)).toMatchObject({
      ...{ approvals: 2, active: true, setBy: 'admin', liftRequest: { by: 'operator' } },
    });
    refused(await lift(operator), 'another operator must confirm');
    expect((await lift(admin)).body).toMatchObject({ lifted: true });
    expect(await stored()).toBeUndefined();
    const entries = (await readEntries(side.core, ORG)).filter(({ content }) =>
      JSON.stringify(content.changes ?? '').includes(`"${name}"`),
    );
    expect(entries.map(({ content: { author, action } }) => [author, action])).toEqual([
      ['admin', 'freeze'],
      ['operator', 'lift-request'],
      ['admin', 'lift'],
    ]);
    expect(entries[0]?.content.freezes).toEqual([{ name, scope: { class: 'suspect' }, reason: 'incident' }]);
  });

  it('is what the setting of the gateway asks for, whatever the freeze says', async () => {
    await set({ liftApprovals: 1 });
    side.context.objects = { ...side.context.objects, liftApprovals: 2 };
    refused(await admin('DELETE', `objects/freeze/${name}`), 'takes two people');
    expect((await lift()).body).toMatchObject({ lifted: false });
    expect((await lift(operator)).body).toMatchObject({ lifted: true });
  });

  it('is not needed when one is enough, nor once the freeze has ended', async () => {
    await set({ liftApprovals: 1 });
    expect((await lift()).body).toMatchObject({ lifted: true });
    name = `f${++count}`;
    await set({ until: new Date(side.context.clock.nowMs() + 60_000).toISOString() });
    aheadMs = 60_001;
    expect((await lift()).body).toMatchObject({ lifted: true });
  });

  it('begins anew after a day, and after the freeze was changed', async () => {
    await set();
    await lift();
    aheadMs = LIFT_REQUEST_MS;
    expect((await lift(operator)).body).toMatchObject({ lifted: false });
    await admin('POST', 'apply', { objects: [await file({ reason: 'worse than thought' })] });
    expect((await stored())?.spec.liftRequest).toBeUndefined();
    expect((await lift()).body).toMatchObject({ lifted: false });
    expect((await lift(operator)).body).toMatchObject({ lifted: true });
  });
});

describe('the setter alone', () => {
  beforeEach(async () => {
    await set();
  });

  it('cannot delete it, apply without it, or roll it back', async () => {
    const { body } = await admin('GET', `objects/freeze/${name}/history`);
    const [{ revision }] = body.versions;
    refused(await admin('DELETE', `objects/freeze/${name}`), 'sallyport unfreeze');
    refused(await admin('POST', 'apply', { objects: [], prune: ['freeze'] }), 'takes two people');
    refused(await admin('POST', 'apply', { objects: [], prune: ['freeze'], dryRun: true }), 'takes two people');
    await lift();
    refused(await admin('DELETE', `objects/freeze/${name}`), 'takes two people');
    refused(await operator('POST', 'apply', { objects: [], prune: ['freeze'] }), 'takes two people');
    await admin('POST', `objects/freeze/${name}/rollback`, { to: revision });
    expect((await stored())?.spec).toMatchObject({ scope: { class: 'suspect' } });
  });

  it('cannot roll it back to before it was', async () => {
    name = `g${++count}`;
    await set({ liftApprovals: 1, scope: { agent: 'nobody' } });
    const { revision } = (await stored()) as { revision: number };
    expect((await admin('POST', 'apply', { objects: [await file({ scope: { everyone: true }, lift: { approvals: 2 } })] })).status).toBe(
      200,
    );
    refused(await admin('POST', `objects/freeze/${name}/rollback`, { to: revision }), 'another scope');
    await lift();
    await lift(operator);
  });

  it.each<[string, object]>([
    ['another scope', { scope: { agent: 'nobody' } }],
    ['an end', { until: '2100-01-01T00:00:00Z' }],
    ['an end that is over', { until: '2020-01-01T00:00:00Z' }],
    ['one approval', { lift: { approvals: 1 } }],
    ['no word on approvals', { lift: undefined }],
    ['a drill instead', { drill: true }],
  ])('cannot change it to %s', async (_what, change) => {
    refused(await admin('POST', 'apply', { objects: [await file(change)] }), 'would lift it in part');
    refused(await admin('PUT', `objects/freeze/${name}`, await file(change)), 'would lift it in part');
    expect(await stored()).toMatchObject({ spec: { scope: { class: 'suspect' }, lift: { approvals: 2 } } });
  });

  it('cannot write the request of somebody else into it, and then confirm', async () => {
    const liftRequest = { by: 'operator', at: new Date(side.context.clock.nowMs()).toISOString() };
    await admin('POST', 'apply', { objects: [await file({ liftRequest })] });
    expect((await stored())?.spec.liftRequest).toBeUndefined();
    expect((await lift()).body).toMatchObject({ lifted: false });
    refused(await lift(), 'another operator must confirm');
  });

  it('cannot take the agent out of what is frozen', async () => {
    refused(await admin('POST', 'apply', { objects: [agentObject('robot')] }), 'would leave class "suspect"');
    const { body: token } = await admin('GET', 'objects/token/robot');
    await seed(side.core, ORG, [agentObject('free')]);
    const { hash, ...moved } = token.spec;
    const spec = { ...moved, hash: hash ?? '0'.repeat(64), agent: 'free' };
    const { kind, metadata } = token;
    refused(await admin('PUT', 'objects/token/robot', { kind, metadata, spec }), 'would leave class "suspect"');
  });

  it('cannot be two people: with an operator made or changed since, or one made by that one', async () => {
    const make = async (by: string, who: string): Promise<string> =>
      (await send(by, 'POST', 'operators', { name: who, role: 'admin' })).body.token;
    const puppet = await make(side.tokens.admin, `puppet-${count}`);
    const second = await make(puppet, `second-${count}`);
    await send(puppet, 'DELETE', `freezes/${name}`);
    expect((await stored())?.spec.liftRequest?.by).toBe(`puppet-${count}`);
    refused(await lift(), 'cannot confirm'); // who holds the one who asked
    const third = await make(side.tokens.admin, `third-${count}`);
    refused(await send(third, 'DELETE', `freezes/${name}`), 'cannot confirm'); // both are of the same hand
    refused(await send(second, 'DELETE', `freezes/${name}`), 'cannot confirm');
    await admin('POST', 'apply', { objects: [await file({ reason: 'anew' })] });
    await lift();
    refused(await send(puppet, 'DELETE', `freezes/${name}`), 'cannot confirm');
    refused(await send(second, 'DELETE', `freezes/${name}`), 'cannot confirm');
    const taken = newOperatorToken();
    const { body: theirs } = await admin('GET', 'objects/operator/operator');
    const object = { kind: 'operator', metadata: theirs.metadata, spec: { ...theirs.spec, hash: taken.hash, hint: taken.hint } };
    expect((await admin('PUT', 'objects/operator/operator', object)).status).toBe(200);
    refused(await send(taken.token, 'DELETE', `freezes/${name}`), 'cannot confirm');
    side.tokens.operator = taken.token;
    name = `f${++count}`;
    await set();
    await lift();
    expect((await lift(operator)).body).toMatchObject({ lifted: true });
  });

  it('cannot be two people: with another operator that was there before and is the same user, or with one that is revoked', async () => {
    const person = { kind: 'user', metadata: { name: 'ann' }, spec: {} } as unknown as StoredObject;
    await seed(side.core, ORG, [person]);
    const make = async (who: string, user?: string): Promise<string> =>
      (await admin('POST', 'operators', { name: who, role: 'admin', ...(user && { user }) })).body.token;
    const [one, two, other] = [await make('ann-1', 'ann'), await make('ann-2', 'ann'), await make('bob')];
    name = `f${++count}`;
    await set({}, (method, path, body) => send(one, method, path, body));
    expect((await send(one, 'DELETE', `freezes/${name}`)).body).toMatchObject({ lifted: false });
    refused(await send(two, 'DELETE', `freezes/${name}`), 'both the user "ann"');
    expect((await admin('POST', 'operators/ann-1/revoke')).status).toBe(200);
    // What a revoked operator asked is asked by nobody.
    expect((await send(other, 'DELETE', `freezes/${name}`)).body).toMatchObject({ lifted: false });
    expect((await stored())?.spec.liftRequest?.by).toBe('bob');
    expect((await send(two, 'DELETE', `freezes/${name}`)).body).toMatchObject({ lifted: true });
  });

  it('cannot be two people by giving its own operator another user, or none, between asking and confirming', async () => {
    await seed(
      side.core,
      ORG,
      ['eve', 'zoe'].map((who) => ({ kind: 'user', metadata: { name: who }, spec: {} }) as unknown as StoredObject),
    );
    const make = async (who: string): Promise<string> =>
      (await admin('POST', 'operators', { name: who, role: 'admin', user: 'eve' })).body.token;
    const [one, two] = [await make('eve-1'), await make('eve-2')];
    const become = async (token: string, who: string, user: string | undefined): Promise<void> => {
      const { body } = await admin('GET', `objects/operator/${who}`);
      const spec = { ...body.spec, user };
      expect((await send(token, 'PUT', `objects/operator/${who}`, { kind: 'operator', metadata: body.metadata, spec })).status).toBe(200);
    };
    name = `f${++count}`;
    await set({}, (method, path, body) => send(one, method, path, body));
    expect((await send(one, 'DELETE', `freezes/${name}`)).body).toMatchObject({ lifted: false });
    await become(one, 'eve-1', undefined);
    refused(await send(two, 'DELETE', `freezes/${name}`), 'both the user "eve"');
    await become(two, 'eve-2', 'zoe');
    refused(await send(two, 'DELETE', `freezes/${name}`), 'both the user "eve"');
    expect((await lift(operator)).body).toMatchObject({ lifted: true });
  });

  it('cannot bury who made whom under changes of the freeze, or of the operator', async () => {
    const { core } = side;
    const bury = async (kind: 'freeze' | 'operator', which: string, author: string): Promise<void> => {
      const { body: document } = await admin('GET', `objects/${kind}/${which}`);
      for (let i = 0; i < FIRST_LOOK; i++) {
        const timeMs = core.clock.nowMs();
        const entry = core.log.entry(ORG, { type: 'object', fields: { timeMs, author, changes: [] } });
        const { revision: _, ...again } = document;
        await core.store.objects.write(ORG, [{ kind, name: which, document: again, expectedRevision: undefined }], author, timeMs, entry);
      }
    };
    for (const [kind, author] of [
      ['freeze', 'admin'],
      ['operator', 'sock'],
    ] as const) {
      const who = `sock-${kind}`;
      const puppet = (await admin('POST', 'operators', { name: who, role: 'admin' })).body.token;
      await bury(kind, kind === 'freeze' ? name : who, author === 'sock' ? who : author);
      expect((await send(puppet, 'DELETE', `freezes/${name}`)).body).toMatchObject({ lifted: false });
      refused(await lift(), 'cannot confirm');
      // The request begins anew.
      await admin('POST', 'apply', { objects: [await file({ reason: `after ${kind}` })] });
    }
  }, 600_000);

  it('can make it stricter', async () => {
    name = `f${++count}`;
    await set({ until: '2100-01-01T00:00:00Z' });
    expect((await admin('POST', 'apply', { objects: [await file({ until: undefined, reason: 'longer' })] })).status).toBe(200);
    expect((await stored())?.spec.until).toBeUndefined();
  });
});

describe('a freeze with a name that is none', () => {
  it('is refused, and everything that is there can still be read', async () => {
    for (const odd of ['Bad Name', 'x-', '../x', 'é']) {
      const reply = await operator('POST', 'freezes', { name: odd, scope: { agent: 'robot' }, reason: 'x' });
      expect(reply.status).toBe(422);
      expect(JSON.stringify(reply.body)).toContain('is no name');
    }
    // A name made from a pattern ends well, whatever it ends with.
    const made = await operator('POST', 'freezes', { scope: { tool: { server: 'db', name: 'drop_*' } }, reason: 'x' });
    expect(made.body.name).toBe('tool-db-drop');
    expect((await admin('DELETE', 'freezes/tool-db-drop')).status).toBe(200);
    expect((await admin('GET', 'freezes')).status).toBe(200);
  });
});

describe('--revoke-tokens', () => {
  it('revokes the tokens in scope in the same change, and no others', async () => {
    const tokens = [tokenObject('t-a1', 'a'), tokenObject('t-a2', 'a'), tokenObject('t-b', 'b')].map(({ object }) => object);
    await seed(side.core, ORG, [agentObject('a', { class: 'bots' }), agentObject('b'), ...tokens]);
    const reply = await operator('POST', 'freezes', { name, scope: { agent: 'a' }, reason: 'leak', revokeTokens: true });
    expect(reply.body).toMatchObject({ tokensRevoked: 2 });
    const { body } = await admin('GET', 'tokens');
    const revoked = body.tokens.filter(({ revokedAt }: { revokedAt?: string }) => revokedAt).map((token: { name: string }) => token.name);
    expect(revoked).toEqual(['t-a1', 't-a2']);
    const entry = (await readEntries(side.core, ORG)).at(-1);
    expect(entry?.content).toMatchObject({ action: 'freeze', changes: [{ kind: 'freeze', name }, { name: 't-a1' }, { name: 't-a2' }] });
    expect(entry?.header.revision).toBe(reply.body.revision);
    name = `f${++count}`;
    expect((await set({ scope: { class: 'bots' }, revokeTokens: true })).body).toMatchObject({ tokensRevoked: 0 });
    for (const scope of [{ server: 'x' }, { tool: { server: 'x', name: '*' } }])
      expect((await operator('POST', 'freezes', { scope, reason: 'x', revokeTokens: true })).status).toBe(400);
  });
});
